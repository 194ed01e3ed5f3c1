/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/error.c: number, name and sentence for each kind of failure. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "error.h"
#include "names.h"

static void expect(int number, int r, const char *name, const char *message, const char *text)
{
	const sd_bus_error error = { .name = name, .message = message };
	struct ccwb_error told;

	ck_assert_int_eq(error_set_bus(NULL, "do it", r, &error), number);
	ck_assert_int_eq(error_set_bus(&told, "do it", r, &error), number);
	ck_assert_int_eq(told.number, number);
	ck_assert_str_eq(told.text, text);
	if (name)
		ck_assert_str_eq(told.name, name);
	ck_assert_uint_eq(told.refusal, 0);
	ck_assert_uint_eq(told.refused_ccw, 0);
}

START_TEST(test_errors_of_the_broker_keep_name_and_text)
{
	expect(-EBUSY, -EIO, CCWB_ERROR_DEVICE_LEASED, "alice has it",
	       "cannot do it: alice has it");
	expect(-EACCES, -EIO, CCWB_ERROR_ACCESS_DENIED, "no rule", "cannot do it: no rule");
	expect(-ENODEV, -EIO, CCWB_ERROR_NO_SUCH_DEVICE, "none", "cannot do it: none");
	expect(-EAGAIN, -EIO, CCWB_ERROR_OPERATION_IN_PROGRESS, "wait", "cannot do it: wait");
	expect(-EIO, -EIO, CCWB_ERROR_BIND_FAILED, "no", "cannot do it: no");
	/* without a text the name has to do; a name that only begins like one we know is another */
	expect(-EIO, -EIO, "x.y.Z", NULL, "cannot do it: x.y.Z");
	expect(-EIO, -EIO, CCWB_ERROR_DEVICE_LEASED "Twice", "?", "cannot do it: ?");
}
END_TEST

START_TEST(test_a_broker_that_is_not_there)
{
	static const char text[] = "cannot reach the broker: gone; is ccwbrokerd running? "
				   "systemctl start ccwbrokerd";

	expect(-ENOTCONN, -EIO, SD_BUS_ERROR_SERVICE_UNKNOWN, "gone", text);
	expect(-ENOTCONN, -EIO, "org.freedesktop.DBus.Error.Spawn.ChildExited", "gone", text);
	expect(-ENOTCONN, -EIO, "org.freedesktop.systemd1.LoadFailed", "gone", text);
	ck_assert_int_eq(error_set_bus(NULL, "x", -ECONNRESET, NULL), -ENOTCONN);
	ck_assert_int_eq(error_set_bus(NULL, "x", -ETIMEDOUT, NULL), -ENOTCONN);
	ck_assert_int_eq(error_set_bus(NULL, "x", -ENOMEM, NULL), -ENOMEM);
}
END_TEST

START_TEST(test_what_is_too_long_is_cut)
{
	_cleanup_free_ char *text = malloc(2 * CCWB_ERROR_TEXT_SIZE + 1);
	struct ccwb_error told = { .name = "old", .refusal = 7 };

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', 2 * CCWB_ERROR_TEXT_SIZE);
	text[2 * CCWB_ERROR_TEXT_SIZE] = '\0';
	ck_assert_int_eq(error_set(&told, -EPERM, "%s", text), -EPERM);
	ck_assert_uint_eq(strlen(told.text), CCWB_ERROR_TEXT_SIZE - 1);
	ck_assert_str_eq(told.name, "");
	ck_assert_uint_eq(told.refusal, 0);
	ck_assert_int_eq(error_set(NULL, -EPERM, "%s", text), -EPERM);
}
END_TEST

CHECK_MAIN("error", test_errors_of_the_broker_keep_name_and_text, test_a_broker_that_is_not_there,
	   test_what_is_too_long_is_cut)
