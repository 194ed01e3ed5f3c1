/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the reading of single values of policy files: their types, their limits, and words that lead
 * whoever wrote one that is wrong to its line. Knows no rule and no profile.
 */
#include "place.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "text.h"

unsigned int place_line(const struct place *place)
{
	return json_line(place->text, place->member, place->index, NULL);
}

int place_fault(const struct place *place, const char *key, const char *what)
{
	unsigned int line = json_line(place->text, place->member, place->index, key);

	if (key)
		return fault_set(place->fault, FAULT_POLICY_INVALID, "%s:%u: \"%.*s\": %s",
				 place->file, line, LIMIT_POLICY_NAME_BYTES, key, what);
	return fault_set(place->fault, FAULT_POLICY_INVALID, "%s:%u: %s", place->file, line, what);
}

int place_faultf(const struct place *place, const char *key, const char *format, ...)
{
	char what[LIMIT_MESSAGE_BYTES / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return place_fault(place, key, what);
}

/* A string without anything in it that a reader would not see. */
static int check_text(const struct place *place, const char *key, struct json_object *value,
		      size_t max)
{
	const char *text = json_object_get_string(value);
	size_t length = (size_t)json_object_get_string_len(value);

	if (length == 0)
		return place_fault(place, key, "has an empty string in it");
	if (length > max)
		return place_faultf(place, key, "has a string of more than %zu bytes in it", max);
	if (strlen(text) != length || !text_is_printable(text))
		return place_fault(place, key, "has a string with control characters in it");
	return 0;
}

int place_read_text(const struct place *place, const char *key, struct json_object *value,
		    size_t max, const char **ret)
{
	int r;

	if (!json_object_is_type(value, json_type_string))
		return place_fault(place, key, "must be a string");
	r = check_text(place, key, value, max);
	if (r < 0)
		return r;
	*ret = json_object_get_string(value);
	return 0;
}

int place_read_flag(const struct place *place, const char *key, struct json_object *value,
		    bool *ret)
{
	if (!json_object_is_type(value, json_type_boolean))
		return place_fault(place, key, "must be true or false");
	*ret = json_object_get_boolean(value);
	return 0;
}

int place_read_number(const struct place *place, const char *key, struct json_object *value,
		      unsigned int max, unsigned int *ret)
{
	int64_t number;

	if (!json_object_is_type(value, json_type_int))
		return place_faultf(place, key, "must be a number from 1 to %u", max);
	number = json_object_get_int64(value);
	if (number < 1 || number > max)
		return place_faultf(place, key, "must be a number from 1 to %u", max);
	*ret = (unsigned int)number;
	return 0;
}

/* One entry of a list as a string within limits. */
static int list_entry(const struct place *place, const char *key, struct json_object *list,
		      size_t index, const char **ret)
{
	struct json_object *entry = json_object_array_get_idx(list, index);
	int r;

	if (!json_object_is_type(entry, json_type_string))
		return place_fault(place, key, "must be a list of strings");
	r = check_text(place, key, entry, LIMIT_POLICY_NAME_BYTES);
	if (r < 0)
		return r;
	*ret = json_object_get_string(entry);
	return 0;
}

static int list_check(const struct place *place, const char *key, struct json_object *list,
		      size_t *ret_n)
{
	size_t n;

	if (!json_object_is_type(list, json_type_array))
		return place_fault(place, key, "must be a list of strings");
	n = json_object_array_length(list);
	if (n == 0)
		return place_fault(place, key,
				   "is empty and would never match; leave it out to match all");
	if (n > LIMIT_POLICY_LIST)
		return place_faultf(place, key, "has more than %d entries", LIMIT_POLICY_LIST);
	*ret_n = n;
	return 0;
}

int place_read_strings(const struct place *place, const char *key, struct json_object *list,
		       char ***ret, size_t *ret_n)
{
	const char *text;
	size_t total, n;
	int r;

	r = list_check(place, key, list, &total);
	if (r < 0)
		return r;
	*ret = calloc(total, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	for (n = 0; n < total; n++) {
		r = list_entry(place, key, list, n, &text);
		if (r < 0)
			return r;
		(*ret)[n] = strdup(text);
		if (!(*ret)[n])
			return -ENOMEM;
		*ret_n = n + 1;
	}
	return 0;
}

int place_read_types(const struct place *place, struct json_object *list, struct device_set *set)
{
	size_t n;
	int r;

	r = place_read_strings(place, "types", list, &set->types, &set->n_types);
	for (n = 0; r >= 0 && n < set->n_types; n++)
		if (!device_set_type_is_valid(set->types[n]))
			r = place_fault(place, "types",
					"has an entry that is not like 3490, 3490/50 or 3490/*");
	return r;
}

int place_read_ranges(const struct place *place, struct json_object *list, struct device_set *set)
{
	struct device_range *range;
	const char *text;
	size_t total, n;
	int r;

	r = list_check(place, "devices", list, &total);
	if (r < 0)
		return r;
	set->ranges = calloc(total, sizeof(*set->ranges));
	if (!set->ranges)
		return -ENOMEM;
	for (n = 0; n < total; n++) {
		r = list_entry(place, "devices", list, n, &text);
		if (r < 0)
			return r;
		range = &set->ranges[n];
		if (ccw_id_parse_range(text, &range->first, &range->last) < 0)
			return place_fault(
				place, "devices",
				"has an entry that is not like 0.0.0580 or 0.0.0100-0.0.01ff");
		set->n_ranges = n + 1;
	}
	return 0;
}

int place_for_each(const struct place *place, const char *key, struct json_object *list,
		   int (*each)(const struct place *place, const char *key, const char *text,
			       void *userdata),
		   void *userdata)
{
	const char *text;
	size_t total, n;
	int r;

	r = list_check(place, key, list, &total);
	for (n = 0; r >= 0 && n < total; n++) {
		r = list_entry(place, key, list, n, &text);
		if (r >= 0)
			r = each(place, key, text, userdata);
	}
	return r;
}
