/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the watch over the connections that leases hang on: one match for all of them, and none
 * while there is no such lease, so that nobody's coming and going wakes us up for nothing.
 */
#include "bus-tether.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define GONE_RULE                                                                                  \
	"type='signal',sender='" BUS_NAME "',interface='" BUS_NAME "',"                            \
	"member='NameOwnerChanged',arg2=''"

struct bus_tether {
	sd_bus *bus;
	struct broker *broker;
	char bus_id[SD_ID128_STRING_MAX];
	sd_bus_slot *match; /* NULL while nobody is watched */
};

/* Whether the connection is still there, asked without waiting. */
struct question {
	struct bus_tether *watch;
	char name[TETHER_NAME_SIZE];
};

const char *bus_tether_bus_id(sd_bus *bus, char buffer[static SD_ID128_STRING_MAX])
{
	sd_id128_t id;

	*buffer = '\0';
	if (sd_bus_get_bus_id(bus, &id) >= 0)
		sd_id128_to_string(id, buffer);
	return buffer;
}

static bool is_needed(struct bus_tether *watch)
{
	struct lease *lease = NULL;

	while ((lease = broker_next_lease(watch->broker, lease)))
		if (lease_is_held(lease) && lease->tether.lifetime == LIFETIME_CONNECTION)
			return true;
	return false;
}

static int on_gone(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct bus_tether *watch = userdata;
	const char *name, *before, *after;

	if (sd_bus_message_read(message, "sss", &name, &before, &after) < 0)
		return 0;
	broker_connection_gone(watch->broker, watch->bus_id, name);
	if (!is_needed(watch))
		watch->match = sd_bus_slot_unref(watch->match);
	return 0;
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct question *question = userdata;
	struct bus_tether *watch = question->watch;

	if (sd_bus_message_is_method_error(reply, BUS_NAME ".Error.NameHasNoOwner"))
		broker_connection_gone(watch->broker, watch->bus_id, question->name);
	return 0;
}

/* Without a handler of ours a match that is refused would end the connection. */
static int on_match(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	if (sd_bus_message_is_method_error(reply, NULL))
		log_error_errno(
			-sd_bus_message_get_errno(reply),
			"cannot watch connections: leases that hang on one end only by their "
			"fds");
	return 0;
}

/* One that went before the match was there is missed by it. */
static int ask(struct bus_tether *watch, const char *name)
{
	_cleanup_free_ struct question *question = calloc(1, sizeof(*question));
	_cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
	int r;

	if (!question)
		return -ENOMEM;
	question->watch = watch;
	snprintf(question->name, sizeof(question->name), "%s", name);
	r = sd_bus_call_method_async(watch->bus, &slot, BUS_NAME, BUS_PATH, BUS_NAME,
				     "GetNameOwner", on_answer, question, "s", name);
	if (r < 0)
		return r;
	(void)sd_bus_slot_set_destroy_callback(slot, free); /* of a slot of ours: cannot fail */
	(void)TAKE_PTR(question);
	return sd_bus_slot_set_floating(slot, true); /* which is a reference of its own */
}

void bus_tether_watch(struct bus_tether *watch, const struct lease *lease)
{
	const struct tether *tether = &lease->tether;
	char device[CCW_ID_STRING_SIZE];
	int r = 0;

	if (!lease_is_held(lease) || tether->lifetime != LIFETIME_CONNECTION)
		return;
	if (!watch->match)
		r = sd_bus_add_match_async(watch->bus, &watch->match, GONE_RULE, on_gone, on_match,
					   watch);
	if (r >= 0)
		r = ask(watch, tether->connection);
	if (r < 0)
		log_full_errno(LOG_ERR, ccw_id_format(lease->device, device), lease->id, r,
			       "cannot watch %s: its lease ends only by its fd",
			       tether->connection);
}

/* Leases of a bus that is no more hang on nothing: its names begin anew on the next one. */
static void take_up(struct bus_tether *watch)
{
	struct lease *lease = NULL;

	broker_bus_gone(watch->broker, watch->bus_id);
	while ((lease = broker_next_lease(watch->broker, lease)))
		bus_tether_watch(watch, lease);
}

int bus_tether_new(sd_bus *bus, struct broker *broker, struct bus_tether **ret)
{
	struct bus_tether *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return -ENOMEM;
	watch->bus = sd_bus_ref(bus);
	watch->broker = broker;
	bus_tether_bus_id(bus, watch->bus_id);
	take_up(watch);
	*ret = watch;
	return 0;
}

void bus_tether_free(struct bus_tether *watch)
{
	if (!watch)
		return;
	sd_bus_slot_unref(watch->match);
	sd_bus_unref(watch->bus);
	free(watch);
}
