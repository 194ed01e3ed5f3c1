/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the descriptions of the verbs that use devices.
 */
#include "verb.h"

const struct verb row_run = {
	.group = "Verbs that use devices",
	.name = "run",
	.words = "DEV... -- COMMAND [ARG]...",
	.words_min = 1,
	.words_max = 64, /* RUN_DEVICES_MAX */
	.takes_command = true,
	.options = "backend dry-run force grant iommu who by-path yes",
	.help = "run a command with devices as fds from 3 on",
	.text = "Acquires every DEV in turn and runs the command in ccwctl's place, with the\n"
		"devices as file descriptors from 3 on, as sd_listen_fds_with_names(3) reads\n"
		"them: ID/container and ID/group, or ID/iommufd; ID/device; and ID/lease, whose\n"
		"last close ends the lease. When the command ends, however it ends, the devices\n"
		"go back to their drivers. When one is not to be had, those before it are given\n"
		"back first.\n"
		"\n"
		"With --grant=path the command gets the lease only, and for its life your user\n"
		"may open the device's VFIO node by path. Any program of your user can do so\n"
		"meanwhile.\n"
		"\n"
		"--force is for root, and for others when polkit agrees. It never takes what is\n"
		"mounted or swap; what it passed over is told. On a terminal you are asked\n"
		"first whether you mean it.\n"
		"\n"
		"A device that is on its way back from an earlier command is waited for, up to\n"
		"five seconds. Once the command runs the status is the command's.",
	.examples = "$ ccwctl run 0580 -- mytapetool\n"
		    "# a QEMU without iommufd, which opens the device by its name\n"
		    "$ ccwctl run --grant=path 0.0.1234 -- qemu-system-s390x ...\n"
		    "    -device vfio-ccw,sysfsdev=/sys/bus/ccw/devices/0.0.1234\n",
	.exits = "3 4 5 6 8 16 125 126 127",
};

const struct verb row_io = {
	.name = "io",
	.words = "DEV CCW...",
	.words_min = 2,
	.words_max = 1 + 255, /* CCWB_PROGRAM_CCWS_MAX */
	.options = "json ebcdic timeout backend dry-run force iommu who by-path yes",
	.help = "run one channel program on a device",
	.text = "Runs one channel program and prints what was read and how it ended. A CCW is\n"
		"CMD[,FLAG]... followed by :COUNT (the device sends up to so many bytes), =HEX\n"
		"or =@FILE (it gets these bytes), or nothing (no data); or tic:N, a transfer to\n"
		"CCW number N. CMD is two hexadecimal digits. The flags: sli (another length is\n"
		"no error), skip (read, but store nothing), cd (the next CCW goes on with the\n"
		"same command), pci (interrupt when the channel gets here). All but the last\n"
		"are command-chained unless cd. At most 255 CCWs of at most 65535 bytes, which\n"
		"count against the limit of locked memory while the program runs.\n"
		"\n"
		"For a CCW before the last one executed with sli the channel reports no length:\n"
		"the output says \"at least\". After a unit check the sense data is shown that\n"
		"came with the status, or what a Sense command then fetched.\n"
		"\n"
		"Status 1 also means a unit check, a unit exception or another bad end, or a\n"
		"program that was refused; 8 that it took too long and was stopped.",
	.examples = "# the label of a tape: Rewind, Read\n"
		    "$ ccwctl io --ebcdic 0580 07 02,sli:80\n"
		    "# record 3 of a 3390: Seek, Search ID Equal until found, Read Data\n"
		    "$ ccwctl io --ebcdic 0120 07=000000000000 31=0000000003 tic:1 06,sli:80\n",
	.exits = "3 4 5 6 8 16",
};

const struct verb row_release = {
	.name = "release",
	.words = "LEASE...",
	.words_min = 1,
	.words_max = 256,
	.options = "dry-run yes",
	.help = "end leases",
	.text = "Ends leases of yours (root: of anybody) by their names in leases. The device\n"
		"goes back to its driver when the program that has it open closes it. On a\n"
		"terminal you are asked first whether those of others are to be ended.",
	.examples = "$ ccwctl release l0123456789abcdef\n"
		    "# all that there are of yours\n"
		    "$ ccwctl release $(ccwctl leases -q)\n",
	.exits = "3 4 7 16",
};

const struct verb row_revoke = {
	.name = "revoke",
	.words = "LEASE...",
	.words_min = 1,
	.words_max = 256,
	.options = "dry-run reason timeout yes",
	.help = "ask holders to end leases, and end them after --timeout",
	.text = "Tells the holder of a lease to go, with --reason, and has the lease ended by\n"
		"force after --timeout. Returns at once. A second call can shorten the time.\n"
		"By the kernel's vfio_ccw a device cannot be taken at once. On a terminal you\n"
		"are asked first whether leases of others are to be ended.",
	.examples = "$ ccwctl revoke --reason='cable is moved' --timeout=60 l0123456789abcdef\n",
	.exits = "3 4 7 16",
};
