/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how an event looks in a line of text, and the names of its members. Knows no bus.
 */
#include <ctype.h>
#include <json-c/json.h>
#include <string.h>

#include "event-line.h"
#include "show.h"

void event_line_key(const char *property, char *ret, size_t size)
{
	size_t length = 0;

	for (size_t n = 0; property[n] && length + 2 < size; n++) {
		bool is_word = n && isupper((unsigned char)property[n]) &&
			       (islower((unsigned char)property[n - 1]) ||
				islower((unsigned char)property[n + 1]));

		if (is_word)
			ret[length++] = '_';
		ret[length++] = (char)tolower((unsigned char)property[n]);
	}
	ret[length] = '\0';
}

/* Texts with spaces in quotes; nothing as "-". */
static void put_value(FILE *out, struct json_object *value)
{
	const char *text = json_object_get_string(value);

	if (!text || !*text)
		text = "-";
	if (json_object_is_type(value, json_type_string) && strchr(text, ' '))
		fprintf(out, "\"%s\"", text);
	else
		fputs(text, out);
}

static void put_members(FILE *out, struct json_object *event)
{
	json_object_object_foreach(event, key, value) {
		if (!strcmp(key, "time_usec") || !strcmp(key, "event"))
			continue;
		if (json_object_is_type(value, json_type_object)) {
			put_members(out, value);
			continue;
		}
		fprintf(out, " %s=", key);
		put_value(out, value);
	}
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

void event_line_print(FILE *out, struct json_object *event)
{
	_cleanup_free_ char *time = NULL, *text = NULL;
	const char *name = json_object_get_string(get(event, "event"));
	size_t size;
	FILE *line;

	if (show_time(json_object_get_uint64(get(event, "time_usec")), &time) < 0)
		time = NULL;
	line = open_memstream(&text, &size);
	if (!line)
		return;
	put_members(line, event);
	if (fclose(line) == 0)
		show_line(out, "%s %s%s", time ? time : "?", name ? name : "?", text);
}
