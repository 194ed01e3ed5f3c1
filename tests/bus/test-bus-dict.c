/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Dictionaries and flags: known keys, and everything else by its name. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "bus-dict.h"
#include "check-main.h"
#include "limits.h"
#include "text.h"

struct values {
	const char *text;
	int boolean;
	int fd;
	char **list;
};

static const struct bus_key keys[] = {
	{ "text", 's', offsetof(struct values, text) },
	{ "boolean", 'b', offsetof(struct values, boolean) },
	{ "fd", 'h', offsetof(struct values, fd) },
	{ "list", 'a', offsetof(struct values, list) },
};

static struct values values;
static struct fault fault;
static sd_bus_message *message;

/* An empty message; there is no bus for it. */
static void make_empty(void)
{
	static int pair[2]; /* the far end stays silent and open */
	sd_bus *bus;

	ck_assert_int_ge(sd_bus_new(&bus), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	ck_assert_int_ge(sd_bus_set_fd(bus, pair[0], pair[0]), 0);
	ck_assert_int_ge(sd_bus_start(bus), 0);
	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &message, NULL, "/", NULL, "M"), 0);
	sd_bus_unref(bus);
}

static void finish(void)
{
	ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
	ck_assert_int_ge(sd_bus_message_rewind(message, true), 0);
}

/* A message of one dictionary and flags, as it arrives. */
static void make(const char *types, ...)
{
	va_list args;

	make_empty();
	va_start(args, types);
	ck_assert_int_ge(sd_bus_message_appendv(message, types, args), 0);
	va_end(args);
	finish();
}

static int read_dict(void)
{
	values = (struct values){ .boolean = -1, .fd = -1 };
	fault = (struct fault){};
	return bus_dict_read(message, "option", keys, ARRAY_SIZE(keys), &values, &fault);
}

static void expect_refused(const char *words)
{
	ck_assert_int_eq(read_dict(), -EINVAL);
	ck_assert_int_eq(fault.code, FAULT_INVALID_ARGS);
	ck_assert_msg(strstr(fault.text, words) != NULL, "%s", fault.text);
	message = sd_bus_message_unref(message);
}

START_TEST(test_known_keys_are_read_and_others_keep_their_value)
{
	make("a{sv}t", 3, "boolean", "b", 1, "text", "s", "x", "fd", "h", 2, (uint64_t)0);
	ck_assert_int_ge(read_dict(), 0);
	ck_assert_int_ge(values.fd, 0);
	ck_assert_str_eq(values.text, "x");
	ck_assert_int_eq(values.boolean, 1);
	ck_assert_int_ge(bus_dict_read_flags(message, &fault), 0);
	message = sd_bus_message_unref(message);
	make("a{sv}", 0);
	ck_assert_int_ge(read_dict(), 0);
	ck_assert_ptr_null(values.text);
	ck_assert_int_eq(values.boolean, -1);
	message = sd_bus_message_unref(message);
}
END_TEST

START_TEST(test_other_keys_types_and_repetitions_are_named)
{
	make("a{sv}", 1, "colour", "s", "red");
	expect_refused("unknown option \"colour\"; known: \"text\", \"boolean\", \"fd\", \"list\"");
	make("a{sv}", 1, "text", "u", 7);
	expect_refused("\"text\" must have type s, and has type u");
	make("a{sv}", 1, "fd", "i", 2);
	expect_refused("\"fd\" must have type h, and has type i");
	make("a{sv}", 1, "boolean", "as", 1, "x");
	expect_refused("\"boolean\" must have type b, and has type as");
	make("a{sv}", 2, "text", "s", "x", "text", "s", "y");
	expect_refused("\"text\" is given twice");
}
END_TEST

/* One key "list" with n texts. */
static void make_list(size_t n)
{
	char *texts[LIMIT_LIST_TEXTS + 2] = {};
	static char text[] = "x";

	ck_assert_uint_le(n, LIMIT_LIST_TEXTS + 1);
	while (n-- > 0)
		texts[n] = text;
	make_empty();
	ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "{sv}"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(message, 'e', "sv"), 0);
	ck_assert_int_ge(sd_bus_message_append(message, "s", "list"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(message, 'v', "as"), 0);
	ck_assert_int_ge(sd_bus_message_append_strv(message, texts), 0);
	for (n = 0; n < 3; n++)
		ck_assert_int_ge(sd_bus_message_close_container(message), 0);
	finish();
}

START_TEST(test_lists_have_their_most)
{
	make_list(LIMIT_LIST_TEXTS);
	ck_assert_int_ge(read_dict(), 0);
	ck_assert_str_eq(values.list[LIMIT_LIST_TEXTS - 1], "x");
	ck_assert_ptr_null(values.list[LIMIT_LIST_TEXTS]);
	text_list_free(values.list);
	message = sd_bus_message_unref(message);
	make_list(LIMIT_LIST_TEXTS + 1);
	ck_assert_int_lt(read_dict(), 0);
	ck_assert_int_eq(fault.code, FAULT_LIMITS_EXCEEDED);
	ck_assert_ptr_null(values.list);
	message = sd_bus_message_unref(message);
}
END_TEST

START_TEST(test_undefined_flags_are_refused)
{
	make("t", (uint64_t)0x1000);
	ck_assert_int_eq(bus_dict_read_flags(message, &fault), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.text, "0x1000"));
	message = sd_bus_message_unref(message);
}
END_TEST

CHECK_MAIN("bus-dict", test_known_keys_are_read_and_others_keep_their_value,
	   test_other_keys_types_and_repetitions_are_named, test_lists_have_their_most,
	   test_undefined_flags_are_refused)
