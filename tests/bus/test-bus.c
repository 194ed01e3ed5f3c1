/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The bus as a whole: all objects by ObjectManager, and signals of what comes and goes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;
static char heard[4096];

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	strcat(strcat(heard, sd_bus_message_get_member(message)), " ");
	return 0;
}

static void setup(void)
{
	*heard = '\0';
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	ck_assert_int_ge(sd_bus_add_match(bus, NULL,
					  "type='signal',path='" CCWB_PATH
					  "',sender='" CCWB_BUS_NAME "'",
					  on_signal, NULL),
			 0);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static void listen_to(void)
{
	while (sd_bus_process(bus, NULL) > 0)
		continue;
}

/* How many objects the ObjectManager names, and whether path is one. */
static int count_objects(const char *path, bool *ret_found)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *object;
	int count = 0;

	*ret_found = false;
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH,
					    "org.freedesktop.DBus.ObjectManager",
					    "GetManagedObjects", NULL, &reply, ""),
			 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}"), 0);
	while (sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}") > 0) {
		ck_assert_int_gt(sd_bus_message_read(reply, "o", &object), 0);
		*ret_found |= strcmp(object, path) == 0;
		count++;
		ck_assert_int_ge(sd_bus_message_skip(reply, "a{sa{sv}}"), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
	}
	return count;
}

START_TEST(test_the_object_manager_names_devices_and_leases)
{
	struct grant grant;
	bool found;

	setup();
	ck_assert_int_eq(count_objects("/org/ccwbroker1/device/_30_2e0_2e0120", &found), 2);
	ck_assert(found);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_eq(count_objects(grant.path, &found), 3);
	ck_assert(found);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	ck_assert_int_eq(count_objects(grant.path, &found), 2);
	ck_assert(!found);
	teardown();
}
END_TEST

START_TEST(test_a_lease_is_told_of_from_beginning_to_end)
{
	static const char all[] = "InterfacesAdded LeaseNew PropertiesChanged "
				  "InterfacesRemoved LeaseRemoved PropertiesChanged ";
	unsigned int tries;
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	/* signals sent before the last reply have arrived with it; the last comes a moment later */
	for (tries = 0; strlen(heard) < strlen(all) && tries < 100; tries++) {
		listen_to();
		(void)sd_bus_wait(bus, 50000);
	}
	ck_assert_str_eq(heard, all);
	teardown();
}
END_TEST

START_TEST(test_devices_that_come_and_go_are_told_of)
{
	const struct fake_device late = {
		.id = "0.0.0999",
		.subchannel = "0.0.0009",
		.device_type = "n/a",
		.control_unit = "n/a",
	};
	struct grant grant;

	setup();
	fake_sysfs_add(&bb.fake, &late);
	/* without udev the daemon looks when it is asked */
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", NULL, NULL, "s", "999"), 0);
	listen_to();
	ck_assert_str_eq(heard, "InterfacesAdded DeviceNew ");
	*heard = '\0';
	fake_sysfs_remove(&bb.fake, "0.0.0999");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", NULL, NULL, "sa{sv}", "999", 0), 0);
	listen_to();
	ck_assert_str_eq(heard, "InterfacesRemoved DeviceRemoved ");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_the_name_is_had_once)
{
	int r;

	setup();
	r = sd_bus_request_name(bus, CCWB_BUS_NAME, 0);
	ck_assert_int_eq(r, -EEXIST);
	teardown();
}
END_TEST

CHECK_MAIN("bus", test_the_object_manager_names_devices_and_leases,
	   test_a_lease_is_told_of_from_beginning_to_end, test_devices_that_come_and_go_are_told_of,
	   test_the_name_is_had_once)
