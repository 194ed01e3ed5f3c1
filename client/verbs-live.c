/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the descriptions of the verbs that show what happens at the moment.
 */
#include "verb.h"

const struct verb row_who = {
	.name = "who",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 256, /* SELECTION_MAX */
	.options = "json no-legend by-path",
	.help = "show who and what uses devices at the moment",
	.text = "Shows each use of a device: lease (with user, process, command, systemd unit\n"
		"and what it is for), mount, swap, holder (part of a device-mapper, LVM or md\n"
		"device), interface, process (a program that has a node of it open), group or\n"
		"console, and what to do about it. Nothing is printed for a device that nobody\n"
		"uses. For root and for the user of its lease; polkit decides about others.\n"
		"The kernel has the last word: what nobody can see is not shown.",
	.examples = "$ ccwctl who 580\n"
		    "DEVICE    USE    OBJECT             USER   PID   COMMAND  UNIT  WHAT\n"
		    "0.0.0580  lease  l0123456789abcdef  alice  4711  mt       -     mytapetool\n",
	.exits = "3 4 7",
};

const struct verb row_top = {
	.name = "top",
	.words = "",
	.options = "json no-legend once count",
	.help = "show what leased devices do, again each second",
	.text = "Shows for each lease how many channel programs the kernel module has counted\n"
		"in it, how many a second since the last look, bytes read from it and\n"
		"written to it a second, and how many programs ended badly or were refused.\n"
		"On a terminal the table is made anew each second until Ctrl-C; elsewhere\n"
		"tables follow each other. A first look has no rates. Numbers above 999 are in\n"
		"thousands (K), millions (M) and so on; JSON has them in full. By the kernel's\n"
		"vfio_ccw there are none.",
	.examples = "$ ccwctl top\n"
		    "# for a script: the numbers of now; two tables, the second with rates\n"
		    "$ ccwctl top --once --json\n"
		    "$ ccwctl top -n 2\n",
	.exits = "",
};
