// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Target: the file of a lease, as a daemon finds it at its start. What is read is written again as it was
 * understood, and read the same; what is not read leaves nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "lease-json.h"
#include "target.h"

#define DEPTH 8

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/* The caller frees it. */
static char *write_text(const struct lease *lease)
{
	_cleanup_json_ struct json_object *object = json_object_new_object();
	char *text;

	require(lease_json_write(object, lease) >= 0, "what was read can be written");
	text = strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
	if (!text)
		abort();
	return text;
}

static struct lease *read_text(const char *text, size_t size)
{
	_cleanup_json_ struct json_object *object = NULL;
	struct lease *lease = NULL;
	const char *why = NULL;
	unsigned int line;
	int r;

	r = json_parse(text, size, DEPTH, &object, &why, &line);
	require(r >= 0 || why, "what is wrong with it is said");
	if (r < 0 || lease_json_is_newer(object))
		return NULL;
	r = lease_json_read(object, &lease);
	require((r >= 0) == (lease != NULL), "there is a lease, or an error");
	return lease;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *first, *second;
	struct lease *lease, *again;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	lease = read_text(text, size);
	free(text);
	if (!lease)
		return 0;
	first = write_text(lease);
	again = read_text(first, strlen(first));
	require(again != NULL, "what was written can be read");
	second = write_text(again);
	require(!strcmp(first, second), "it is understood the same both times");
	free(first);
	free(second);
	lease_free(lease);
	lease_free(again);
	return 0;
}
