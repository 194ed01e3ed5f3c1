/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the table of options, the list of verbs and the meaning of exit statuses: what the parser, the help,
 * the manual page and the completion are made of. Knows no command line, and no library: it is also
 * compiled for the machine that builds.
 */
#include <errno.h>
#include <string.h>

#include "option.h"

const struct option_row option_table[] = {
	{
		.name = "help",
		.letter = 'h',
		.help = "show help, with a verb that of the verb",
		.offset = offsetof(struct options, help),
		.is_general = true,
	},
	{
		.name = "version",
		.help = "show the version",
		.offset = offsetof(struct options, version),
		.is_general = true,
	},
	{
		.name = "json",
		.letter = 'j',
		.argument = "MODE",
		.values = "off short pretty",
		.implied = "short",
		.help = "print JSON: short (one line, the default), pretty, or off",
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, json),
	},
	{
		.name = "quiet",
		.letter = 'q',
		.help = "print only the ids, one a line",
		.offset = offsetof(struct options, quiet),
	},
	{
		.name = "no-legend",
		.help = "print tables without headings",
		.offset = offsetof(struct options, no_legend),
	},
	{
		.name = "ebcdic",
		.help = "show data as text in code page 037",
		.offset = offsetof(struct options, ebcdic),
	},
	{
		.name = "timeout",
		.argument = "SECONDS",
		.verb = "revoke",
		.help = "what the holder has to go, 0 (at once) to 600 (default 30)",
		.kind = OPTION_SECONDS_OR_NONE,
	},
	{
		.name = "timeout",
		.argument = "SECONDS",
		.help = "stop a longer program, 0.001 to 3600 (default 30)",
		.kind = OPTION_SECONDS,
	},
	{
		.name = "reason",
		.argument = "TEXT",
		.help = "what the holder of a lease is told, at most 128 bytes",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, reason),
	},
	{
		.name = "iommu",
		.argument = "KIND",
		.values = "group iommufd auto",
		.help = "give memory by group (the default), iommufd, or auto",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, iommu),
	},
	{
		.name = "backend",
		.argument = "KIND",
		.values = "auto ccwbroker vfio_ccw",
		.help = "by ccwbroker, the kernel's vfio_ccw, or auto (the default)",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, backend),
	},
	{
		.name = "grant",
		.argument = "KIND",
		.values = "fds path",
		.help = "hand over fds (the default), or access by path",
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, by_path),
	},
	{
		.name = "who",
		.argument = "TEXT",
		.help = "what listings say about the lease, at most 128 bytes",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, who),
	},
	{
		.name = "force",
		.help = "also a device that programs or an interface use",
		.offset = offsetof(struct options, force),
	},
	{
		.name = "dry-run",
		.help = "check all, say what would be done, and do nothing",
		.offset = offsetof(struct options, dry_run),
	},
	{
		.name = "yes",
		.letter = 'y',
		.help = "do not ask back, also on a terminal",
		.offset = offsetof(struct options, yes),
	},
	{
		.name = "hold",
		.help = "stay, and give back at Ctrl-C or the end of input",
		.offset = offsetof(struct options, hold),
	},
	{
		.name = "pid",
		.argument = "PID",
		.help = "the process whose end is the lease's (default: the parent)",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, pid),
	},
	{
		.name = "autostart",
		.help = "bind it now, at every start, and when it appears",
		.offset = offsetof(struct options, autostart),
	},
	{
		.name = "once",
		.help = "one table, and no more",
		.offset = offsetof(struct options, once),
	},
	{
		.name = "count",
		.letter = 'n',
		.argument = "N",
		.help = "so many tables, one after the other, a second apart",
		.kind = OPTION_NUMBER,
		.offset = offsetof(struct options, count),
	},
	{
		.name = "by-path",
		.help = "DEV is a subchannel, 0.0.0003, or a channel path, 0.40",
		.offset = offsetof(struct options, names_paths),
	},
	{
		.name = "state",
		.argument = "STATE[,STATE]",
		/* the first four as in device-list.h */
		.values =
			"host bound boxed not-operational no-driver binding leased releasing failed "
			"stuck absent",
		.help = "only devices in one of these states",
		.kind = OPTION_CHOICES,
		.offset = offsetof(struct options, states),
	},
	{
		.name = "type",
		.argument = "TYPE[,TYPE]",
		.verb = "list",
		.help = "only of these types, as 3490, 3490/50; also control units",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, type),
	},
	{
		.name = "user",
		.argument = "USER",
		.verb = "policy test",
		.help = "who would ask, a name or a number (default: you)",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, user),
	},
	{
		.name = "unit",
		.argument = "UNIT",
		.help = "the systemd unit that would ask (default: not known)",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, unit),
	},
	{
		.name = "type",
		.argument = "TYPE[,TYPE]",
		.help = "of the device and its control unit (default: as in /sys)",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, type),
	},
	{
		.name = "policy",
		.argument = "PATH",
		.help = "a file in place of policy.json, or a directory of them",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, policy),
	},
	{
		.name = "user",
		.argument = "USER",
		.help = "for root: whose request would be judged, a name or a number",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, user),
	},
	{},
};

