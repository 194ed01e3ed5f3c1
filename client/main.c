/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the command line: options, the table of verbs, and the help that is printed from both.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "call.h"
#include "ccwbroker.h"
#include "names.h"
#include "program.h"
#include "verb.h"

#define VERB_WORDS_MAX 64

enum {
	OPTION_VERSION = 256,
	OPTION_NO_LEGEND,
	OPTION_EBCDIC,
	OPTION_TIMEOUT,
	OPTION_WHO,
	OPTION_IOMMU,
	OPTION_GRANT,
	OPTION_USER,
	OPTION_REASON,
	OPTION_FORCE,
	OPTION_BACKEND,
	OPTION_AUTOSTART,
};

/* Which verbs an option belongs to; bit i is verbs[i] */
enum {
	FOR_LIST = 1 << 0,
	FOR_INFO = 1 << 1,
	FOR_LEASES = 1 << 2,
	FOR_RUN = 1 << 3,
	FOR_IO = 1 << 4,
	FOR_RELEASE = 1 << 5,
	FOR_CHECK = 1 << 6,
	FOR_REVOKE = 1 << 7,
	FOR_DEFINE = 1 << 11,
	FOR_DEFINITIONS = 1 << 14,
	FOR_ALL = (1 << 15) - 1,
};

static const struct verb verbs[] = {
	{ "list", "", "show all channel devices and who has them (the default)", 0, 0, false,
	  verb_list },
	{ "info", "DEV", "show all about one device", 1, 1, false, verb_info },
	{ "leases", "", "show who has which device since when", 0, 0, false, verb_leases },
	{ "run", "DEV... -- COMMAND [ARG]...", "run a command with devices as fds from 3 on", 1,
	  VERB_WORDS_MAX, true, verb_run },
	{ "io", "DEV CCW...", "run one channel program on a device", 2, 1 + PROGRAM_CCWS_MAX, false,
	  verb_io },
	{ "release", "LEASE", "end a lease", 1, 1, false, verb_release },
	{ "check", "DEV", "say whether you could have a device, and why", 1, 1, false, verb_check },
	{ "revoke", "LEASE", "ask its holder to end a lease, and end it after --timeout", 1, 1,
	  false, verb_revoke },
	{ "bind", "DEV [DRIVER]", "bind a device to ccwbroker, or another driver, for good", 1, 2,
	  false, verb_bind },
	{ "restore", "DEV", "give a bound device back to its own driver", 1, 1, false,
	  verb_restore },
	{ "reset", "DEV", "set an online device offline and online again", 1, 1, false,
	  verb_reset },
	{ "define", "DEV", "keep a device's definition; with --autostart, bind it at every start",
	  1, 1, false, verb_define },
	{ "undefine", "DEV", "remove a definition, and give its device back", 1, 1, false,
	  verb_undefine },
	{ "autostart", "DEV on|off", "change whether a defined device is bound at every start", 2,
	  2, false, verb_autostart },
	{ "definitions", "", "show what is defined", 0, 0, false, verb_definitions },
};

static const struct {
	struct option option;
	unsigned int verbs;
	const char *shown;
	const char *help;
} option_table[] = {
	{ { "help", no_argument, NULL, 'h' }, FOR_ALL, "-h, --help", "show this help" },
	{ { "version", no_argument, NULL, OPTION_VERSION },
	  FOR_ALL,
	  "    --version",
	  "show the version" },
	{ { "json", optional_argument, NULL, 'j' },
	  FOR_LIST | FOR_INFO | FOR_LEASES | FOR_IO | FOR_DEFINITIONS,
	  "-j, --json[=MODE]",
	  "print JSON: short (the default), pretty or off" },
	{ { "quiet", no_argument, NULL, 'q' },
	  FOR_LIST | FOR_LEASES | FOR_DEFINITIONS,
	  "-q, --quiet",
	  "print only the ids" },
	{ { "no-legend", no_argument, NULL, OPTION_NO_LEGEND },
	  FOR_LIST | FOR_LEASES | FOR_DEFINITIONS,
	  "    --no-legend",
	  "print tables without headings" },
	{ { "ebcdic", no_argument, NULL, OPTION_EBCDIC },
	  FOR_IO,
	  "    --ebcdic",
	  "show data as EBCDIC text" },
	{ { "timeout", required_argument, NULL, OPTION_TIMEOUT },
	  FOR_IO | FOR_REVOKE,
	  "    --timeout=SECONDS",
	  "stop a program, or end a lease, after that (default 30)" },
	{ { "reason", required_argument, NULL, OPTION_REASON },
	  FOR_REVOKE,
	  "    --reason=TEXT",
	  "what the holder of a lease is told" },
	{ { "iommu", required_argument, NULL, OPTION_IOMMU },
	  FOR_RUN | FOR_IO,
	  "    --iommu=KIND",
	  "give memory by group (the default), iommufd or auto" },
	{ { "backend", required_argument, NULL, OPTION_BACKEND },
	  FOR_RUN | FOR_IO | FOR_CHECK,
	  "    --backend=KIND",
	  "by the module ccwbroker, the kernel's vfio_ccw or auto" },
	{ { "grant", required_argument, NULL, OPTION_GRANT },
	  FOR_RUN,
	  "    --grant=KIND",
	  "hand over fds (the default) or access by path" },
	{ { "who", required_argument, NULL, OPTION_WHO },
	  FOR_RUN | FOR_IO,
	  "    --who=TEXT",
	  "what listings say about the lease" },
	{ { "force", no_argument, NULL, OPTION_FORCE },
	  FOR_RUN | FOR_IO | FOR_CHECK,
	  "    --force",
	  "also a device that programs or an interface use" },
	{ { "autostart", no_argument, NULL, OPTION_AUTOSTART },
	  FOR_DEFINE,
	  "    --autostart",
	  "bind it now, at every start, and when it appears" },
	{ { "user", required_argument, NULL, OPTION_USER },
	  FOR_CHECK,
	  "    --user=USER",
	  "for whom root asks" },
};

