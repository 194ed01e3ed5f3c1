/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the descriptions of the verbs that change what becomes of devices.
 */
#include "verb.h"

const struct verb row_bind = {
	.group = "Verbs that change what becomes of devices",
	.name = "bind",
	.words = "DEV [DRIVER]",
	.words_min = 1,
	.words_max = 2,
	.options = "by-path dry-run",
	.help = "bind a device to ccwbroker, or another driver, for good",
	.text = "Binds a device that nobody has to ccwbroker, or to another driver of the ccw\n"
		"bus, where it stays over leases and restarts of the daemon until restore, an\n"
		"unplug or a reboot. For root and for whom polkit lets. Waits for the job and\n"
		"prints how the device is then. Several, as 580-58f,590, one after the other.\n"
		"\n"
		"Ctrl-C cancels the job: what is done so far is undone. A second one does not\n"
		"wait for that. When the daemon ends meanwhile, what was begun is undone at its\n"
		"next start.",
	.examples = "$ ccwctl bind 0580\n"
		    "0.0.0580: driver ccwbroker, state host\n",
	.exits = "3 4 5 6 7 8 16",
};

const struct verb row_restore = {
	.name = "restore",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 256,
	.options = "by-path dry-run",
	.help = "give bound or failed devices back to their own drivers",
	.text = "Undoes bind, and gives a device back that failed to go back after a lease.\n"
		"For whom and how as bind.",
	.examples = "$ ccwctl restore 0580\n"
		    "0.0.0580: driver tape_34xx, state host\n",
	.exits = "3 4 5 6 7 8 16",
};

const struct verb row_reset = {
	.name = "reset",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 256,
	.options = "by-path dry-run",
	.help = "set online devices of the host offline and online again",
	.text = "For a device that its driver cannot bring to reason. One that is bound to\n"
		"ccwbroker is reset whenever a client opens it. For whom and how as bind.",
	.examples = "$ ccwctl reset 0580\n",
	.exits = "3 4 5 6 7 8 16",
};

const struct verb row_define = {
	.name = "define",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 256, /* SELECTION_MAX, here and below */
	.options = "autostart by-path dry-run",
	.help = "keep definitions of devices over restarts of the machine",
	.text = "Keeps a definition of each device, there or not, in /etc/ccwbroker/devices.d.\n"
		"With --autostart the device is bound to ccwbroker now, at every start of the\n"
		"daemon, and when it appears, but not while the host uses it. A definition that\n"
		"is there is replaced.",
	.examples = "$ ccwctl define --autostart 0580\n",
	.exits = "3 4 7",
};

const struct verb row_undefine = {
	.name = "undefine",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 256,
	.options = "by-path dry-run yes",
	.help = "remove definitions, and give their devices back",
	.text = "A device that is bound goes back to its own driver, at the end of its lease\n"
		"when it has one. On a terminal you are asked first whether you mean it.",
	.examples = "$ ccwctl undefine 0580\n",
	.exits = "3 4 6 7 16",
};

const struct verb row_autostart = {
	.name = "autostart",
	.words = "DEV... on|off",
	.words_min = 2,
	.words_max = 1 + 256,
	.options = "by-path dry-run",
	.help = "change whether defined devices are bound at every start",
	.text = "on also tries again at once; off leaves a device bound that is.",
	.examples = "$ ccwctl autostart 0580 on\n",
	.exits = "3 4 7",
};

const struct verb row_reload = {
	.name = "reload",
	.words = "",
	.options = "dry-run",
	.help = "have the daemon read the policy and the definitions again",
	.text = "For root and for whom polkit lets. A bad policy is refused with its file, line\n"
		"and key, status 9, and the one in force stays. Leases that there are keep what\n"
		"they were granted. policy check needs no daemon and no right, but sees only\n"
		"what you may read; --dry-run has the daemon look, at the definitions, too.",
	.examples = "$ ccwctl reload --dry-run && ccwctl reload\n",
	.exits = "4 9",
};
