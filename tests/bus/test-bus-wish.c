/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The options of a request, as messages that nobody sends. */
#include <errno.h>
#include <string.h>

#include "bus-wish.h"
#include "check-main.h"
#include "limits.h"
#include "macro.h"
#include "names.h"

static sd_bus *bus;
static sd_bus_message *message;
static struct broker_wish wish;
static struct fault fault;
static uid_t user;

/* Up to three pairs of key and text, ended by NULL. */
static void write_options(const char *const *pairs)
{
	sd_bus_message_unref(message);
	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &message, "a.b", "/", "a.b", "C"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "{sv}"), 0);
	for (; *pairs; pairs += 2)
		ck_assert_int_ge(sd_bus_message_append(message, "{sv}", pairs[0], "s", pairs[1]),
				 0);
	ck_assert_int_ge(sd_bus_message_close_container(message), 0);
	ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
	fault = (struct fault){};
}

#define READ(with_user, ...)                                                                       \
	({                                                                                         \
		write_options((const char *const[]){ __VA_ARGS__, NULL });                         \
		bus_wish_read(message, &wish, (with_user) ? &user : NULL, &fault);                 \
	})

static void setup(void)
{
	ck_assert_int_ge(sd_bus_new(&bus), 0);
	/* a message belongs to a bus that has been started, and nobody needs to be there */
	ck_assert_int_ge(sd_bus_set_address(bus, "unix:path=/dev/null"), 0);
	(void)sd_bus_start(bus);
}

START_TEST(test_options_are_optional_and_known)
{
	setup();
	write_options((const char *const[]){ NULL });
	ck_assert_int_eq(bus_wish_read(message, &wish, NULL, &fault), 0);
	ck_assert_str_eq(wish.who, "");
	ck_assert(!wish.is_by_path);
	ck_assert_int_eq(READ(false, "who", "me", "grant", "path", "iommu", "auto"), 0);
	ck_assert_str_eq(wish.who, "me");
	ck_assert(wish.is_by_path);
	ck_assert_int_eq(wish.iommu, IOMMU_GROUP);
	ck_assert_int_eq(READ(false, "iommu", "iommufd", "grant", "path"), -EINVAL);
	ck_assert_int_eq(READ(false, "colour", "red"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.text, "colour"));
	sd_bus_message_unref(message);
	sd_bus_unref(bus);
}
END_TEST

START_TEST(test_another_user_is_an_option_only_where_it_can_be_one)
{
	setup();
	user = 7;
	ck_assert_int_eq(READ(true, "who", "me"), 0);
	ck_assert_uint_eq(user, 7);
	ck_assert_int_eq(READ(true, "user", "alice"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.text, "type u"));
	ck_assert_int_eq(READ(false, "user", "alice"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.text, "unknown option"));
	sd_bus_message_unref(message);
	sd_bus_unref(bus);
}
END_TEST

START_TEST(test_force_is_a_boolean)
{
	setup();
	ck_assert_int_eq(READ(false, "who", "me"), 0);
	ck_assert(!wish.is_forced && !wish.may_force);
	ck_assert_int_eq(READ(false, "force", "true"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.text, "type b"));
	sd_bus_message_unref(message);
	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &message, "a.b", "/", "a.b", "C"), 0);
	ck_assert_int_ge(sd_bus_message_append(message, "a{sv}", 1, "force", "b", true), 0);
	ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
	ck_assert_int_eq(bus_wish_read(message, &wish, NULL, &fault), 0);
	ck_assert(wish.is_forced && !wish.may_force);
	sd_bus_message_unref(message);
	sd_bus_unref(bus);
}
END_TEST

CHECK_MAIN("bus-wish", test_force_is_a_boolean, test_options_are_optional_and_known,
	   test_another_user_is_an_option_only_where_it_can_be_one)