struct command_line {
	struct options options;
	const char *used_name[ARRAY_SIZE(option_table)];
	const char *timeout; /* as it was given */
	bool has_help;
	bool has_version;
};

static void print_verb_usage(FILE *out, const struct verb *verb)
{
	fprintf(out, "usage: ccwctl %s%s%s\n", verb->name, *verb->words ? " " : "", verb->words);
}

static void print_help(void)
{
	puts("ccwctl [OPTION]... [VERB] [ARGUMENT]...\n\n"
	     "Uses channel devices that ccwbrokerd hands out.\n\nVerbs:");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		int n = printf("  %s %s", verbs[i].name, verbs[i].words);

		printf("%*s%s\n", n < 36 ? 36 - n : 1, "", verbs[i].help);
	}
	puts("\nOptions:");
	for (size_t i = 0; i < ARRAY_SIZE(option_table); i++)
		printf("  %-34s%s\n", option_table[i].shown, option_table[i].help);
	puts("\nDEV is a device id: 0.0.0580, or 0580 for the same.\n"
	     "CCW is CMD[,FLAG]...:COUNT (read), =HEX or =@FILE (write), nothing (no data), or tic:N,\n"
	     "with two hexadecimal digits as CMD and the FLAGs sli, skip, cd, pci.\n"
	     "The exit status of each kind of failure and examples: ccwctl.md.");
}

static int parse_json(const char *text, enum json_mode *ret)
{
	if (!text || !strcmp(text, "short"))
		*ret = JSON_SHORT;
	else if (!strcmp(text, "pretty"))
		*ret = JSON_PRETTY;
	else if (!strcmp(text, "off"))
		*ret = JSON_OFF;
	else
		return -EINVAL;
	return 0;
}

/* Seconds with up to three decimals, at most CCWBROKER_TIMEOUT_MS_MAX in all */
static int parse_timeout(const char *text, unsigned int *ret_ms)
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
		if (ms > CCWBROKER_TIMEOUT_MS_MAX)
			return -ERANGE;
	}
	for (; decimals < 3; decimals++)
		ms *= 10;
	if (ms > CCWBROKER_TIMEOUT_MS_MAX)
		return -ERANGE;
	*ret_ms = (unsigned int)ms;
	return 0;
}

static enum exit_code bad_option(const char *name, const char *value, const char *what)
{
	call_complain("%s: \"%s\" is not %s", name, value, what);
	return call_usage("[OPTION]... [VERB] [ARGUMENT]...     (ccwctl --help)");
}

static enum exit_code take_option(struct command_line *line, int option)
{
	switch (option) {
	case 'h':
		line->has_help = true;
		break;
	case OPTION_VERSION:
		line->has_version = true;
		break;
	case 'j':
		if (parse_json(optarg, &line->options.json) < 0)
			return bad_option("--json", optarg, "short, pretty or off");
		break;
	case 'q':
		line->options.quiet = true;
		break;
	case OPTION_NO_LEGEND:
		line->options.no_legend = true;
		break;
	case OPTION_EBCDIC:
		line->options.ebcdic = true;
		break;
	case OPTION_TIMEOUT:
		if (parse_timeout(optarg, &line->options.timeout_ms) < 0)
			return bad_option("--timeout", optarg,
					  "a number of seconds, 0.001 to 3600");
		line->options.has_timeout = true;
		line->timeout = optarg;
		break;
	case OPTION_REASON:
		line->options.reason = optarg;
		break;
	case OPTION_FORCE:
		line->options.force = true;
		break;
	case OPTION_AUTOSTART:
		line->options.autostart = true;
		break;
	case OPTION_USER:
		line->options.user = optarg;
		break;
	case OPTION_WHO:
		line->options.who = optarg;
		break;
	case OPTION_IOMMU:
		line->options.iommu = optarg;
		break;
	case OPTION_BACKEND:
		line->options.backend = optarg;
		break;
	case OPTION_GRANT:
		line->options.by_path = !strcmp(optarg, CCWB_GRANT_PATH);
		if (!line->options.by_path && strcmp(optarg, CCWB_GRANT_FDS))
			return bad_option("--grant", optarg, "fds or path");
		break;
	default: /* getopt has said what is wrong */
		return call_usage("[OPTION]... [VERB] [ARGUMENT]...     (ccwctl --help)");
	}
	return EXIT_CODE_OK;
}

