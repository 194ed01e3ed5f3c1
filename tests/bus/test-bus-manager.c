/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The Manager: reload. Its other methods have files of their own. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker-bus.h"
#include "check-main.h"
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

static void reload_client(const struct broker_bus *client_bb, sd_bus *client_bus)
{
	static const char *const members[] = { "Reload", "CheckReload" };

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (broker_bus_call(client_bus, members[i], &error, NULL, "") >= 0 ||
		    !sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED))
			_exit(1);
		sd_bus_error_free(&error);
	}
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
		ck_assert_int_lt(broker_bus_call(bus, "CheckReload", &error, NULL, ""), 0);
		broker_bus_expect_error(&error, CCWB_ERROR_POLICY_INVALID,
					"policy.json:2: \"rule\"");
	}
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	if (geteuid() == 0) {
		broker_bus_set_policy(&bb, "{\"rules\": [{\"action\": \"deny\"}]}");
		ck_assert_int_ge(broker_bus_call(bus, "CheckReload", &error, NULL, ""), 0);
		broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant); /* it is not in force */
		broker_bus_drop(&grant);
		broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
		ck_assert_int_ge(broker_bus_call(bus, "Reload", &error, NULL, ""), 0);
		ck_assert_int_lt(
			broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0), 0);
		broker_bus_expect_error(&error, CCWB_ERROR_ACCESS_DENIED, "policy.json:1");
	}
	teardown();
}
END_TEST

static int on_reloading(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	char *seen = userdata;
	int is_active;

	ck_assert_int_gt(sd_bus_message_read(message, "b", &is_active), 0);
	strcat(seen, is_active ? "1" : "0");
	return 0;
}

START_TEST(test_a_reload_is_announced_and_counted)
{
	char seen[16] = "";

	setup();
	ck_assert_int_ge(sd_bus_match_signal(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
					     CCWB_IFACE_MANAGER, "Reloading", on_reloading, seen),
			 0);
	if (geteuid() == 0) {
		ck_assert_int_ge(broker_bus_call(bus, "Reload", &error, NULL, ""), 0);
		while (sd_bus_process(bus, NULL) > 0)
			continue;
		ck_assert_str_eq(seen, "10");
	}
	teardown();
}
END_TEST

CHECK_MAIN("bus-manager", test_reload_is_for_root_and_keeps_the_policy_when_the_new_one_is_bad,
	   test_a_reload_is_announced_and_counted)
