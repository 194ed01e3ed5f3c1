/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the descriptions of the verbs that show what there is.
 */
#include "verb.h"

const struct verb row_list = {
	.name = "list",
	.words = "",
	.options = "json quiet no-legend",
	.help = "show all channel devices and who has them (the default)",
	.text = "Shows id, type, driver and state of each device, and the user of its lease\n"
		"with what that user says it is for.",
	.examples = "$ ccwctl\n"
		    "ID        TYPE     DRIVER     STATE  LEASED BY\n"
		    "0.0.0120  3390/0c  dasd-eckd  host   -\n"
		    "0.0.0580  3490/50  ccwbroker  leased alice (ccwctl run mytapetool)\n",
	.exits = "",
};

const struct verb row_info = {
	.name = "info",
	.words = "DEV",
	.words_min = 1,
	.words_max = 1,
	.options = "json",
	.help = "show all about one device",
	.text = "Shows types, subchannel, drivers, state and the reason for it, definition and\n"
		"lease of a device.",
	.examples = "$ ccwctl info 580\n",
	.exits = "3",
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
	.words = "DEV",
	.words_min = 1,
	.words_max = 1,
	.options = "backend force user",
	.help = "say whether you could have a device, and why",
	.text = "Asks for nothing and moves nothing: says what run or io would meet, by which\n"
		"rule of the policy, and as what. Status 0 means yes; 4 not permitted, also\n"
		"when an administrator would have to agree; 5 that the host uses the device;\n"
		"6 that somebody has it or a quota is reached; 3 that nobody can have it.",
	.examples = "$ ccwctl check 580\n"
		    "# for root: what would happen to alice\n"
		    "$ ccwctl check --user=alice 580\n",
	.exits = "3 4 5 6",
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
