/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns definitions on the bus: what their methods take and give, and who may. What follows from a
 * definition is autostart.c's.
 */
#include "bus-definition.h"

#include <errno.h>

#include "bus-consent.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-hold.h"
#include "names.h"

#define SHOWN_BYTES 64 /* of a caller's argument in our answer */

static int read_id(sd_bus_message *message, struct ccw_id *ret, struct fault *fault)
{
	const char *text;
	int r;

	r = sd_bus_message_read(message, "s", &text);
	if (r >= 0 && ccw_id_parse(text, ret) < 0)
		r = fault_set(fault, FAULT_INVALID_ARGS, "\"%.*s\" is no device id like 0.0.0580",
			      SHOWN_BYTES, text);
	return r;
}

/* As bus_consent_authorize, for whoever sent message; the device need not be there. */
static int authorize(struct broker *broker, sd_bus_message *message, struct ccw_id id,
		     struct fault *fault)
{
	const struct device *device;
	struct fault unused = {};
	struct subject subject;
	int r;

	r = bus_hold_subject(broker_hold(broker), message, &subject, fault);
	if (r <= 0)
		return r;
	device = broker_find_device(broker, id, &unused);
	r = bus_consent_authorize(broker_hold(broker), message, &subject, CCWB_ACTION_DEFINE,
				  device, fault);
	subject_deinit(&subject);
	return r;
}

static int reply(sd_bus_message *message, int r, const struct fault *fault, sd_bus_error *error)
{
	if (r < 0)
		return bus_error_set(error, r, fault);
	return r == 0 ? 1 : sd_bus_reply_method_return(message, NULL);
}

static int read_definition(sd_bus_message *message, struct definition *ret, uint64_t *ret_flags,
			   struct fault *fault)
{
	static const struct bus_key keys[] = { { CCWB_DEFINITION_AUTOSTART, 'b', 0 } };
	int is_autostart = 0;
	int r;

	r = read_id(message, &ret->id, fault);
	if (r >= 0)
		r = bus_dict_read(message, "definition key", keys, ARRAY_SIZE(keys), &is_autostart,
				  fault);
	if (r >= 0)
		r = bus_dict_read_flags_of(message, CCWB_FLAG_DRY_RUN, ret_flags, fault);
	if (r >= 0)
		ret->is_autostart = is_autostart;
	return r;
}

int bus_definition_define(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct autostart *autostart = broker_autostart(userdata);
	struct definition definition = {};
	struct fault fault = {};
	uint64_t flags;
	int r;

	r = read_definition(message, &definition, &flags, &fault);
	if (r >= 0)
		r = authorize(userdata, message, definition.id, &fault);
	if (r > 0) {
		r = flags & CCWB_FLAG_DRY_RUN ? definitions_check(autostart_definitions(autostart),
								  definition.id, &fault)
					      : autostart_define(autostart, &definition, &fault);
		r = r < 0 ? r : 1;
	}
	return reply(message, r, &fault, error);
}

int bus_definition_undefine(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct autostart *autostart = broker_autostart(userdata);
	struct fault fault = {};
	uint64_t flags;
	struct ccw_id id;
	int r;

	r = read_id(message, &id, &fault);
	if (r >= 0)
		r = bus_dict_read_flags_of(message, CCWB_FLAG_DRY_RUN, &flags, &fault);
	if (r >= 0)
		r = authorize(userdata, message, id, &fault);
	if (r > 0) {
		r = flags & CCWB_FLAG_DRY_RUN ? autostart_check_undefine(autostart, id, &fault)
					      : autostart_undefine(autostart, id, &fault);
		r = r < 0 ? r : 1;
	}
	return reply(message, r, &fault, error);
}

int bus_definition_set_autostart(struct broker *broker, struct device *device,
				 sd_bus_message *message, struct fault *fault)
{
	struct definition definition = { .id = device->id };
	int is_autostart, r;

	r = sd_bus_message_read(message, "b", &is_autostart);
	if (r >= 0)
		r = bus_dict_read_flags(message, fault);
	if (r >= 0)
		r = authorize(broker, message, definition.id, fault);
	if (r <= 0)
		return r < 0 ? r : 1;
	definition.is_autostart = is_autostart;
	r = autostart_set(broker_autostart(broker), &definition, fault);
	return r < 0 ? r : sd_bus_reply_method_return(message, NULL);
}

static int append(sd_bus_message *message, const struct definition *definition)
{
	char id[CCW_ID_STRING_SIZE];

	return sd_bus_message_append(message, "(sa{sv})", ccw_id_format(definition->id, id), 1,
				     CCWB_DEFINITION_AUTOSTART, "b", (int)definition->is_autostart);
}

int bus_definition_list(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const struct definitions *definitions = autostart_definitions(broker_autostart(userdata));
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *answer = NULL;
	size_t n;
	int r;

	r = sd_bus_message_new_method_return(message, &answer);
	if (r >= 0)
		r = sd_bus_message_open_container(answer, 'a', "(sa{sv})");
	for (n = 0; r >= 0 && n < definitions_count(definitions); n++)
		r = append(answer, definitions_at(definitions, n));
	if (r >= 0)
		r = sd_bus_message_close_container(answer);
	return r < 0 ? r : sd_bus_message_send(answer);
}
