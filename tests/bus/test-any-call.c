/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Every method of every object, standard interfaces among them, as the bus introspects to, with values by
 * dice, as root and as nobody: each call is answered, an error has words, and the daemon (with sanitizers)
 * ends well with nothing of it left. In the environment, CCWB_CALLS says how many calls, CCWB_SEED which dice.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "any-value.h"
#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define METHODS_MAX 400
#define KEPT	    8 /* replies, and so leases */
#define PENDING_MAX 12
#define ANSWER_US   (60 * 1000000ULL)
#define CALLS	    600 /* for every day */
#define SEED	    20261

struct method {
	char path[96], interface[64], name[64], types[64];
};

static struct broker_bus bb;
static struct method methods[METHODS_MAX];
static unsigned int n_methods, n_pending, n_answers, n_errors, next_kept;
static sd_bus_message *kept[KEPT];

static unsigned long number_of(const char *variable, unsigned long otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

static void copy_attribute(const char *tag, const char *name, char *ret, size_t size)
{
	const char *at = strstr(tag, name), *end = strchr(tag, '>');

	*ret = '\0';
	if (at && end && at < end)
		snprintf(ret, size, "%.*s", (int)strcspn(at + strlen(name), "\""),
			 at + strlen(name));
}

static void read_types(const char *tag, struct method *method)
{
	const char *end = strstr(tag, "</method>"), *close = strchr(tag, '>'), *at = tag;
	char direction[8], type[32];
	size_t length;

	if (close[-1] == '/')
		return;
	while ((at = strstr(at + 1, "<arg ")) && at < end) {
		copy_attribute(at, "direction=\"", direction, sizeof(direction));
		copy_attribute(at, "type=\"", type, sizeof(type));
		length = strlen(method->types);
		if (strcmp(direction, "in") == 0)
			snprintf(method->types + length, sizeof(method->types) - length, "%s",
				 type);
	}
}

static void read_methods(const char *path, const char *text)
{
	const char *at = text, *next;
	struct method *method;
	char interface[64];

	while ((at = strstr(at, "<interface "))) {
		copy_attribute(at, "name=\"", interface, sizeof(interface));
		next = strstr(at, "</interface>");
		while ((at = strstr(at + 1, "<method ")) && at < next) {
			ck_assert_uint_lt(n_methods, METHODS_MAX);
			method = &methods[n_methods++];
			*method = (struct method){};
			snprintf(method->path, sizeof(method->path), "%s", path);
			snprintf(method->interface, sizeof(method->interface), "%s", interface);
			copy_attribute(at, "name=\"", method->name, sizeof(method->name));
			read_types(at, method);
		}
		at = next;
	}
}

/* The object and all below it. */
static void learn(sd_bus *bus, const char *path)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char node[64], child[96];
	const char *text, *at;

	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, path,
					    "org.freedesktop.DBus.Introspectable", "Introspect",
					    NULL, &reply, ""),
			 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &text), 0);
	read_methods(path, text);
	for (at = text; (at = strstr(at, "<node name=\"")); at++) {
		copy_attribute(at, "name=\"", node, sizeof(node));
		snprintf(child, sizeof(child), "%s/%s", path[1] ? path : "", node);
		learn(bus, child);
	}
}

/* What it gives is kept for a while. */
static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *unused)
{
	const struct method *method = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(reply);

	n_pending--;
	n_answers++;
	if (error) {
		n_errors++;
		ck_assert_msg(error->name && error->message && *error->message,
			      "%s.%s: an error without words", method->interface, method->name);
		ck_assert_msg(!sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY),
			      "%s.%s: no answer", method->interface, method->name);
	}
	sd_bus_message_unref(kept[next_kept]);
	kept[next_kept] = sd_bus_message_ref(reply);
	next_kept = (next_kept + 1) % KEPT;
	return 0;
}

static void call_any(sd_bus *bus, struct any_dice *dice)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	struct method *method = &methods[any_roll(dice, n_methods)];
	char types[96];

	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &call, CCWB_BUS_NAME, method->path,
							method->interface, method->name),
			 0);
	any_signature(dice, method->types, types, sizeof(types));
	if (any_append(dice, call, types) < 0)
		return; /* no such message can be made */
	ck_assert_int_ge(sd_bus_message_set_allow_interactive_authorization(call,
									    (int)any_roll(dice, 2)),
			 0);
	ck_assert_int_ge(sd_bus_call_async(bus, NULL, call, on_answer, method, ANSWER_US), 0);
	n_pending++;
}

static void wait_pending(sd_bus *bus, unsigned int most)
{
	int r;

	while (n_pending > most) {
		r = sd_bus_process(bus, NULL);
		ck_assert_int_ge(r, 0);
		if (r == 0)
			ck_assert_int_ge(sd_bus_wait(bus, ANSWER_US), 0);
	}
}

static void attack(const struct broker_bus *on, sd_bus *bus)
{
	struct any_dice dice = { .state = number_of("CCWB_SEED", SEED) + geteuid() };
	unsigned long n, calls = number_of("CCWB_CALLS", CALLS);
	unsigned int slot;

	n_methods = n_pending = n_answers = n_errors = 0;
	for (n = 0; n < calls; n++) {
		if (n % 500 == 0) { /* there are other leases and jobs by now */
			wait_pending(bus, 0);
			n_methods = 0;
			learn(bus, "/");
			ck_assert_uint_gt(n_methods, 40);
		}
		call_any(bus, &dice);
		wait_pending(bus, PENDING_MAX);
	}
	wait_pending(bus, 0);
	for (slot = 0; slot < KEPT; slot++)
		kept[slot] = sd_bus_message_unref(kept[slot]);
	printf("%u calls of uid %u answered, %u of them by an error, dice of %lu\n", n_answers,
	       (unsigned int)geteuid(), n_errors, number_of("CCWB_SEED", SEED));
	fflush(stdout);
}

static void expect_sane(sd_bus *bus)
{
	_cleanup_free_ char *log = broker_bus_log(&bb);

	ck_assert_msg(!strstr(log, "runtime error") && !strstr(log, "Sanitizer"), "%s", log);
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH,
					    "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, ""),
			 0);
}

START_TEST(test_any_call_is_answered)
{
	sd_bus *bus;

	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	attack(&bb, bus);
	expect_sane(bus);
	(void)broker_bus_as_nobody(&bb, attack); /* where this is root */
	expect_sane(bus);
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb); /* ends well, with nothing left in its memory */
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_any_call_is_answered);
	tcase_set_timeout(tests, 3600);
}

int main(void)
{
	return check_main_run("any-call", add_tests);
}
