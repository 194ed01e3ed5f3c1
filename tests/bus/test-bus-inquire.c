/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* CanAcquire over a bus: the words, who may ask for whom, and that nothing happens. */
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;

/* "yes: Rule, Profile": the answer and the codes of its reasons. */
static const char *ask(sd_bus *who, const char *id, uint32_t user)
{
	static char text[256];
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *word, *code, *why;
	int r;

	if (user == UINT32_MAX)
		r = broker_bus_call(who, "CanAcquire", &error, &reply, "sa{sv}", id, 0);
	else
		r = broker_bus_call(who, "CanAcquire", &error, &reply, "sa{sv}", id, 1,
				    CCWB_OPTION_USER, "u", user);
	if (r < 0) {
		snprintf(text, sizeof(text), "error %s", error.name);
		return text;
	}
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &word), 0);
	snprintf(text, sizeof(text), "%s:", word);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(ss)"), 0);
	while (sd_bus_message_read(reply, "(ss)", &code, &why) > 0) {
		ck_assert_str_ne(why, "");
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s", code);
	}
	return text;
}

static const char *ask_with_force(sd_bus *who)
{
	static char word[32];
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *answer, *code, *why;

	ck_assert_int_ge(broker_bus_call(who, "CanAcquire", NULL, &reply, "sa{sv}", "580", 1,
					 CCWB_OPTION_FORCE, "b", true),
			 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &answer), 0);
	snprintf(word, sizeof(word), "%s:", answer);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(ss)"), 0);
	while (sd_bus_message_read(reply, "(ss)", &code, &why) > 0)
		if (strcmp(code, "Warning") == 0 || strcmp(code, "AccessDenied") == 0)
			snprintf(word, sizeof(word), "%s: %s", answer, code);
	return word;
}

static void setup(void)
{
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
}

static void teardown(void)
{
	sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

START_TEST(test_the_answer_is_what_acquiring_would_give_and_nothing_happens)
{
	_cleanup_free_ char *state = NULL;
	struct grant grant;

	setup();
	ck_assert_str_eq(ask(bus, "580", UINT32_MAX), "yes: Rule Profile");
	state = broker_bus_device(bus, BROKER_BUS_TAPE, "State");
	ck_assert_str_eq(state, "host");
	ck_assert_str_eq(ask(bus, "999", UINT32_MAX), "na: NoSuchDevice");
	broker_bus_behave(&bb, "in-use");
	ck_assert_str_eq(ask(bus, "580", UINT32_MAX), "in-use: DeviceInUse Rule Profile");
	broker_bus_behave(&bb, "");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_str_eq(ask(bus, "580", UINT32_MAX), "busy: DeviceLeased Rule Profile");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

static void ask_as_nobody(const struct broker_bus *where, sd_bus *who)
{
	ck_assert_str_eq(ask(who, "580", UINT32_MAX), "no: AccessDenied");
	ck_assert_str_eq(ask(who, "580", 0), "error " CCWB_ERROR_ACCESS_DENIED);
}

START_TEST(test_root_alone_may_ask_for_others)
{
	setup();
	if (broker_bus_as_nobody(&bb, ask_as_nobody))
		ck_assert_str_eq(ask(bus, "580", 65534), "no: AccessDenied");
	teardown();
}
END_TEST

static void ask_with_force_as_nobody(const struct broker_bus *where, sd_bus *who)
{
	ck_assert_str_eq(ask(who, "580", UINT32_MAX), "yes: Rule Profile");
	ck_assert_str_eq(ask_with_force(who), "challenge: AccessDenied");
}

START_TEST(test_force_is_roots_or_an_administrators)
{
	setup();
	broker_bus_set_policy(&bb, "{\"rules\": [{\"action\": \"allow\"}]}");
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	if (broker_bus_as_nobody(&bb, ask_with_force_as_nobody)) {
		ck_assert_str_eq(ask_with_force(bus), "yes:");
		broker_bus_behave(&bb, "in-use");
		ck_assert_str_eq(ask_with_force(bus), "yes: Warning");
	}
	teardown();
}
END_TEST

START_TEST(test_a_caller_that_leaves_leaves_nothing)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	sd_bus *other;
	int n;

	setup();
	broker_bus_behave(&bb, "slow");
	for (n = 0; n < 8; n++) { /* more than one user may have under way */
		other = broker_bus_connect(&bb);
		ck_assert_int_ge(sd_bus_message_new_method_call(other, &call, CCWB_BUS_NAME,
								CCWB_PATH, CCWB_IFACE_MANAGER,
								"CanAcquire"),
				 0);
		ck_assert_int_ge(sd_bus_message_append(call, "sa{sv}", "580", 0), 0);
		ck_assert_int_ge(sd_bus_send(other, call, NULL), 0);
		call = sd_bus_message_unref(call);
		sd_bus_flush_close_unref(other);
	}
	broker_bus_behave(&bb, "");
	for (n = 0; n < 50; n++) {
		if (strcmp(ask(bus, "580", UINT32_MAX), "yes: Rule Profile") == 0)
			break;
	}
	ck_assert_str_eq(ask(bus, "580", UINT32_MAX), "yes: Rule Profile");
	teardown();
}
END_TEST

CHECK_MAIN("bus-inquire", test_the_answer_is_what_acquiring_would_give_and_nothing_happens,
	   test_root_alone_may_ask_for_others, test_force_is_roots_or_an_administrators,
	   test_a_caller_that_leaves_leaves_nothing)
