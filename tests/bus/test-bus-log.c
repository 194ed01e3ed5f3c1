/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What systemctl service-log-level does. */
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

static int set(sd_bus *client, const char *property, const char *value)
{
	return sd_bus_set_property(client, CCWB_BUS_NAME, CCWB_PATH_LOG, CCWB_IFACE_LOG, property,
				   &error, "s", value);
}

static char *get(const char *property)
{
	char *value;

	ck_assert_int_ge(sd_bus_get_property_string(bus, CCWB_BUS_NAME, CCWB_PATH_LOG,
						    CCWB_IFACE_LOG, property, &error, &value),
			 0);
	return value;
}

static void expect(const char *property, const char *wanted)
{
	_cleanup_free_ char *value = get(property);

	ck_assert_str_eq(value, wanted);
}

static void client_sets(const struct broker_bus *client_bb, sd_bus *client_bus)
{
	if (set(client_bus, "LogLevel", "debug") >= 0 ||
	    !sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED))
		_exit(1);
	sd_bus_error_free(&error);
}

START_TEST(test_the_level_is_read_and_set_by_root)
{
	setup();
	expect("LogLevel", "info");
	expect("LogTarget", "console");
	expect("SyslogIdentifier", "daemon");
	(void)broker_bus_as_nobody(&bb, client_sets); /* only root can be another */
	expect("LogLevel", "info");
	ck_assert_int_ge(set(bus, "LogLevel", "emerg"), 0);
	expect("LogLevel", "emerg");
	ck_assert_int_ge(set(bus, "LogLevel", "debug"), 0);
	expect("LogLevel", "debug");
	ck_assert_int_ge(set(bus, "LogTarget", "journal"), 0);
	expect("LogTarget", "journal");
	teardown();
}
END_TEST

START_TEST(test_other_words_are_refused)
{
	setup();
	ck_assert_int_lt(set(bus, "LogLevel", "loud"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "no log level \"loud\"");
	ck_assert_int_lt(set(bus, "LogTarget", "null"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "\"null\"");
	expect("LogLevel", "info");
	expect("LogTarget", "console");
	teardown();
}
END_TEST

CHECK_MAIN("bus-log", test_the_level_is_read_and_set_by_root, test_other_words_are_refused)