static enum exit_code parse_options(int argc, char **argv, struct command_line *line)
{
	struct option options[ARRAY_SIZE(option_table) + 1] = {};
	int option;

	for (size_t i = 0; i < ARRAY_SIZE(option_table); i++)
		options[i] = option_table[i].option;
	while ((option = getopt_long(argc, argv, "hjq", options, NULL)) >= 0) {
		enum exit_code code = take_option(line, option);

		if (code)
			return code;
		for (size_t i = 0; i < ARRAY_SIZE(option_table); i++)
			if (option_table[i].option.val == option)
				line->used_name[i] = option_table[i].option.name;
	}
	return EXIT_CODE_OK;
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static bool check_arguments(const struct verb *verb, const struct arguments *arguments)
{
	if (verb->takes_command && (!arguments->command || !*arguments->command))
		call_complain("%s: the command must follow after --", verb->name);
	else if (!verb->takes_command && arguments->command)
		call_complain("%s: nothing may follow after --", verb->name);
	else if (arguments->n_words < verb->words_min)
		call_complain("%s: too few arguments", verb->name);
	else if (arguments->n_words > verb->words_max && !verb->words_max)
		call_complain("%s: takes no argument such as \"%s\"", verb->name,
			      arguments->words[0]);
	else if (arguments->n_words > verb->words_max)
		call_complain("%s: too many arguments, at most %u from \"%s\" on", verb->name,
			      verb->words_max, arguments->words[0]);
	else
		return true;
	return false;
}

static bool check_options(const struct verb *verb, const struct command_line *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_table); i++) {
		if (!line->used_name[i] || option_table[i].verbs & 1U << (verb - verbs))
			continue;
		call_complain("%s: has no option --%s", verb->name, line->used_name[i]);
		return false;
	}
	return true;
}

/* 0 means at once, and a program takes some time. */
static bool check_timeout(const struct verb *verb, const struct command_line *line)
{
	if (!line->options.has_timeout || line->options.timeout_ms || verb->run == verb_revoke)
		return true;
	call_complain("--timeout: \"%s\" is not a number of seconds, 0.001 to 3600", line->timeout);
	return false;
}

static enum exit_code dispatch(const struct command_line *line, struct arguments *arguments)
{
	const struct verb *verb;

	if (!arguments->n_words) {
		verb = &verbs[0];
	} else {
		verb = find_verb(arguments->words[0]);
		if (!verb) {
			call_complain("there is no verb \"%s\"", arguments->words[0]);
			return call_usage("[OPTION]... [VERB] [ARGUMENT]...     (ccwctl --help)");
		}
		arguments->words++;
		arguments->n_words--;
	}
	if (!check_arguments(verb, arguments) || !check_options(verb, line) ||
	    !check_timeout(verb, line)) {
		print_verb_usage(stderr, verb);
		return EXIT_CODE_USAGE;
	}
	return verb->run(&line->options, arguments);
}

static enum exit_code finish_output(enum exit_code code)
{
	if (fflush(stdout) >= 0 && !ferror(stdout))
		return code;
	call_complain("cannot write to standard output: %s", strerror(errno));
	return code ? code : EXIT_CODE_FAILURE;
}

int main(int argc, char **argv)
{
	struct command_line line = {};
	struct arguments arguments = {};
	enum exit_code code;
	int own = 1;

	/* options end at the first "--": what follows is not ours to look at or to reorder */
	while (own < argc && strcmp(argv[own], "--"))
		own++;
	if (own < argc) {
		arguments.command = argv + own + 1;
		argv[own] = NULL;
	}
	code = parse_options(own, argv, &line);
	if (code)
		return (int)code;
	if (line.has_help || line.has_version) {
		if (line.has_help)
			print_help();
		else
			puts("ccwctl " PACKAGE_VERSION);
		return (int)finish_output(EXIT_CODE_OK);
	}
	arguments.words = argv + optind;
	arguments.n_words = (unsigned int)(own - optind);
	return (int)finish_output(dispatch(&line, &arguments));
}
