/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>

#include "macro.h"
#include "verb.h"

#define OPTION_SECONDS_MAX 3600
#define OPTION_NUMBER_MAX  1000000

enum option_kind {
	OPTION_FLAG,		/* bool */
	OPTION_TEXT,		/* const char *: as it was given */
	OPTION_CHOICE,		/* unsigned int: which of the values */
	OPTION_CHOICES,		/* unsigned int: a bit for each value of a list with commas */
	OPTION_SECONDS,		/* timeout_ms and has_timeout: 0.001 to OPTION_SECONDS_MAX */
	OPTION_SECONDS_OR_NONE, /* the same, from 0 */
	OPTION_NUMBER,		/* unsigned int: 1 to OPTION_NUMBER_MAX */
};

struct option_row {
	const char *name;
	char letter;	      /* '\0': none */
	const char *argument; /* its name in capitals; NULL: takes none */
	const char *values;   /* what it may be, with spaces between; NULL: anything */
	const char *implied;  /* the value without one; NULL: a value must follow */
	const char *
		verb; /* whose row it is; NULL: of all verbs that name it and have none of their own */
	const char *help;
	enum option_kind kind;
	size_t offset;	 /* in struct options */
	bool is_general; /* of every verb, and without one */
};

/* What an exit status means, for help and manual. */
struct option_exit {
	enum exit_code code;
	const char *help;
};

/* The table; it ends with a NULL name, the one of statuses with a NULL help. */
extern const struct option_row option_table[];
extern const struct option_exit option_exits[];

/* The rows of options, and of all verbs, in their order; NULL behind the last. */
extern const struct verb *const option_verbs[];

/* The row of a verb's option, or NULL. Without a verb: any row of that name. */
const struct option_row *option_find(const struct verb *verb, const char *name);

/* Whether verb takes what row describes. */
bool option_is_of(const struct option_row *row, const struct verb *verb);

/* The next word of a list with spaces between; "" at the end. Its length comes back, the list is moved on. */
size_t option_next_word(const char **list, const char **ret_word);

/* Stores value as row says; -EINVAL when it is none of the values, or out of range. */
_must_check_ int option_store(const struct option_row *row, const char *value,
			      struct options *options);

/* What may be given, as "short, pretty or off", in a buffer that is cut short when it is too small. */
void option_describe_values(const struct option_row *row, char *buffer, size_t size);
