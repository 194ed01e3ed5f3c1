/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the descriptions of the verbs for VM managers.
 */
#include "verb.h"

const struct verb row_acquire = {
	.name = "acquire",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 64,
	.options = "json quiet no-legend backend by-path dry-run force hold pid who yes",
	.help = "have devices by path, as long as your shell runs",
	.text = "Acquires every DEV, all or none, for programs that open it by its name, such\n"
		"as a QEMU that libvirt starts: your user, and nobody else but root, may open\n"
		"the VFIO node. Prints the leases.\n"
		"\n"
		"The leases end with the process that has started ccwctl, at a prompt the\n"
		"shell; with another process of yours, by --pid; or, with --hold, when ccwctl\n"
		"ends: by Ctrl-C, SIGTERM or SIGHUP, or when its standard input ends if that\n"
		"is a terminal or a pipe. They also end by release. A program that has the\n"
		"device open then is given a moment to close it.\n"
		"\n"
		"Mind who the parent is: of sudo, env, or a script, the lease ends with them.\n"
		"For a single command, run is simpler and closes all gaps. With --hold the\n"
		"status is 1 when others have ended all leases.",
	.examples = "$ ccwctl acquire 0.0.1234\n"
		    "$ virsh --connect qemu:///session start guest\n"
		    "# as a service that has the device as long as it runs\n"
		    "$ systemd-run --user ccwctl acquire --hold 0.0.1234\n",
	.exits = "3 4 5 6 16",
};

const struct verb row_qemu_args = {
	.group = "Verbs for virtual machines",
	.name = "qemu-args",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 64,
	.options = "json backend by-path iommu",
	.help = "print QEMU's arguments for devices on this machine",
	.text = "Prints the arguments by which qemu-system-s390x takes the devices, when it is\n"
		"started by run: an option and its value on a line, without a character that\n"
		"means something to a shell. What stands in braces, run replaces by the number\n"
		"of a file descriptor or a directory.\n"
		"\n"
		"On a kernel with iommufd that is by file descriptor, for QEMU 9 or newer and\n"
		"run --iommu=iommufd; on others, and with --iommu=group, by name, for run\n"
		"--grant=path. On a terminal, or with --json, it is told which.\n"
		"\n"
		"The guest sees device 0.S.NNNN under the number that it has here. Nothing is\n"
		"taken; when a device is not to be had at present, a message says why.",
	.examples = "$ ccwctl run --grant=path 0.0.1234 -- qemu-system-s390x -m 512\n"
		    "    $(ccwctl qemu-args 0.0.1234)\n",
	.exits = "3",
};

const struct verb row_libvirt_xml = {
	.name = "libvirt-xml",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 64,
	.options = "backend by-path",
	.help = "print libvirt's XML for devices on this machine",
	.text = "Prints what a libvirt domain needs to have the devices. By our module that is\n"
		"an element qemu:commandline, to stand in <domain>, as libvirt has no word for\n"
		"it; by the kernel's vfio_ccw an element hostdev for each, to stand in\n"
		"<devices>, which there is only while the device is leased.\n"
		"\n"
		"libvirt opens the device by its name, so the user that runs QEMU has to have\n"
		"it by acquire: you yourself with qemu:///session.",
	.examples = "$ ccwctl libvirt-xml 0.0.1234\n",
	.exits = "3",
};
