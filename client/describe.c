/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from Describe, what the broker knows of an object as JSON, to that JSON. Knows no member of
 * it: what a later broker adds is handed on.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "describe.h"
#include "names.h"

static enum exit_code parse(const char *what, const char *text, struct json_object **ret)
{
	struct json_object *object = json_tokener_parse(text);

	if (!json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return call_bad_reply(what, -EBADMSG);
	}
	*ret = object;
	return EXIT_CODE_OK;
}

enum exit_code describe_fetch(sd_bus *bus, const char *what, const char *path,
			      const char *interface, uint64_t flags, struct json_object **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	enum exit_code code;
	const char *text;
	int r;

	code = call_object(bus, what, path, interface, "Describe", flags, &reply);
	if (code)
		return code;
	r = sd_bus_message_read(reply, "s", &text);
	return r < 0 ? call_bad_reply(what, r) : parse(what, text, ret);
}

enum exit_code describe_lease(sd_bus *bus, const char *what, const char *lease,
			      struct json_object **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_free_ char *path = NULL;
	const char *text;
	int r;

	*ret = NULL;
	r = sd_bus_path_encode(CCWB_PATH_LEASE, lease, &path);
	if (r < 0)
		return call_bad_reply(what, r);
	r = sd_bus_call_method(bus, CCWB_BUS_NAME, path, CCWB_IFACE_LEASE, "Describe", NULL, &reply,
			       "t", (uint64_t)0);
	if (r < 0)
		return EXIT_CODE_OK; /* the next call of the Manager says what is wrong */
	r = sd_bus_message_read(reply, "s", &text);
	return r < 0 ? call_bad_reply(what, r) : parse(what, text, ret);
}

enum exit_code describe_append(sd_bus *bus, const char *what, const char *path,
			       const char *interface, struct json_object *array)
{
	struct json_object *object = NULL;
	enum exit_code code;

	code = describe_fetch(bus, what, path, interface, 0, &object);
	if (code)
		return code;
	if (json_object_array_add(array, object) >= 0)
		return EXIT_CODE_OK;
	json_object_put(object);
	return call_bad_reply(what, -ENOMEM);
}

const char *describe_text(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!object || !json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}
