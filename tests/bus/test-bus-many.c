/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The most devices, and what is said of one more; the most objects in one message. */
#include <errno.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"

#define OTHERS 2	  /* devices that every test bus has */
#define LAST   "0.1.fffe" /* of LIMIT_DEVICES + 1 */

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;

static void setup(unsigned int count)
{
	scratch_use_memory();
	broker_bus_init(&bb);
	broker_bus_stop(&bb);
	fake_sysfs_remove(&bb.fake, BROKER_BUS_TAPE);
	fake_sysfs_add_names(&bb.fake, count - OTHERS);
	broker_bus_start(&bb);
	bus = broker_bus_connect(&bb);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static unsigned int count_devices(void)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	unsigned int count = 0;

	ck_assert_int_ge(
		broker_bus_call(bus, "ListDevices", &error, &reply, "a{sv}t", 0, (uint64_t)0), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(sssso)"), 0);
	while (sd_bus_message_skip(reply, "(sssso)") > 0)
		count++;
	return count;
}

static int get_objects(void)
{
	return sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH,
				  "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", &error,
				  NULL, "");
}

/* Another name, whose id is behind all others. */
static void add_one(void)
{
	scratch_symlink(&bb.fake.scratch, "../../../devices/css0/0.0.0003/0.0.0580",
			"bus/ccw/devices/0.3.0000");
}

static bool log_has(const char *words)
{
	_cleanup_free_ char *log = broker_bus_log(&bb);

	return strstr(log, words) != NULL;
}

/* tests/daemon/test-registry.c has the count that is just not too many. */
START_TEST(test_the_most_devices_are_listed_and_one_more_is_told_of)
{
	setup(LIMIT_DEVICES + 1);
	ck_assert(log_has("more than 65536 devices"));
	ck_assert_uint_eq(count_devices(), LIMIT_DEVICES);
	ck_assert_int_lt(broker_bus_call(bus, "GetDevice", &error, NULL, "s", LAST), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_LIMITS_EXCEEDED, "65536 devices are known");
	ck_assert_int_lt(get_objects(), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_LIMITS_EXCEEDED, "use ListDevices");
	ck_assert_uint_eq(count_devices(), LIMIT_DEVICES); /* the daemon is still on the bus */
	teardown();
}
END_TEST

START_TEST(test_the_most_objects_fit_into_a_message_and_one_more_is_refused)
{
	int r;

	setup(LIMIT_OBJECTS);
	ck_assert(!log_has("devices"));
	r = get_objects();
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	add_one();
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "0.3.0000"), 0);
	ck_assert_int_lt(get_objects(), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_LIMITS_EXCEEDED, "16385 devices");
	teardown();
}
END_TEST

CHECK_MAIN("bus-many", test_the_most_devices_are_listed_and_one_more_is_told_of,
	   test_the_most_objects_fit_into_a_message_and_one_more_is_refused)
