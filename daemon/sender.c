/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the question who has sent a signal. Anybody on the bus may send us one that looks like the broker's, or the
 * bus's: those that name us are delivered, whatever was matched, and sd-bus takes any sender for one that goes by a
 * name. Does not know what the signal says.
 */
#include "sender.h"

#include <string.h>

#include "names.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

/* Nobody else is at the other end. */
static bool is_direct(sd_bus_message *message)
{
	return sd_bus_is_bus_client(sd_bus_message_get_bus(message)) <= 0;
}

bool sender_is_broker(sd_bus_message *message)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *sender = sd_bus_message_get_sender(message), *owner;

	if (is_direct(message))
		return true;
	return sender &&
	       sd_bus_call_method(sd_bus_message_get_bus(message), BUS_NAME, BUS_PATH, BUS_NAME,
				  "GetNameOwner", NULL, &reply, "s", CCWB_BUS_NAME) >= 0 &&
	       sd_bus_message_read(reply, "s", &owner) > 0 && !strcmp(sender, owner);
}

bool sender_is_bus(sd_bus_message *message)
{
	const char *sender = sd_bus_message_get_sender(message);

	/* no connection can have that name */
	return is_direct(message) || (sender && !strcmp(sender, BUS_NAME));
}
