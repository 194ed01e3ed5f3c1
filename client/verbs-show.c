/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the descriptions of the verbs that show what there is.
 */
#include "verb.h"

const struct verb row_list = {
	.group = "Verbs that show what there is",
	.name = "list",
	.words = "[DEV]...",
	.words_max = 256, /* SELECTION_MAX, here and below */
	.options = "json quiet no-legend state type by-path",
	.help = "show all channel devices and who has them (the default)",
	.text = "Shows id, type, driver and state of each device, and the user of its lease\n"
		"with what that user says it is for. With DEV: of these, where they are there.\n"
		"\n"
		"The states: host (its driver has it), no-driver, boxed (another system has\n"
		"it reserved), not-operational (it does not answer), binding (being taken),\n"
		"leased, releasing (on its way back), failed (it could not be given back),\n"
		"stuck, absent (unplugged while leased). --state knows one more word, bound:\n"
		"what ccwbroker has and nobody a lease of; restore gives it back.",
	.examples = "$ ccwctl\n"
		    "ID        TYPE     DRIVER     STATE  LEASED BY\n"
		    "0.0.0120  3390/0c  dasd-eckd  host   -\n"
		    "0.0.0580  3490/50  ccwbroker  leased alice (ccwctl run mytapetool)\n"
		    "# what restore would give back, for a script\n"
		    "$ ccwctl list --state=bound,failed -q\n"
		    "# what is behind a channel path\n"
		    "$ ccwctl list --by-path 0.40\n",
	.exits = "3 7",
};

const struct verb row_tree = {
	.name = "tree",
	.words = "",
	.options = "json",
	.help = "show how devices hang on control units and channel paths",
	.text = "Shows channel subsystems, their control units with the channel paths that lead\n"
		"to them, and the devices, each with the paths by which it cannot be reached.\n"
		"Devices of one type of control unit with the same channel paths are taken for\n"
		"those of one: Linux does not tell control units apart otherwise.",
	.examples = "$ ccwctl tree\n"
		    "channel subsystem 0\n"
		    "`- control unit 3490/50, channel paths 0.40 0.41\n"
		    "   |- 0.0.0580  3490/50  tape_34xx  host\n"
		    "   `- 0.0.0581  3490/50  ccwbroker  leased, not by 0.41\n",
	.exits = "",
};

const struct verb row_info = {
	.name = "info",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 256,
	.options = "json by-path",
	.help = "show all about devices",
	.text = "Shows types, subchannel, drivers, state and the reason for it, definition and\n"
		"lease of each device. In JSON that is one object after the other.",
	.examples = "$ ccwctl info 580\n"
		    "$ ccwctl info /dev/ntape0\n",
	.exits = "3 7",
};

const struct verb row_leases = {
	.name = "leases",
	.words = "",
	.options = "json quiet no-legend",
	.help = "show who has which device since when",
	.text = "Shows each lease with its state (active, revoking, ...). Lifetime and profile\n"
		"are shown where they are not the usual ones, lease-fd and full.",
	.examples = "$ ccwctl leases\n",
	.exits = "",
};

const struct verb row_check = {
	.name = "check",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 256,
	.options = "backend force user by-path",
	.help = "say whether you could have devices, and why",
	.text = "Asks for nothing and moves nothing: says what run or io would meet, by which\n"
		"rule of the policy, and as what. Status 0 means yes; 4 not permitted, also\n"
		"when an administrator would have to agree; 5 that the host uses the device;\n"
		"6 that somebody has it or a quota is reached; 3 that nobody can have it. Of\n"
		"several: 7 when some can be had and some not.",
	.examples = "$ ccwctl check 580\n"
		    "# for root: what would happen to alice\n"
		    "$ ccwctl check --user=alice 580\n",
	.exits = "3 4 5 6 7",
};

const struct verb row_monitor = {
	.name = "monitor",
	.words = "",
	.options = "json",
	.help = "print what happens, until Ctrl-C",
	.text = "Prints a line when a device comes, goes or changes, a lease or a job begins or\n"
		"ends, the policy is read again, or the daemon starts or ends. The first line,\n"
		"listening, says that nothing is missed from here on. With --json each line is\n"
		"an object with time_usec and event. Ctrl-C (SIGINT, SIGTERM) ends it with\n"
		"status 0, and a reader that goes away ends it too.",
	.examples = "$ ccwctl monitor\n"
		    "2026-11-23 14:03:20 listening\n"
		    "2026-11-23 14:03:21 changed device=0.0.0580 state=binding\n"
		    "2026-11-23 14:03:21 lease-new lease=l0123456789abcdef device=0.0.0580\n",
	.exits = "",
};

const struct verb row_status = {
	.name = "status",
	.words = "",
	.options = "json",
	.help = "show daemon, kernel module, counts and state of the policy",
	.text = "Shows the daemon's version and since when it runs, whether the kernel module\n"
		"is loaded, by what devices can be had, how many there are and are leased, what\n"
		"was granted, refused and ended since the daemon's start, whether a policy is\n"
		"in force, and whether its files are good as they are now, as far as you may\n"
		"read them.",
	.examples = "$ ccwctl status\n",
	.exits = "",
};

const struct verb row_definitions = {
	.name = "definitions",
	.words = "",
	.options = "json quiet no-legend",
	.help = "show what is defined",
	.text = "Shows the devices that are defined, there or not, and whether they are bound\n"
		"at every start.",
	.examples = "$ ccwctl definitions\n",
	.exits = "",
};

const struct verb row_completion = {
	.group = "Verbs for your shell",
	.name = "completion",
	.words = "bash",
	.words_min = 1,
	.words_max = 1,
	.options = "",
	.help = "print what makes a shell complete ccwctl's words",
	.text = "Prints a script for bash, made of the same table as this help. It is\n"
		"installed where bash-completion looks; ids of devices and leases are asked\n"
		"from the broker.",
	.examples = "# in a shell whose packages have no completion\n"
		    "$ source <(ccwctl completion bash)\n",
	.exits = "",
};