const struct option_exit option_exits[] = {
	{ EXIT_CODE_OK, "done" },
	{ EXIT_CODE_FAILURE, "failed" },
	{ EXIT_CODE_USAGE, "wrong usage" },
	{ EXIT_CODE_NOT_FOUND, "no such device, lease or definition" },
	{ EXIT_CODE_NOT_PERMITTED, "not permitted" },
	{ EXIT_CODE_IN_USE, "the host uses the device (mounted, swap, ...)" },
	{ EXIT_CODE_LEASED, "somebody else has it, or it is on its way from or to somebody" },
	{ EXIT_CODE_PARTIAL, "of several devices or leases some were done and some were not" },
	{ EXIT_CODE_TIMEOUT, "it is stuck, or took too long" },
	{ EXIT_CODE_INVALID, "the policy or a definition is invalid" },
	{ EXIT_CODE_ABORTED, "the user said no, or interrupted it" },
	{ EXIT_CODE_UNREACHABLE, "the daemon cannot be reached" },
	{ EXIT_CODE_RUN_FAILED, "ccwctl failed before it could start the command" },
	{ EXIT_CODE_RUN_CANNOT_EXECUTE, "the command cannot be executed" },
	{ EXIT_CODE_RUN_NOT_FOUND, "the command does not exist" },
	{},
};

#define VERB_ROW(name) &row_##name,
const struct verb *const option_verbs[] = { VERBS(VERB_ROW) NULL };
#undef VERB_ROW

size_t option_next_word(const char **list, const char **ret_word)
{
	size_t length;

	*list += strspn(*list, " ");
	length = strcspn(*list, " ");
	*ret_word = *list;
	*list += length;
	return length;
}

/* Which word of the list the first bytes of text are, or -1. */
static int find_part(const char *list, const char *text, size_t text_length)
{
	const char *word;
	size_t length;

	for (int i = 0; (length = option_next_word(&list, &word)) > 0; i++)
		if (length == text_length && !memcmp(word, text, length))
			return i;
	return -1;
}

static int find_word(const char *list, const char *text)
{
	return find_part(list, text, strlen(text));
}

/* A bit for each word of the list that text names, with commas between. */
static int parse_choices(const char *list, const char *text, unsigned int *ret)
{
	unsigned int bits = 0;

	for (;;) {
		size_t length = strcspn(text, ",");
		int choice = find_part(list, text, length);

		if (choice < 0)
			return -EINVAL;
		bits |= 1U << choice;
		if (!text[length])
			break;
		text += length + 1;
	}
	*ret = bits;
	return 0;
}

bool option_is_of(const struct option_row *row, const struct verb *verb)
{
	if (row->is_general)
		return true;
	return find_word(verb->options, row->name) >= 0 && option_find(verb, row->name) == row;
}

const struct option_row *option_find(const struct verb *verb, const char *name)
{
	const struct option_row *found = NULL;

	for (const struct option_row *row = option_table; row->name; row++) {
		if (strcmp(row->name, name))
			continue;
		if (!verb)
			return row;
		if (row->verb && !strcmp(row->verb, verb->name))
			return row;
		if (!row->verb)
			found = row;
	}
	return found && (found->is_general || find_word(verb->options, name) >= 0) ? found : NULL;
}

/* Seconds with up to three decimals */
static int parse_seconds(const char *text, unsigned int *ret_ms)
{
	unsigned long long ms = 0;
	unsigned int decimals = 0;
	bool has_point = false;

	if (!*text || *text == '.')
		return -EINVAL;
	for (; *text; text++) {
		if (*text == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if (*text < '0' || *text > '9' || (has_point && ++decimals > 3))
			return -EINVAL;
		ms = ms * 10 + (unsigned long long)(*text - '0');
		if (ms > OPTION_SECONDS_MAX * 1000ULL)
			return -EINVAL;
	}
	for (; decimals < 3; decimals++)
		ms *= 10;
	if (ms > OPTION_SECONDS_MAX * 1000ULL)
		return -EINVAL;
	*ret_ms = (unsigned int)ms;
	return 0;
}

/* Digits only, of 1 to OPTION_NUMBER_MAX */
static int parse_number(const char *text, unsigned int *ret)
{
	unsigned int number = 0;

	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		number = number * 10 + (unsigned int)(*text - '0');
		if (number > OPTION_NUMBER_MAX)
			return -EINVAL;
	}
	if (!number)
		return -EINVAL;
	*ret = number;
	return 0;
}

int option_store(const struct option_row *row, const char *value, struct options *options)
{
	void *at = (char *)options + row->offset;
	unsigned int ms;
	int choice;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)at = value;
		return 0;
	case OPTION_CHOICE:
		choice = find_word(row->values, value);
		if (choice < 0)
			return -EINVAL;
		*(unsigned int *)at = (unsigned int)choice;
		return 0;
	case OPTION_CHOICES:
		return parse_choices(row->values, value, at);
	case OPTION_SECONDS:
	case OPTION_SECONDS_OR_NONE:
		if (parse_seconds(value, &ms) < 0 || (!ms && row->kind == OPTION_SECONDS))
			return -EINVAL;
		options->timeout_ms = ms;
		options->has_timeout = true;
		return 0;
	case OPTION_NUMBER:
		return parse_number(value, at);
	}
	return -EINVAL;
}

void option_describe_values(const struct option_row *row, char *buffer, size_t size)
{
	const char *list = row->values ? row->values : "", *word, *separator = "";
	FILE *out = fmemopen(buffer, size, "w");
	size_t length;

	if (!out)
		return;
	if (row->kind == OPTION_SECONDS || row->kind == OPTION_SECONDS_OR_NONE)
		fprintf(out, "a number of seconds, %s to %d",
			row->kind == OPTION_SECONDS ? "0.001" : "0", OPTION_SECONDS_MAX);
	if (row->kind == OPTION_NUMBER)
		fprintf(out, "a number, 1 to %d", OPTION_NUMBER_MAX);
	while ((length = option_next_word(&list, &word)) > 0) {
		bool is_last = !list[strspn(list, " ")];

		fprintf(out, "%s%.*s", is_last && *separator ? " or " : separator, (int)length,
			word);
		separator = ", ";
	}
	if (row->kind == OPTION_CHOICES)
		fputs(", nor several of these with commas between", out);
	(void)fclose(out); /* into memory */
}
