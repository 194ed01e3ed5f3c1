/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Every method of every object, as the bus introspects to, is sent what it must not take: a signature
 * of another type, and in each argument what is too long, unknown or too much. The answer is an error
 * that blames the caller, and the state is the same afterwards.
 */
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define ARGS_MAX  8
#define LONG_TEXT 70000
#define MANY	  300

static struct broker_bus bb;
static sd_bus *bus;
static struct grant grant;
static char long_text[LONG_TEXT + 1];
static unsigned int n_calls;

struct method {
	const char *path;
	const char *interface;
	char name[64];
	char types[ARGS_MAX][16];
	char names[ARGS_MAX][32];
	int n_args;
};

/* What is wrong with one argument. */
enum evil {
	FINE,
	EMPTY,
	LONG,
	STRANGE,
	ALL_BITS,
	LAST_BIT,
	UNKNOWN_KEY,
	OTHER_TYPE,
	MANY_KEYS,
	_EVIL_MAX
};

static bool fits(enum evil evil, const char *type, const char *name)
{
	bool has_dict = strcmp(type, "a{sv}") == 0 || strcmp(type, "a(sa{sv})") == 0;

	switch (evil) {
	case FINE:
		return false;
	case EMPTY:
		return strcmp(type, "s") == 0 && strcmp(name, "reason") != 0; /* may be left out */
	case LONG:
	case STRANGE:
		return strcmp(type, "s") == 0;
	case ALL_BITS:
	case LAST_BIT:
		return strcmp(type, "t") == 0;
	case UNKNOWN_KEY:
	case OTHER_TYPE:
	case MANY_KEYS:
		return has_dict;
	case _EVIL_MAX:
		break;
	}
	return false;
}

static const char *text_of(const struct method *method, int n, enum evil evil)
{
	if (evil == EMPTY)
		return "";
	if (evil == LONG)
		return long_text;
	if (evil == STRANGE)
		return "../../\x01 %n%s";
	if (strcmp(method->names[n], "lease") == 0)
		return grant.lease;
	return strcmp(method->names[n], "node") == 0 ? "/dev/null" : BROKER_BUS_DISK;
}

static void append_dict(sd_bus_message *call, enum evil evil)
{
	int n;

	ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "{sv}"), 0);
	if (evil == UNKNOWN_KEY)
		ck_assert_int_ge(sd_bus_message_append(call, "{sv}", "no-such-key", "s", "x"), 0);
	if (evil == OTHER_TYPE)
		ck_assert_int_ge(sd_bus_message_append(call, "{sv}", "who", "d", 1.0), 0);
	for (n = 0; evil == MANY_KEYS && n < MANY; n++)
		ck_assert_int_ge(sd_bus_message_append(call, "{sv}", "who", "s", "x"), 0);
	ck_assert_int_ge(sd_bus_message_close_container(call), 0);
}

static void append_basic(sd_bus_message *call, const struct method *method, int n, enum evil evil)
{
	const char *type = method->types[n];
	uint64_t flags = evil == ALL_BITS ? UINT64_MAX : evil == LAST_BIT ? 1ULL << 63 : 0;
	int r = -1;

	if (strcmp(type, "s") == 0)
		r = sd_bus_message_append(call, "s", text_of(method, n, evil));
	else if (strcmp(type, "t") == 0)
		r = sd_bus_message_append(call, "t", flags);
	else if (strlen(type) == 1 && strchr("bu", *type))
		r = sd_bus_message_append(call, type, 0);
	ck_assert_msg(r >= 0, "teach this test type %s of %s", type, method->name);
}

static void append_arg(sd_bus_message *call, const struct method *method, int n, enum evil evil)
{
	if (strcmp(method->types[n], "a{sv}") == 0) {
		append_dict(call, evil);
	} else if (strcmp(method->types[n], "a(sa{sv})") == 0) {
		ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "(sa{sv})"), 0);
		ck_assert_int_ge(sd_bus_message_open_container(call, 'r', "sa{sv}"), 0);
		ck_assert_int_ge(sd_bus_message_append(call, "s", BROKER_BUS_DISK), 0);
		append_dict(call, evil);
		ck_assert_int_ge(sd_bus_message_close_container(call), 0);
		ck_assert_int_ge(sd_bus_message_close_container(call), 0);
	} else {
		append_basic(call, method, n, evil);
	}
}

