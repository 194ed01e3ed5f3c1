/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the question who has sent a signal. Anybody on the bus may send us one that looks like the broker's, or the
 * bus's: those that name us are delivered, whatever was matched, and sd-bus takes any sender for one that goes by a
 * name. The bus tells of each new owner before anything of that owner's, so what was heard is true of what is heard
 * next. Does not know what the signal says.
 */
#include "sender.h"

#include <errno.h>
#include <string.h>

#include "names.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

/* Nobody else is at the other end. */
static bool is_direct(sd_bus_message *message)
{
	return sd_bus_is_bus_client(sd_bus_message_get_bus(message)) <= 0;
}

static int set_owner(struct sender *sender, const char *owner)
{
	if (strlen(owner) >= sizeof(sender->owner))
		return -ENAMETOOLONG;
	strcpy(sender->owner, owner);
	return 0;
}

/* sd-bus drops what a match returns. */
static int on_owner(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct sender *sender = userdata;
	const char *owner;
	int r;

	if (!sender_is_bus(message))
		return 0;
	r = sd_bus_message_read(message, "sss", NULL, NULL, &owner);
	if (r >= 0)
		r = set_owner(sender, owner);
	if (r < 0)
		sender->error = r;
	return 0;
}

static int ask_owner(struct sender *sender, sd_bus *bus)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *owner;
	int r;

	r = sd_bus_call_method(bus, BUS_NAME, BUS_PATH, BUS_NAME, "GetNameOwner", &error, &reply,
			       "s", CCWB_BUS_NAME);
	if (sd_bus_error_has_name(&error, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
		return 0; /* the first call may start it */
	if (r >= 0)
		r = sd_bus_message_read(reply, "s", &owner);
	return r < 0 ? r : set_owner(sender, owner);
}

int sender_follow(struct sender *sender, sd_bus *bus)
{
	int r;

	if (sd_bus_is_bus_client(bus) <= 0)
		return 0;
	r = sd_bus_add_match(bus, &sender->slot,
			     "type='signal',sender='" BUS_NAME "',member='NameOwnerChanged',"
			     "arg0='" CCWB_BUS_NAME "'",
			     on_owner, sender);
	return r < 0 ? r : ask_owner(sender, bus);
}

void sender_unfollow(struct sender *sender)
{
	sender->slot = sd_bus_slot_unref(sender->slot);
}

int sender_is_broker(const struct sender *sender, sd_bus_message *message)
{
	const char *name = sd_bus_message_get_sender(message);

	if (is_direct(message))
		return 1;
	if (sender->error < 0)
		return sender->error;
	return name && !strcmp(name, sender->owner);
}

bool sender_is_bus(sd_bus_message *message)
{
	const char *name = sd_bus_message_get_sender(message);

	/* no connection can have that name */
	return is_direct(message) || (name && !strcmp(name, BUS_NAME));
}
