/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns strict reading of what callers pass besides plain arguments: a{sv} dictionaries and flags.
 * What is not known is refused, so that it can get a meaning later.
 */
#include "bus-dict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "text.h"

#define SHOWN_BYTES 64 /* of a caller's key in our answer */

static const struct bus_key *find_key(const struct bus_key *keys, size_t n_keys, const char *name)
{
	size_t n;

	for (n = 0; n < n_keys; n++)
		if (strcmp(keys[n].name, name) == 0)
			return &keys[n];
	return NULL;
}

static int unknown_key(const char *what, const struct bus_key *keys, size_t n_keys,
		       const char *name, struct fault *fault)
{
	char known[256] = "";
	size_t length = 0, n;

	for (n = 0; n < n_keys && length < sizeof(known); n++)
		length += (size_t)snprintf(known + length, sizeof(known) - length, "%s\"%s\"",
					   n ? ", " : "", keys[n].name);
	return fault_set(fault, FAULT_INVALID_ARGS, "unknown %s \"%.*s\"; known: %s", what,
			 SHOWN_BYTES, name, known);
}

/*
 * A message has room for millions of texts, for which sd_bus_message_read_strv would take hours: it
 * looks for the end of its list before each of them.
 */
static int read_list(sd_bus_message *message, const char *what, const struct bus_key *key,
		     char ***field, struct fault *fault)
{
	_cleanup_(text_list_freep) char **list = calloc(LIMIT_LIST_TEXTS + 1, sizeof(*list));
	const char *text;
	size_t n = 0;
	int r;

	if (!list)
		return -ENOMEM;
	r = sd_bus_message_enter_container(message, 'a', "s");
	while (r >= 0 && (r = sd_bus_message_read(message, "s", &text)) > 0) {
		if (n == LIMIT_LIST_TEXTS)
			return fault_set(fault, FAULT_LIMITS_EXCEEDED,
					 "%s \"%s\" has room for %d texts", what, key->name,
					 LIMIT_LIST_TEXTS);
		list[n] = strdup(text);
		if (!list[n++])
			return -ENOMEM;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(message);
	if (r < 0)
		return r;
	*field = TAKE_PTR(list);
	return 0;
}

static int read_value(sd_bus_message *message, const char *what, const struct bus_key *key,
		      void *values, struct fault *fault)
{
	const char basic[] = { key->type, '\0' };
	const char *expected = key->type == 'a' ? "as" : basic;
	void *field = (char *)values + key->offset;
	const char *contents;
	char type;
	int r;

	r = sd_bus_message_peek_type(message, &type, &contents);
	if (r < 0)
		return r;
	if (strcmp(contents, expected) != 0)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "%s \"%s\" must have type %s, and has type %.*s", what, key->name,
				 expected, SHOWN_BYTES, contents);
	if (key->type != 'a')
		return sd_bus_message_read(message, "v", expected, field);
	r = sd_bus_message_enter_container(message, 'v', expected);
	if (r >= 0)
		r = read_list(message, what, key, field, fault);
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_entry(sd_bus_message *message, const char *what, const struct bus_key *keys,
		      size_t n_keys, void *values, unsigned int *seen, struct fault *fault)
{
	const struct bus_key *key;
	const char *name;
	int r;

	r = sd_bus_message_read(message, "s", &name);
	if (r < 0)
		return r;
	key = find_key(keys, n_keys, name);
	if (!key)
		return unknown_key(what, keys, n_keys, name, fault);
	if (*seen & 1U << (key - keys))
		return fault_set(fault, FAULT_INVALID_ARGS, "%s \"%s\" is given twice", what, name);
	*seen |= 1U << (key - keys);
	return read_value(message, what, key, values, fault);
}

int bus_dict_read(sd_bus_message *message, const char *what, const struct bus_key *keys,
		  size_t n_keys, void *values, struct fault *fault)
{
	unsigned int seen = 0;
	int r;

	/* a key cannot come twice, so a table bounds what is read */
	r = sd_bus_message_enter_container(message, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		r = read_entry(message, what, keys, n_keys, values, &seen, fault);
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(message);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	return sd_bus_message_exit_container(message);
}

int bus_dict_read_flags_of(sd_bus_message *message, uint64_t known, uint64_t *ret,
			   struct fault *fault)
{
	uint64_t flags;
	int r;

	r = sd_bus_message_read(message, "t", &flags);
	if (r < 0)
		return r;
	if (flags & ~known && known == 0)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "flags 0x%" PRIx64 " are not known; flags must be 0", flags);
	if (flags & ~known)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "flags 0x%" PRIx64 " are not known; known: 0x%" PRIx64,
				 flags & ~known, known);
	*ret = flags;
	return 0;
}

int bus_dict_read_flags(sd_bus_message *message, struct fault *fault)
{
	uint64_t flags;

	return bus_dict_read_flags_of(message, 0, &flags, fault);
}
