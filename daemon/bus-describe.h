/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "json.h"
#include "macro.h"

/*
 * The properties of an object as JSON: one member for each of vtable, explicit ones included, named
 * as the property but in lower case with underscores. "" and "/" (no object) are null. To be called
 * while a method of the object's slot runs. The caller owns *ret.
 */
_must_check_ int bus_describe(sd_bus *bus, const sd_bus_vtable *vtable, void *userdata,
			      struct json_object **ret);

/* Replies object as text, or as an fd when it is NULL-terminated text in one; takes object over. */
int bus_describe_reply(sd_bus_message *message, struct json_object *object_take);
int bus_describe_reply_fd(sd_bus_message *message, struct json_object *object_take);
