/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the descriptions of the verbs that are about the policy, and need no daemon.
 */
#include "verb.h"

const struct verb row_policy_check = {
	.group = "Verbs for the policy, which need no daemon",
	.name = "policy check",
	.words = "[FILE|DIR]...",
	.words_max = 64,
	.options = "quiet",
	.help = "say whether a policy is good, before it is reloaded",
	.text = "Reads the policy as the daemon does, and says which file, line and key is\n"
		"wrong: status 9. Without words that is the installed one: policy.json and\n"
		"policy.d of /etc/ccwbroker, /run/ccwbroker and /usr/lib/ccwbroker, as far as\n"
		"you may read them. A DIR stands in place of these, the most important one\n"
		"first. A FILE stands in place of every policy.json; the drop-ins of the\n"
		"directories are read with it, but for one that is the file itself.",
	.examples = "# is what I have written good?\n"
		    "$ ccwctl policy check ./policy.json && cp policy.json /etc/ccwbroker/\n"
		    "$ ccwctl policy check /etc/ccwbroker\n",
	.exits = "9",
};

const struct verb row_policy_show = {
	.name = "policy show",
	.words = "[FILE|DIR]...",
	.words_max = 64,
	.options = "json no-legend",
	.help = "show all rules in the order in which they are asked",
	.text = "The rules of all files as one list, each with its file and line, and then the\n"
		"profiles: what a lease gives, and how many there may be at once. Words are as\n"
		"for policy check.",
	.examples = "$ ccwctl policy show\n",
	.exits = "9",
};

const struct verb row_policy_test = {
	.name = "policy test",
	.words = "DEV...",
	.words_min = 1,
	.words_max = 256, /* SELECTION_MAX */
	.options = "json quiet no-legend user unit type policy",
	.help = "say what a policy would decide, without a daemon",
	.text = "Says for each device whether the policy lets the user have it: allow, ask (an\n"
		"administrator must agree) or deny, as what, and which rule decides. Who has a\n"
		"device, what uses it and quotas are not looked at; ccwctl check does that.\n"
		"Status 0: all are allowed; 4: none is; 7: some are.\n"
		"\n"
		"A unit that is not known is in those of each rule that denies or asks, and in\n"
		"those of none that allows. With --quiet, the ids of what is allowed. A range\n"
		"stands for all its ids, there or not; nodes in /dev are not known here.",
	.examples = "$ ccwctl policy test --user=alice 0580\n"
		    "# of a policy that is not installed, and a device that is not here\n"
		    "$ ccwctl policy test --policy=./policy.json --type=3490/50 --user=alice 580\n",
	.exits = "4 7 9",
};
