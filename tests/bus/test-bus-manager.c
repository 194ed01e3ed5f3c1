/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The Manager: listings and their filters, lookups, reload, properties. */
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

/* The ids of a listing, in order. */
static const char *ids_of(sd_bus_message *reply)
{
	static char text[256];
	const char *id, *type, *state, *driver, *path;

	*text = '\0';
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(sssso)"), 0);
	while (sd_bus_message_read(reply, "(sssso)", &id, &type, &state, &driver, &path) > 0) {
		strcat(text, *text ? " " : "");
		strcat(text, id);
	}
	sd_bus_message_unref(reply);
	return text;
}

#define EXPECT_LIST(ids, ...)                                                                      \
	do {                                                                                       \
		sd_bus_message *listing = NULL;                                                    \
		ck_assert_int_ge(broker_bus_call(bus, "ListDevices", &error, &listing, "a{sv}t",   \
						 __VA_ARGS__, (uint64_t)0),                        \
				 0);                                                               \
		ck_assert_str_eq(ids_of(listing), ids);                                            \
	} while (0)

START_TEST(test_listings_are_sorted_and_filtered)
{
	struct grant grant;

	setup();
	EXPECT_LIST("0.0.0120 0.0.0580", 0);
	EXPECT_LIST("0.0.0580", 1, "type", "s", "3490");
	EXPECT_LIST("0.0.0120", 1, "type", "s", "3390/0C");
	EXPECT_LIST("", 1, "type", "s", "3390/0b");
	EXPECT_LIST("", 1, "leased", "b", 1);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	EXPECT_LIST("0.0.0580", 1, "leased", "b", 1);
	EXPECT_LIST("0.0.0120", 1, "leased", "b", 0);
	EXPECT_LIST("0.0.0580", 2, "state", "s", "leased", "type", "s", "3490/*");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_a_listing_says_what_is_wrong_with_a_device)
{
	const struct fake_device screen = {
		.id = "0.0.0009",
		.subchannel = "0.0.0001",
		.device_type = "n/a\n",
		.control_unit = "3270/00\n",
	};
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *id, *type, *state;

	setup();
	fake_sysfs_add(&bb.fake, &screen);
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "9"), 0);
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "availability", "boxed\n");
	fake_sysfs_set(&bb.fake, BROKER_BUS_DISK, "availability", "no device\n");
	EXPECT_LIST(BROKER_BUS_TAPE, 1, "state", "s", "boxed");
	EXPECT_LIST(BROKER_BUS_DISK, 1, "state", "s", "not-operational");
	EXPECT_LIST("0.0.0009", 1, "state", "s", "no-driver");
	EXPECT_LIST("", 1, "state", "s", "host");
	EXPECT_LIST("0.0.0009", 1, "type", "s", "3270");
	EXPECT_LIST(BROKER_BUS_DISK, 1, "type", "s", "3990"); /* its control unit */
	ck_assert_int_ge(
		broker_bus_call(bus, "ListDevices", &error, &reply, "a{sv}t", 0, (uint64_t)0), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(sssso)"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "(sssso)", &id, &type, &state, NULL, NULL), 0);
	ck_assert_str_eq(id, "0.0.0009");
	ck_assert_str_eq(type, "3270/00");
	ck_assert_str_eq(state, "no-driver");
	teardown();
}
END_TEST

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

START_TEST(test_bad_filters_and_flags_are_refused)
{
	setup();
	ck_assert_int_lt(broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 1, "colour",
					 "s", "red", (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "unknown filter key \"colour\"");
	ck_assert_int_lt(broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 1, "leased",
					 "s", "yes", (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "\"leased\" must have type b");
	ck_assert_int_lt(broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 1, "state",
					 "s", "broken", (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "no state broken");
	ck_assert_int_lt(broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 1, "type", "s",
					 "tape", (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "like 3490");
	ck_assert_int_lt(
		broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 0, (uint64_t)1), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags 0x1");
	ck_assert_int_lt(broker_bus_call(bus, "ListLeases", &error, NULL, "t", (uint64_t)1 << 63),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags 0x8000000000000000");
	teardown();
}
END_TEST

START_TEST(test_a_device_is_found_by_any_form_of_its_id)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL, *other = NULL;
	const struct fake_device late = {
		.id = "0.0.0999",
		.subchannel = "0.0.0009",
		.device_type = "n/a",
		.control_unit = "n/a",
	};
	const char *path;

	setup();
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", &error, &reply, "s", "0580"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "o", &path), 0);
	ck_assert_str_eq(path, "/org/ccwbroker1/device/_30_2e0_2e0580");
	ck_assert_int_lt(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "999"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_DEVICE, "0.0.0999");
	fake_sysfs_add(&bb.fake, &late);
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", &error, &other, "s", "999"), 0);
	ck_assert_int_lt(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "tape"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "\"tape\" is no device id");
	teardown();
}
END_TEST

START_TEST(test_leases_are_listed_with_their_owner)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *lease, *device, *who, *state, *path;
	struct grant grant;
	uint64_t since;
	uint32_t uid;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(broker_bus_call(bus, "ListLeases", &error, &reply, "t", (uint64_t)0), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(ssussto)"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "(ssussto)", &lease, &device, &uid, &who,
					     &state, &since, &path),
			 0);
	ck_assert_str_eq(lease, grant.lease);
	ck_assert_str_eq(device, BROKER_BUS_TAPE);
	ck_assert_uint_eq(uid, geteuid());
	ck_assert_str_eq(who, "");
	ck_assert_str_eq(state, "active");
	ck_assert_uint_gt(since, 1600000000000000ULL);
	ck_assert_str_eq(path, grant.path);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

static void reload_client(const struct broker_bus *client_bb, sd_bus *client_bus)
{
	if (broker_bus_call(client_bus, "Reload", &error, NULL, "") >= 0 ||
	    !sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED))
		_exit(1);
	sd_bus_error_free(&error);
}

START_TEST(test_reload_is_for_root_and_keeps_the_policy_when_the_new_one_is_bad)
{
	struct grant grant;

	setup();
	(void)broker_bus_as_nobody(&bb, reload_client); /* only root can be another */
	broker_bus_set_policy(&bb, "{\n\"rule\": []}");
	if (geteuid() == 0) {
		ck_assert_int_lt(broker_bus_call(bus, "Reload", &error, NULL, ""), 0);
		broker_bus_expect_error(&error, CCWB_ERROR_POLICY_INVALID,
					"policy.json:2: \"rule\"");
	}
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	if (geteuid() == 0) {
		broker_bus_set_policy(&bb, "{\"rules\": [{\"action\": \"deny\"}]}");
		ck_assert_int_ge(broker_bus_call(bus, "Reload", &error, NULL, ""), 0);
		ck_assert_int_lt(
			broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0), 0);
		broker_bus_expect_error(&error, CCWB_ERROR_ACCESS_DENIED, "policy.json:1");
	}
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

CHECK_MAIN("bus-manager", test_listings_are_sorted_and_filtered,
	   test_a_listing_says_what_is_wrong_with_a_device,
	   test_what_the_kernel_ignores_is_listed_up_to_a_limit,
	   test_bad_filters_and_flags_are_refused, test_a_device_is_found_by_any_form_of_its_id,
	   test_leases_are_listed_with_their_owner,
	   test_reload_is_for_root_and_keeps_the_policy_when_the_new_one_is_bad,
	   test_properties_say_what_this_is)
