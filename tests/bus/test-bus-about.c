/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The Manager's properties. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;

static void setup(void)
{
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

/* How many strings the property Ignored has, and its first. */
static unsigned int count_ignored(char first[static 32])
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	unsigned int count = 0;
	const char *range;

	ck_assert_int_ge(sd_bus_get_property(bus, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
					     "Ignored", &error, &reply, "as"),
			 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "s"), 0);
	while (sd_bus_message_read(reply, "s", &range) > 0)
		if (count++ == 0)
			snprintf(first, 32, "%s", range);
	return count;
}

START_TEST(test_what_the_kernel_ignores_is_listed_up_to_a_limit)
{
	_cleanup_free_ char *list = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	char first[32] = "";
	size_t size;
	int n;

	setup();
	ck_assert_uint_eq(count_ignored(first), 0);
	scratch_write(&bb.work, "cio_ignore", "0.0.0900-0.0.09ff\n0.0.0b00\n");
	ck_assert_uint_eq(count_ignored(first), 2);
	ck_assert_str_eq(first, "0.0.0900-0.0.09ff");
	ck_assert_int_lt(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "0.0.0950"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_DEVICE, "cio_ignore");
	file = open_memstream(&list, &size);
	for (n = 0; n <= LIMIT_IGNORED; n++)
		fprintf(file, "0.0.%04x\n", n * 2);
	fflush(file);
	scratch_write(&bb.work, "cio_ignore", list);
	ck_assert_uint_eq(count_ignored(first), LIMIT_IGNORED);
	list[LIMIT_IGNORED * strlen("0.0.0000\n")] = '\0';
	scratch_write(&bb.work, "cio_ignore", list);
	ck_assert_uint_eq(count_ignored(first), LIMIT_IGNORED);
	teardown();
}
END_TEST

START_TEST(test_properties_say_what_this_is)
{
	char **features = NULL;
	_cleanup_free_ char *version = NULL;
	struct grant grant;
	uint32_t n;

	setup();
	ck_assert_int_ge(sd_bus_get_property_string(bus, CCWB_BUS_NAME, CCWB_PATH,
						    CCWB_IFACE_MANAGER, "Version", &error,
						    &version),
			 0);
	ck_assert_str_eq(version, PACKAGE_VERSION);
	ck_assert_int_ge(sd_bus_get_property_strv(bus, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
						  "Features", &error, &features),
			 0);
	ck_assert_str_eq(features[0], CCWB_FEATURE_GROUP);
	ck_assert_str_eq(features[1], CCWB_FEATURE_IOMMUFD);
	ck_assert_str_eq(features[2], CCWB_FEATURE_PATH);
	ck_assert_ptr_null(features[3]);
	free(features[0]);
	free(features[1]);
	free(features[2]);
	free(features);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(sd_bus_get_property_trivial(bus, CCWB_BUS_NAME, CCWB_PATH,
						     CCWB_IFACE_MANAGER, "NLeases", &error, 'u',
						     &n),
			 0);
	ck_assert_uint_eq(n, 1);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

static uint32_t number(const char *property, char type)
{
	uint32_t n;

	ck_assert_int_ge(sd_bus_get_property_trivial(bus, CCWB_BUS_NAME, CCWB_PATH,
						     CCWB_IFACE_MANAGER, property, &error, type,
						     &n),
			 0);
	return n;
}

START_TEST(test_limits_can_be_read)
{
	setup();
	ck_assert_uint_eq(number("LeasesMax", 'u'), LIMIT_LEASES);
	ck_assert_uint_eq(number("LeasesMaxPerUser", 'u'), LIMIT_LEASES_PER_UID);
	ck_assert_uint_eq(number("Draining", 'b'), 0);
	teardown();
}
END_TEST

static int on_properties(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	const char *interface, *name;
	bool *seen = userdata;
	int value;

	ck_assert_int_gt(sd_bus_message_read(message, "s", &interface), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(message, 'a', "{sv}"), 0);
	if (sd_bus_message_enter_container(message, 'e', "sv") <= 0)
		return 0;
	ck_assert_int_gt(sd_bus_message_read(message, "s", &name), 0);
	if (strcmp(name, "Draining") != 0)
		return 0;
	ck_assert_int_gt(sd_bus_message_read(message, "v", "b", &value), 0);
	*seen = value;
	return 0;
}

START_TEST(test_a_daemon_that_is_about_to_stop_says_so)
{
	bool seen = false;

	setup();
	ck_assert_int_ge(sd_bus_match_signal(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
					     "org.freedesktop.DBus.Properties", "PropertiesChanged",
					     on_properties, &seen),
			 0);
	broker_bus_stop(&bb);
	while (sd_bus_process(bus, NULL) > 0)
		continue;
	ck_assert(seen);
	teardown();
}
END_TEST

static int on_generation(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	const char *interface, *name;
	uint64_t *seen = userdata;

	ck_assert_int_gt(sd_bus_message_read(message, "s", &interface), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(message, 'a', "{sv}"), 0);
	if (sd_bus_message_enter_container(message, 'e', "sv") <= 0)
		return 0;
	ck_assert_int_gt(sd_bus_message_read(message, "s", &name), 0);
	if (strcmp(name, "PolicyGeneration") == 0)
		ck_assert_int_gt(sd_bus_message_read(message, "v", "t", seen), 0);
	return 0;
}

static uint64_t generation(void)
{
	uint64_t n;

	ck_assert_int_ge(sd_bus_get_property_trivial(bus, CCWB_BUS_NAME, CCWB_PATH,
						     CCWB_IFACE_MANAGER, "PolicyGeneration", &error,
						     't', &n),
			 0);
	return n;
}

START_TEST(test_policies_in_force_are_counted_and_bad_ones_are_not)
{
	uint64_t seen = 0;

	setup();
	ck_assert_int_ge(sd_bus_match_signal(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
					     "org.freedesktop.DBus.Properties", "PropertiesChanged",
					     on_generation, &seen),
			 0);
	ck_assert_uint_eq(generation(), 1);
	if (geteuid() == 0) { /* who alone may reload */
		broker_bus_set_policy(&bb, "{");
		ck_assert_int_lt(broker_bus_call(bus, "Reload", &error, NULL, ""), 0);
		broker_bus_expect_error(&error, CCWB_ERROR_POLICY_INVALID, "policy.json");
		ck_assert_uint_eq(generation(), 1);
		while (sd_bus_process(bus, NULL) > 0)
			continue;
		ck_assert_uint_eq(seen, 0);
		broker_bus_set_policy(&bb, "{}");
		ck_assert_int_ge(broker_bus_call(bus, "Reload", &error, NULL, ""), 0);
		ck_assert_uint_eq(generation(), 2);
		while (sd_bus_process(bus, NULL) > 0)
			continue;
		ck_assert_uint_eq(seen, 2);
	}
	teardown();
}
END_TEST

CHECK_MAIN("bus-about", test_what_the_kernel_ignores_is_listed_up_to_a_limit,
	   test_properties_say_what_this_is, test_limits_can_be_read,
	   test_a_daemon_that_is_about_to_stop_says_so,
	   test_policies_in_force_are_counted_and_bad_ones_are_not)
