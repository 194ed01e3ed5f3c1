/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Every reason has the D-Bus name that ends in its own; what has no reason is an errno. */
#include <errno.h>
#include <string.h>

#include "bus-error.h"
#include "check-main.h"
#include "names.h"

START_TEST(test_names_end_in_the_code_and_messages_are_kept)
{
	struct fault fault;
	size_t length, end;
	const char *name;
	int code, r;

	for (code = FAULT_NONE + 1; code < _FAULT_CODE_MAX; code++) {
		_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

		r = fault_set(&fault, code, "why it is so");
		ck_assert_int_lt(bus_error_set(&error, r, &fault), 0);
		ck_assert_str_eq(error.message, "why it is so");
		name = fault_code_to_string(code);
		length = strlen(error.name);
		end = strlen(name);
		ck_assert_uint_gt(length, end);
		ck_assert_str_eq(error.name + length - end, name);
		ck_assert(strncmp(error.name, "org.ccwbroker1.Error.", 21) == 0 ||
			  strncmp(error.name, "org.freedesktop.DBus.Error.", 27) == 0);
	}
}
END_TEST

START_TEST(test_without_a_reason_the_errno_speaks)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct fault fault = {};

	ck_assert_int_lt(bus_error_set(&error, -ENOMEM, &fault), 0);
	ck_assert_str_eq(error.name, "org.freedesktop.DBus.Error.NoMemory");
}
END_TEST

CHECK_MAIN("bus-error", test_names_end_in_the_code_and_messages_are_kept,
	   test_without_a_reason_the_errno_speaks)
