/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/lib/connection.c: addresses that lead nowhere, and events that are told to all. With a
 * broker at the other end: test-lease.c; with a whole bus: tests/client/lib/library.
 */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "connection.h"
#include "loose-bus.h"

START_TEST(test_an_address_that_leads_nowhere)
{
	struct ccwb_connection *connection = NULL;
	struct ccwb_error error;

	ck_assert_int_eq(ccwb_connection_new("unix:path=/nonexistent/bus", &connection, &error),
			 -ENOENT);
	ck_assert_str_eq(error.text, "cannot connect to the bus at unix:path=/nonexistent/bus: No "
				     "such file or directory");
	ck_assert_int_lt(ccwb_connection_new("nonsense", &connection, NULL), 0);
	ck_assert_int_eq(setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1), 0);
	ck_assert_int_eq(ccwb_connection_new(NULL, &connection, &error), -ENOENT);
	ck_assert_str_eq(error.text, "cannot connect to the system bus: No such file or directory");
	ck_assert_ptr_null(connection);
}
END_TEST

static struct ccwb_connection *connect_to_nobody(void)
{
	struct ccwb_connection *connection;
	sd_bus *bus = loose_bus_new();

	ck_assert_int_eq(ccwb_connection_new_with_bus(bus, &connection, NULL), 0);
	sd_bus_unref(bus);
	return connection;
}

START_TEST(test_listeners_leave_in_any_order)
{
	struct ccwb_connection *connection = connect_to_nobody();
	struct connection_listener one = {}, two = {}, three = {};

	connection_leave(&one); /* never listened */
	connection_listen(connection, &one);
	connection_listen(connection, &two);
	connection_listen(connection, &three);
	connection_leave(&two);
	connection_leave(&two);
	connection_leave(&three);
	ck_assert_ptr_eq(one.connection, connection);
	ccwb_connection_free(connection);
	ck_assert_ptr_null(one.connection);
	connection_leave(&one);
}
END_TEST

START_TEST(test_an_id_is_looked_at_before_the_broker_is_asked)
{
	struct ccwb_connection *connection = connect_to_nobody();
	struct ccwb_error error;
	char *json = NULL;

	ck_assert_int_eq(ccwb_connection_describe(connection, "0.9.0580", &json, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "0.9.0580"));
	ck_assert_ptr_null(json);
	ck_assert_int_ge(ccwb_connection_fd(connection), 0);
	ccwb_connection_free(connection);
}
END_TEST

CHECK_MAIN("connection", test_an_address_that_leads_nowhere, test_listeners_leave_in_any_order,
	   test_an_id_is_looked_at_before_the_broker_is_asked)
