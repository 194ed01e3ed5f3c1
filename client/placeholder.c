/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the placeholders in the words of a command, as "{device-fd:0.0.0580}". Does not know where
 * what stands for them comes from.
 */
#include "placeholder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const keys[] = {
	"container-fd", "group-fd", "iommufd-fd", "device-fd", "lease-fd", "sysfs",
};

/* text begins with '{'. The key, and what stands between its colon and the '}'; NULL: none. */
static const char *match(const char *text, const char **ret_id, size_t *ret_id_length)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t length = strlen(keys[i]);
		const char *end;

		if (strncmp(text + 1, keys[i], length) || text[1 + length] != ':')
			continue;
		*ret_id = text + 1 + length + 1;
		end = strchr(*ret_id, '}');
		if (!end)
			return NULL;
		*ret_id_length = (size_t)(end - *ret_id);
		return keys[i];
	}
	return NULL;
}

static int look_up(const char *key, const char *id, size_t length, placeholder_lookup *lookup,
		   void *userdata, char **ret)
{
	char text[CCW_ID_STRING_SIZE], full[CCW_ID_STRING_SIZE];
	struct ccw_id parsed;

	if (length >= sizeof(text))
		return -EINVAL;
	memcpy(text, id, length);
	text[length] = '\0';
	if (ccw_id_parse(text, &parsed) < 0)
		return -EINVAL;
	return lookup(userdata, key, ccw_id_format(parsed, full), ret);
}

int placeholder_expand(const char *word, placeholder_lookup *lookup, void *userdata, char **ret,
		       struct placeholder_fault *ret_fault)
{
	_cleanup_free_ char *result = NULL;
	size_t size, length;
	FILE *out = open_memstream(&result, &size);
	int r = out ? 0 : -ENOMEM;

	while (r >= 0 && *word) {
		_cleanup_free_ char *value = NULL;
		const char *id, *key = *word == '{' ? match(word, &id, &length) : NULL;

		if (!key) {
			fputc(*word++, out);
			continue;
		}
		r = look_up(key, id, length, lookup, userdata, &value);
		if (r < 0)
			*ret_fault = (struct placeholder_fault){ word,
								 (size_t)(id + length + 1 - word) };
		else
			fputs(value, out);
		word = id + length + 1;
	}
	if (out && fclose(out) < 0)
		return -ENOMEM;
	if (r < 0)
		return r;
	*ret = TAKE_PTR(result);
	return 0;
}
