/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what all verbs share: how one is called and what ccwctl's exit status means.
 */
#pragma once

#include <stdbool.h>

/* Documented in doc/ccwctl.md; never renumber. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILURE = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_NOT_FOUND = 3,
	EXIT_CODE_NOT_PERMITTED = 4,
	EXIT_CODE_IN_USE = 5,
	EXIT_CODE_LEASED = 6,
	EXIT_CODE_UNREACHABLE = 69,
	EXIT_CODE_RUN_FAILED = 125,
	EXIT_CODE_RUN_CANNOT_EXECUTE = 126,
	EXIT_CODE_RUN_NOT_FOUND = 127,
};

enum json_mode {
	JSON_OFF,
	JSON_SHORT,
	JSON_PRETTY,
};

struct options {
	enum json_mode json;
	bool quiet;
	bool no_legend;
	bool ebcdic;
	bool has_timeout;
	unsigned int timeout_ms; /* 0: the default of the verb, or with has_timeout at once */
	const char *who;	 /* NULL: a default of the verb */
	const char *iommu;	 /* NULL: the broker's default */
	const char *backend;	 /* likewise */
	bool by_path;
	bool force;
	bool autostart;
	const char *reason; /* NULL: a default of the verb */
	const char *user;   /* NULL: the caller */
};

/* What stands on the command line after the verb. */
struct arguments {
	char **words;
	unsigned int n_words;
	char **command; /* what follows "--", NULL-terminated; NULL when there is no "--" */
};

struct verb {
	const char *name;
	const char *words; /* for the usage line */
	const char *help;
	unsigned int words_min;
	unsigned int words_max;
	bool takes_command;
	enum exit_code (*run)(const struct options *options, const struct arguments *arguments);
};

enum exit_code verb_list(const struct options *options, const struct arguments *arguments);
enum exit_code verb_info(const struct options *options, const struct arguments *arguments);
enum exit_code verb_leases(const struct options *options, const struct arguments *arguments);
enum exit_code verb_run(const struct options *options, const struct arguments *arguments);
enum exit_code verb_io(const struct options *options, const struct arguments *arguments);
enum exit_code verb_check(const struct options *options, const struct arguments *arguments);
enum exit_code verb_revoke(const struct options *options, const struct arguments *arguments);
enum exit_code verb_bind(const struct options *options, const struct arguments *arguments);
enum exit_code verb_restore(const struct options *options, const struct arguments *arguments);
enum exit_code verb_reset(const struct options *options, const struct arguments *arguments);
enum exit_code verb_define(const struct options *options, const struct arguments *arguments);
enum exit_code verb_undefine(const struct options *options, const struct arguments *arguments);
enum exit_code verb_autostart(const struct options *options, const struct arguments *arguments);
enum exit_code verb_definitions(const struct options *options, const struct arguments *arguments);
enum exit_code verb_release(const struct options *options, const struct arguments *arguments);