static sd_bus_message *new_call(const struct method *method)
{
	sd_bus_message *call;

	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &call, CCWB_BUS_NAME, method->path,
							method->interface, method->name),
			 0);
	return call;
}

/* A text may be one that some method takes, or that names nothing. */
static void expect_error(const struct method *method, sd_bus_message *call, bool is_text)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	n_calls++;
	r = sd_bus_call(bus, call, 30 * 1000000ULL, &error, NULL);
	sd_bus_message_unref(call);
	ck_assert_msg(r < 0, "%s.%s takes it", method->interface, method->name);
	ck_assert_msg(sd_bus_error_has_name(&error, CCWB_ERROR_INVALID_ARGS) ||
			      sd_bus_error_has_name(&error, CCWB_ERROR_LIMITS_EXCEEDED) ||
			      (is_text &&
			       strncmp(error.name, "org.ccwbroker1.Error.NoSuch", 27) == 0),
		      "%s.%s: %s: %s", method->interface, method->name, error.name, error.message);
}

static void attack(const struct method *method)
{
	sd_bus_message *call = new_call(method);
	int evil, at, n;

	ck_assert_int_ge(sd_bus_message_append(call, "dd", 1.0, 2.0), 0);
	expect_error(method, call, false);
	for (at = 0; at < method->n_args; at++)
		for (evil = FINE; evil < _EVIL_MAX; evil++) {
			if (!fits(evil, method->types[at], method->names[at]))
				continue;
			call = new_call(method);
			for (n = 0; n < method->n_args; n++)
				append_arg(call, method, n, n == at ? evil : FINE);
			expect_error(method, call, strcmp(method->types[at], "s") == 0);
		}
}

static void copy_attribute(const char *tag, const char *name, char *buffer, size_t size)
{
	const char *at = strstr(tag, name);

	*buffer = '\0';
	if (at && at < strchr(tag, '>'))
		snprintf(buffer, size, "%.*s", (int)strcspn(at + strlen(name), "\""),
			 at + strlen(name));
}

static void read_args(const char *at, const char *end, struct method *method)
{
	char direction[8];

	method->n_args = 0;
	while ((at = strstr(at, "<arg ")) && at < end) {
		copy_attribute(at, "direction=\"", direction, sizeof(direction));
		if (strcmp(direction, "in") == 0) {
			ck_assert_int_lt(method->n_args, ARGS_MAX);
			copy_attribute(at, "type=\"", method->types[method->n_args], 16);
			copy_attribute(at, "name=\"", method->names[method->n_args++], 32);
		}
		at++;
	}
}

/* Gives how many methods there are. */
static unsigned int attack_object(const char *path, const char *interface)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct method method = { .path = path, .interface = interface };
	const char *text, *at, *last, *end;
	unsigned int count = 0;

	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, path,
					    "org.freedesktop.DBus.Introspectable", "Introspect",
					    NULL, &reply, ""),
			 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &text), 0);
	at = strstr(text, interface);
	ck_assert_ptr_nonnull(at);
	last = strstr(at, "</interface>");
	while ((at = strstr(at, "<method ")) && at < last) {
		copy_attribute(at, "name=\"", method.name, sizeof(method.name));
		end = strstr(at, "/>") < strchr(at, '>') ? at : strstr(at, "</method>");
		read_args(at, end, &method);
		attack(&method);
		count++;
		at++;
	}
	return count;
}

static char *describe(void)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *text;

	ck_assert_int_ge(broker_bus_call(bus, "Describe", NULL, &reply, "t", (uint64_t)1), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &text), 0);
	return strdup(text);
}

START_TEST(test_nothing_wrong_is_taken_and_nothing_changes)
{
	_cleanup_free_ char *before = NULL, *after = NULL;

	memset(long_text, 'x', LONG_TEXT);
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	before = describe();
	ck_assert_uint_ge(attack_object(CCWB_PATH, CCWB_IFACE_MANAGER), 12);
	ck_assert_uint_ge(attack_object("/org/ccwbroker1/device/_30_2e0_2e0120", CCWB_IFACE_DEVICE),
			  2);
	ck_assert_uint_ge(attack_object(grant.path, CCWB_IFACE_LEASE), 2);
	ck_assert_uint_ge(n_calls, 40);
	after = describe();
	ck_assert_str_eq(after, before);
	broker_bus_drop(&grant);
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}
END_TEST

CHECK_MAIN("hostile", test_nothing_wrong_is_taken_and_nothing_changes)
