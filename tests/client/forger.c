/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Sends everybody on the bus signals that look like the broker's and the bus's, as any user can; for sessions in which
 * nobody may believe them.
 *   forger [LEASE]...   says of the first jobs that they are done, of these leases that they are over, of a device that
 *                       it is on the moon, and of the broker that it has ended
 */
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "macro.h"
#include "names.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define JOBS	 9

/* A forged signal, to be filled, to whoever is at; sent by say(). */
static int begin(sd_bus *bus, const char *at, const char *path, const char *interface,
		 const char *member, sd_bus_message **ret)
{
	int r = sd_bus_message_new_signal(bus, ret, path, interface, member);

	return r < 0 ? r : sd_bus_message_set_destination(*ret, at);
}

static int say(sd_bus *bus, int r, sd_bus_message *signal)
{
	return r < 0 ? r : sd_bus_send(bus, signal, NULL);
}

static int end_jobs(sd_bus *bus, const char *at)
{
	char path[64];
	int r = 0;

	for (uint32_t id = 1; r >= 0 && id <= JOBS; id++) {
		_cleanup_(sd_bus_message_unrefp) sd_bus_message *signal = NULL;

		(void)snprintf(path, sizeof(path), CCWB_PATH_JOB "/%u", id); /* fits */
		r = begin(bus, at, CCWB_PATH, CCWB_IFACE_MANAGER, "JobRemoved", &signal);
		if (r >= 0)
			r = sd_bus_message_append(signal, "uos(ss)", id, path, "done", "", "");
		r = say(bus, r, signal);
	}
	return r;
}

static int end_lease(sd_bus *bus, const char *at, const char *lease)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *signal = NULL;
	int r;

	r = begin(bus, at, CCWB_PATH, CCWB_IFACE_MANAGER, "LeaseRemoved", &signal);
	if (r >= 0)
		r = sd_bus_message_append(signal, "ssos", lease, "0.0.0580", "/l", "forged");
	return say(bus, r, signal);
}

static int ask_for_all(sd_bus *bus, const char *at)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *signal = NULL;
	int r;

	r = begin(bus, at, CCWB_PATH_LEASE "/x", CCWB_IFACE_LEASE, "RevokeRequested", &signal);
	if (r >= 0)
		r = sd_bus_message_append(signal, "st", "forged", (uint64_t)0);
	return say(bus, r, signal);
}

static int change_device(sd_bus *bus, const char *at)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *signal = NULL;
	int r;

	r = begin(bus, at, CCWB_PATH_DEVICE "/_30_2e0_2e0580", BUS_NAME ".Properties",
		  "PropertiesChanged", &signal);
	if (r >= 0)
		r = sd_bus_message_append(signal, "sa{sv}as", CCWB_IFACE_DEVICE, 1, "State", "s",
					  "forged", 0);
	return say(bus, r, signal);
}

static int end_broker(sd_bus *bus, const char *at)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *signal = NULL;
	int r;

	r = begin(bus, at, BUS_PATH, BUS_NAME, "NameOwnerChanged", &signal);
	if (r >= 0)
		r = sd_bus_message_append(signal, "sss", CCWB_BUS_NAME, ":1.0", "");
	return say(bus, r, signal);
}

static int forge(sd_bus *bus, const char *at, char *const *leases)
{
	int r = end_jobs(bus, at);

	for (; r >= 0 && *leases; leases++)
		r = end_lease(bus, at, *leases);
	if (r >= 0)
		r = ask_for_all(bus, at);
	if (r >= 0)
		r = change_device(bus, at);
	return r < 0 ? r : end_broker(bus, at);
}

/* Returns when the bus has taken all of it. */
static int forge_to_all(sd_bus *bus, char *const *leases)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *names = NULL, *last = NULL;
	const char *name, *own;
	int r;

	r = sd_bus_get_unique_name(bus, &own);
	if (r >= 0)
		r = sd_bus_call_method(bus, BUS_NAME, BUS_PATH, BUS_NAME, "ListNames", NULL, &names,
				       "");
	if (r >= 0)
		r = sd_bus_message_enter_container(names, 'a', "s");
	while (r >= 0 && (r = sd_bus_message_read(names, "s", &name)) > 0)
		if (*name == ':' && strcmp(name, own))
			r = forge(bus, name, leases);
	return r < 0 ? r
		     : sd_bus_call_method(bus, BUS_NAME, BUS_PATH, BUS_NAME, "GetId", NULL, &last,
					  "");
}

int main(int argc, char **argv)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = forge_to_all(bus, argv + 1);
	if (r >= 0)
		return 0;
	fprintf(stderr, "forger: %s\n", strerror(-r));
	return 1;
}
