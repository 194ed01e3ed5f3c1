/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/call.c: the exit status of each D-Bus error. With a bus: cli-bus. */
#include <string.h>

#include "call.h"
#include "check-main.h"
#include "names.h"

START_TEST(test_every_error_of_ours_has_its_status)
{
	static const struct {
		const char *name;
		enum exit_code code;
	} errors[] = {
		{ CCWB_ERROR_INVALID_ARGS, EXIT_CODE_USAGE },
		{ CCWB_ERROR_ACCESS_DENIED, EXIT_CODE_NOT_PERMITTED },
		{ CCWB_ERROR_LIMITS_EXCEEDED, EXIT_CODE_FAILURE },
		{ CCWB_ERROR_NOT_SUPPORTED, EXIT_CODE_FAILURE },
		{ CCWB_ERROR_NO_SUCH_DEVICE, EXIT_CODE_NOT_FOUND },
		{ CCWB_ERROR_NO_SUCH_LEASE, EXIT_CODE_NOT_FOUND },
		{ CCWB_ERROR_DEVICE_LEASED, EXIT_CODE_LEASED },
		{ CCWB_ERROR_DEVICE_IN_USE, EXIT_CODE_IN_USE },
		{ CCWB_ERROR_DEVICE_GONE, EXIT_CODE_NOT_FOUND },
		{ CCWB_ERROR_NOT_LEASE_HOLDER, EXIT_CODE_NOT_PERMITTED },
		{ CCWB_ERROR_UNSUPPORTED_DEVICE, EXIT_CODE_FAILURE },
		{ CCWB_ERROR_BIND_FAILED, EXIT_CODE_FAILURE },
		{ CCWB_ERROR_RESTORE_FAILED, EXIT_CODE_FAILURE },
		{ CCWB_ERROR_OPERATION_IN_PROGRESS, EXIT_CODE_LEASED },
		{ CCWB_ERROR_STUCK, EXIT_CODE_TIMEOUT },
		{ CCWB_ERROR_POLICY_INVALID, EXIT_CODE_INVALID },
	};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		ck_assert_msg(call_exit_code(errors[i].name) == errors[i].code, "%s",
			      errors[i].name);
}
END_TEST

START_TEST(test_nobody_there_is_status_69)
{
	ck_assert_int_eq(EXIT_CODE_UNREACHABLE, 69);
	ck_assert_int_eq(call_exit_code("org.freedesktop.DBus.Error.ServiceUnknown"), 69);
	ck_assert_int_eq(call_exit_code("org.freedesktop.DBus.Error.NameHasNoOwner"), 69);
	ck_assert_int_eq(call_exit_code("org.freedesktop.DBus.Error.NoReply"), 69);
	ck_assert_int_eq(call_exit_code("org.freedesktop.DBus.Error.Spawn.ChildExited"), 69);
	ck_assert_int_eq(call_exit_code("org.freedesktop.systemd1.NoSuchUnit"), 69);
}
END_TEST

START_TEST(test_unknown_errors_are_failures)
{
	ck_assert_int_eq(call_exit_code("org.example.Error"), EXIT_CODE_FAILURE);
	ck_assert_int_eq(call_exit_code(""), EXIT_CODE_FAILURE);
	ck_assert_int_eq(call_exit_code(CCWB_ERROR_NO_SUCH_DEVICE "s"), EXIT_CODE_FAILURE);
	ck_assert_int_eq(call_exit_code("org.freedesktop.DBus.Error.Spawn"), EXIT_CODE_FAILURE);
}
END_TEST

CHECK_MAIN("call", test_every_error_of_ours_has_its_status, test_nobody_there_is_status_69,
	   test_unknown_errors_are_failures)
