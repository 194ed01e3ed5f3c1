/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The person behind a message is the one whose process sent it. */
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

static struct broker_bus bb;

/* Acquires and looks at its own lease. */
static void look_at_lease(const struct broker_bus *client_bb, sd_bus *bus)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	uint32_t uid = 1, pid = 0;
	struct grant grant;

	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	if (sd_bus_get_property_trivial(bus, CCWB_BUS_NAME, grant.path, CCWB_IFACE_LEASE,
					"OwnerUID", &error, 'u', &uid) < 0 ||
	    sd_bus_get_property_trivial(bus, CCWB_BUS_NAME, grant.path, CCWB_IFACE_LEASE,
					"OwnerPID", &error, 'u', &pid) < 0)
		_exit(1);
	if (uid != geteuid() || pid != (uint32_t)getpid())
		_exit(1);
	broker_bus_drop(&grant);
}

START_TEST(test_uid_and_pid_are_the_senders)
{
	sd_bus *bus;

	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	look_at_lease(&bb, bus);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}
END_TEST

START_TEST(test_another_user_is_another_user)
{
	broker_bus_init(&bb);
	broker_bus_set_policy(&bb,
			      "{\"rules\": [{\"action\": \"allow\", \"users\": [\"65534\"]}]}");
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	(void)broker_bus_as_nobody(&bb, look_at_lease); /* only root can be another */
	broker_bus_deinit(&bb);
}
END_TEST

CHECK_MAIN("bus-peer", test_uid_and_pid_are_the_senders, test_another_user_is_another_user)
