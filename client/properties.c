/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from a D-Bus dictionary of properties into a struct. Knows no interface.
 */
#include <errno.h>
#include <string.h>

#include "properties.h"

static int copy_string(char **target, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*target);
	*target = copy;
	return 0;
}

static int read_string(sd_bus_message *reply, char **target)
{
	const char *contents, *text;
	char type;
	int r;

	r = sd_bus_message_peek_type(reply, &type, &contents);
	if (r < 0)
		return r;
	if (r == 0 || type != 'v' || (strcmp(contents, "s") && strcmp(contents, "o")))
		return -EBADMSG;
	r = sd_bus_message_read(reply, "v", contents, &text);
	if (r < 0)
		return r;
	return copy_string(target, text);
}

static int read_value(sd_bus_message *reply, const struct property *property, void *target)
{
	void *at = (char *)target + property->offset;
	const char *first, *second;
	int number, r;

	switch (property->type) {
	case PROPERTY_STRING:
		return read_string(reply, at);
	case PROPERTY_BOOL:
		r = sd_bus_message_read(reply, "v", "b", &number);
		if (r >= 0)
			*(bool *)at = number;
		return r;
	case PROPERTY_DOUBLE:
		return sd_bus_message_read(reply, "v", "d", (double *)at);
	case PROPERTY_PAIR:
		r = sd_bus_message_read(reply, "v", "(ss)", &first, &second);
		if (r >= 0)
			r = copy_string(at, first);
		if (r >= 0)
			r = copy_string((char **)at + 1, second);
		return r;
	}
	return -EINVAL;
}

int properties_read(sd_bus_message *reply, const struct property *table, void *target)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		const struct property *property = table;
		const char *name;

		r = sd_bus_message_read(reply, "s", &name);
		if (r < 0)
			return r;
		while (property->name && strcmp(property->name, name))
			property++;
		r = property->name ? read_value(reply, property, target)
				   : sd_bus_message_skip(reply, "v");
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(reply);
		if (r < 0)
			return r;
	}
	return r;
}

void properties_free(const struct property *table, void *target)
{
	for (; table->name; table++) {
		char **at = (char **)((char *)target + table->offset);

		if (table->type == PROPERTY_BOOL || table->type == PROPERTY_DOUBLE)
			continue;
		free(at[0]);
		at[0] = NULL;
		if (table->type != PROPERTY_PAIR)
			continue;
		free(at[1]);
		at[1] = NULL;
	}
}
