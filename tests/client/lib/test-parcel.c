/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/parcel.c: options on the wire, and how much of an answer is kept. */
#include <string.h>

#include "check-main.h"
#include "loose-bus.h"
#include "parcel.h"

static void expect_text(sd_bus_message *message, const char *key, const char *value)
{
	const char *got_key, *got_value;

	ck_assert_int_gt(sd_bus_message_read(message, "{sv}", &got_key, "s", &got_value), 0);
	ck_assert_str_eq(got_key, key);
	ck_assert_str_eq(got_value, value);
}

START_TEST(test_options_that_are_not_set_are_not_sent)
{
	const struct ccwb_lease_options options = { .who = "me", .backend = "auto", .force = true };
	sd_bus *bus = loose_bus_new();
	sd_bus_message *message = loose_bus_message(bus);
	const char *key;
	int force;

	ck_assert_int_ge(parcel_append_options(message, &options), 0);
	loose_bus_seal(message);
	ck_assert_int_gt(sd_bus_message_enter_container(message, 'a', "{sv}"), 0);
	expect_text(message, "who", "me");
	expect_text(message, "backend", "auto");
	ck_assert_int_gt(sd_bus_message_read(message, "{sv}", &key, "b", &force), 0);
	ck_assert_str_eq(key, "force");
	ck_assert(force);
	ck_assert_int_eq(sd_bus_message_at_end(message, false), 1);
	sd_bus_message_unref(message);
	sd_bus_close_unref(bus);
}
END_TEST

START_TEST(test_all_options_are_sent)
{
	const struct ccwb_lease_options options = {
		.iommu = "iommufd",
		.grant = "fds",
		.lifetime = "pidfd",
		.pidfd = 0, /* any fd will do */
	};
	sd_bus *bus = loose_bus_new();
	sd_bus_message *message = loose_bus_message(bus);
	const char *key;
	int fd;

	ck_assert_int_ge(parcel_append_options(message, &options), 0);
	loose_bus_seal(message);
	ck_assert_int_gt(sd_bus_message_enter_container(message, 'a', "{sv}"), 0);
	expect_text(message, "iommu", "iommufd");
	expect_text(message, "grant", "fds");
	expect_text(message, "lifetime", "pidfd");
	ck_assert_int_gt(sd_bus_message_read(message, "{sv}", &key, "h", &fd), 0);
	ck_assert_str_eq(key, "pidfd");
	sd_bus_message_unref(message);
	sd_bus_close_unref(bus);
}
END_TEST

/* An answer by path with n informations, of which the first is said twice. */
static void read_infos(struct parcel *parcel, unsigned int n)
{
	const struct ccwb_lease_options options = { .grant = "path", .lifetime = "pidfd" };
	sd_bus *bus = loose_bus_new();
	sd_bus_message *message = loose_bus_message(bus);
	char key[16];

	ck_assert_int_ge(sd_bus_message_append(message, "oa{sh}", "/l", 0), 0);
	ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "{sv}"), 0);
	ck_assert_int_ge(sd_bus_message_append(message, "{sv}", "lease", "s", "l1"), 0);
	ck_assert_int_ge(sd_bus_message_append(message, "{sv}", "lease", "s", "l2"), 0);
	for (unsigned int i = 1; i < n; i++) {
		snprintf(key, sizeof(key), "key-%u", i);
		ck_assert_int_ge(sd_bus_message_append(message, "{sv}", key, "s", "x"), 0);
	}
	ck_assert_int_ge(sd_bus_message_close_container(message), 0);
	loose_bus_seal(message);
	parcel_init(parcel);
	ck_assert_int_eq(parcel_read(parcel, message, &options), 0);
	sd_bus_message_unref(message);
	sd_bus_close_unref(bus);
}

START_TEST(test_32_informations_are_kept_and_the_33rd_is_not)
{
	struct parcel parcel;
	char last[16];

	snprintf(last, sizeof(last), "key-%d", PARCEL_INFOS_MAX - 1);
	read_infos(&parcel, PARCEL_INFOS_MAX);
	ck_assert_uint_eq(parcel.n_infos, PARCEL_INFOS_MAX);
	ck_assert_str_eq(parcel_info(&parcel, last), "x");
	ck_assert_str_eq(parcel_info(&parcel, "lease"), "l1");
	parcel_deinit(&parcel);
	snprintf(last, sizeof(last), "key-%d", PARCEL_INFOS_MAX);
	read_infos(&parcel, PARCEL_INFOS_MAX + 1);
	ck_assert_uint_eq(parcel.n_infos, PARCEL_INFOS_MAX);
	ck_assert_ptr_null(parcel_info(&parcel, last));
	parcel_deinit(&parcel);
}
END_TEST

CHECK_MAIN("parcel", test_options_that_are_not_set_are_not_sent, test_all_options_are_sent,
	   test_32_informations_are_kept_and_the_33rd_is_not)
