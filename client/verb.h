/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what all verbs share: their list, how one is described and called, and what ccwctl's exit status
 * means. The descriptions are in verbs-*.c; parser, help, manual page and completion read nothing else.
 */
#pragma once

#include <stdbool.h>

/* Documented in option.c; never renumber. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILURE = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_NOT_FOUND = 3,
	EXIT_CODE_NOT_PERMITTED = 4,
	EXIT_CODE_IN_USE = 5,
	EXIT_CODE_LEASED = 6,
	EXIT_CODE_PARTIAL = 7,
	EXIT_CODE_TIMEOUT = 8,
	EXIT_CODE_INVALID = 9,
	EXIT_CODE_ABORTED = 16,
	EXIT_CODE_UNREACHABLE = 69,
	EXIT_CODE_RUN_FAILED = 125,
	EXIT_CODE_RUN_CANNOT_EXECUTE = 126,
	EXIT_CODE_RUN_NOT_FOUND = 127,
};

/* In the order of the words of --json */
enum json_mode {
	JSON_OFF,
	JSON_SHORT,
	JSON_PRETTY,
};

/* What option.c fills in; zero is what holds without an option. */
struct options {
	unsigned int json; /* enum json_mode */
	bool help;
	bool version;
	bool quiet;
	bool no_legend;
	bool ebcdic;
	bool has_timeout;
	unsigned int timeout_ms; /* 0: the default of the verb, or with has_timeout at once */
	const char *who;	 /* NULL: a default of the verb */
	const char *iommu;	 /* NULL: the broker's default */
	const char *backend;	 /* likewise */
	unsigned int by_path;	 /* 1: --grant=path */
	bool force;
	bool dry_run;
	bool yes;
	bool autostart;
	bool hold;
	const char *pid; /* NULL: the parent's */
	bool once;
	unsigned int count;  /* 0: no end */
	const char *reason;  /* NULL: a default of the verb */
	const char *user;    /* NULL: the caller */
	const char *unit;    /* NULL: not known */
	const char *type;    /* NULL: what sysfs says; of list: all */
	unsigned int states; /* bits as in device-list.h; 0: all */
	bool names_paths;    /* DEV is a subchannel or a channel path */
	const char *policy;  /* NULL: the installed one */
};

/* What stands on the command line after the verb. */
struct arguments {
	char **words;
	unsigned int n_words;
	char **command; /* what follows "--", NULL-terminated; NULL when there is no "--" */
};

/*
 * A row of the table. In words, help and completion know DEV, LEASE and alternatives as "on|off"; texts
 * have lines of at most 78 columns, and an empty one between paragraphs.
 */
struct verb {
	const char *group;   /* heading of it and those behind it; NULL: as the one before */
	const char *name;    /* one word, or two as "policy check" */
	const char *words;   /* what follows it */
	const char *options; /* names of rows of option.c, with spaces between */
	const char *help;    /* a line of at most 60 columns */
	const char *text;
	const char *examples; /* lines: "# what it is for", "$ ccwctl ..." and what that prints */
	const char *exits;    /* its own statuses besides 0, 1, 2 and 69, with spaces between */
	unsigned int words_min;
	unsigned int words_max;
	bool takes_command;
};

/*
 * All verbs, in the order of --help. VERB(x) stands for row_x, its row in verbs-*.c, and verb_x, what it
 * does, in verb-*.c.
 */
#define VERBS(VERB)                                                                                \
	VERB(list)                                                                                 \
	VERB(tree)                                                                                 \
	VERB(info)                                                                                 \
	VERB(leases)                                                                               \
	VERB(who)                                                                                  \
	VERB(top)                                                                                  \
	VERB(check)                                                                                \
	VERB(monitor)                                                                              \
	VERB(status)                                                                               \
	VERB(run)                                                                                  \
	VERB(io)                                                                                   \
	VERB(acquire)                                                                              \
	VERB(release)                                                                              \
	VERB(revoke)                                                                               \
	VERB(bind)                                                                                 \
	VERB(restore)                                                                              \
	VERB(reset)                                                                                \
	VERB(define)                                                                               \
	VERB(undefine)                                                                             \
	VERB(autostart)                                                                            \
	VERB(definitions)                                                                          \
	VERB(reload)                                                                               \
	VERB(policy_check)                                                                         \
	VERB(policy_show)                                                                          \
	VERB(policy_test)                                                                          \
	VERB(qemu_args)                                                                            \
	VERB(libvirt_xml)                                                                          \
	VERB(completion)

#define VERB_DECLARE(name)                                                                         \
	extern const struct verb row_##name;                                                       \
	enum exit_code verb_##name(const struct options *options,                                  \
				   const struct arguments *arguments);
VERBS(VERB_DECLARE)
#undef VERB_DECLARE
