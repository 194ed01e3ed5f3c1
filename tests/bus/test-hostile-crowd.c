/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Many at a time, and one who guesses: ten thousand requests whose answers nobody reads, a thousand
 * connections, sixteen fds with every message, leases under names that were tried out, and 64 threads that take, give back and release one
 * device. Everybody else is served meanwhile and afterwards; how soon is not measured here.
 */
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define REQUESTS    10000
#define CONNECTIONS 1000
#define GUESSES	    2000
#define THREADS	    64
#define ROUNDS	    4
#define MESSAGES    600
#define FDS	    16 /* the most that a bus lets through by default */

static struct broker_bus bb;
static sd_bus *bus;
static struct grant grant;

static void setup(void)
{
	const struct rlimit many = { 4096, 4096 };

	(void)setrlimit(RLIMIT_NOFILE, &many); /* with fewer, fewer connections are made */
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static void expect_service(void)
{
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
}

static sd_bus_message *new_call(sd_bus *from, const char *method)
{
	sd_bus_message *call;

	ck_assert_int_ge(sd_bus_message_new_method_call(from, &call, CCWB_BUS_NAME, CCWB_PATH,
							CCWB_IFACE_MANAGER, method),
			 0);
	return call;
}

START_TEST(test_ten_thousand_requests_without_a_reader)
{
	sd_bus_message *call;
	sd_bus *flooder;
	int n;

	setup();
	flooder = broker_bus_connect(&bb);
	for (n = 0; n < REQUESTS; n++) {
		call = new_call(flooder, "ListLeases");
		ck_assert_int_ge(sd_bus_message_append(call, "t", (uint64_t)0), 0);
		ck_assert_int_ge(sd_bus_send(flooder, call, NULL), 0);
		sd_bus_message_unref(call);
		if (n == REQUESTS / 2)
			expect_service(); /* in the middle of it */
	}
	expect_service();
	sd_bus_close_unref(flooder); /* with all that it has not read */
	expect_service();
	teardown();
}
END_TEST

/* As many as the bus lets in. */
START_TEST(test_a_thousand_connections)
{
	static sd_bus *crowd[CONNECTIONS];
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	unsigned int n, n_in = 0;

	setup();
	for (n = 0; n < CONNECTIONS; n++) {
		crowd[n] = broker_bus_connect(&bb);
		if (sd_bus_call_method(crowd[n], CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
				       "ListLeases", NULL, NULL, "t", (uint64_t)0) < 0)
			break;
		n_in++;
	}
	printf("%u connections were let in and served\n", n_in);
	ck_assert_uint_ge(n_in, 100);
	expect_service();
	for (n = 0; n < CONNECTIONS; n++)
		sd_bus_close_unref(crowd[n]);
	expect_service();
	teardown();
}
END_TEST

static unsigned int daemon_fds(void)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_closedir_ DIR *dir = NULL;
	unsigned int n = 0;

	ck_assert_int_gt(asprintf(&path, "/proc/%d/fd", (int)bb.daemon), 0);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	return n;
}

/* Where the method takes them, as options that nobody knows, and where it takes nothing. */
static sd_bus_message *new_call_with_fds(sd_bus *from, unsigned int kind)
{
	static const char *const methods[] = { "AcquireDevice", "CanAcquire", "ListLeases" };
	sd_bus_message *call = new_call(from, methods[kind]);
	int n;

	if (kind < 2)
		ck_assert_int_ge(sd_bus_message_append(call, "s", BROKER_BUS_TAPE), 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "{sv}"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'e', "sv"), 0);
	ck_assert_int_ge(sd_bus_message_append(call, "s", "iommufd"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'v', "ah"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "h"), 0);
	for (n = 0; n < FDS; n++)
		ck_assert_int_ge(sd_bus_message_append(call, "h", STDERR_FILENO), 0);
	for (n = 0; n < 4; n++)
		ck_assert_int_ge(sd_bus_message_close_container(call), 0);
	return call;
}

START_TEST(test_16_fds_with_every_message)
{
	unsigned int before, n, n_refused = 0;
	sd_bus_message *call;
	int waited;

	setup();
	expect_service();
	before = daemon_fds();
	for (n = 0; n < MESSAGES; n++) {
		call = new_call_with_fds(bus, n % 3);
		if (n % 2)
			ck_assert_int_ge(sd_bus_send(bus, call, NULL),
					 0); /* no answer is awaited */
		else
			n_refused += sd_bus_call(bus, call, 0, NULL, NULL) < 0;
		sd_bus_message_unref(call);
	}
	ck_assert_uint_eq(n_refused, MESSAGES / 2);
	expect_service();
	for (waited = 0; waited < 10000 && daemon_fds() > before; waited++)
		(void)poll(NULL, 0, 1); /* cut short is no harm */
	ck_assert_uint_le(daemon_fds(),
			  before); /* one less when it was just then at something else */
	teardown();
}
END_TEST

/* What is not the lease's name is none, however near, and the lease stays. */
START_TEST(test_a_lease_is_not_guessed)
{
	unsigned int n, at;
	char name[80];

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	for (n = 0; n < GUESSES; n++) {
		_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

		snprintf(name, sizeof(name), "%s", grant.lease);
		at = 1 + n % 16; /* behind the l */
		name[at] = "0123456789abcdef"[(strchr("0123456789abcdef", name[at]) -
					       "0123456789abcdef" + 1 + n / 16 % 15) %
					      16];
		ck_assert_int_lt(broker_bus_call(bus, "ReleaseLease", &error, NULL, "st", name,
						 (uint64_t)0),
				 0);
		broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_LEASE, "");
	}
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	teardown();
}
END_TEST

struct racer {
	pthread_t thread;
	unsigned int number;
	unsigned int n_granted, n_refused, n_strange;
};

/* A failure here must not end the test from a thread: it is counted. */
static void take(struct racer *racer, sd_bus *own)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *path;
	int r;

	r = sd_bus_call_method(own, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER, "AcquireDevice",
			       &error, &reply, "sa{sv}", BROKER_BUS_TAPE, 0);
	if (r < 0) {
		racer->n_refused++;
		racer->n_strange += !error.message || !*error.message;
		return;
	}
	racer->n_granted++;
	if (racer->number % 2) /* the others by closing */
		return;
	if (sd_bus_message_read(reply, "o", &path) > 0)
		(void)sd_bus_call_method(own, CCWB_BUS_NAME, path, CCWB_IFACE_LEASE, "Release",
					 NULL, NULL, "t", (uint64_t)0); /* may be over already */
}

static void *race(void *data)
{
	struct racer *racer = data;
	unsigned int n;
	sd_bus *own;

	own = broker_bus_connect(&bb);
	for (n = 0; n < ROUNDS; n++)
		take(racer, own);
	sd_bus_flush_close_unref(own);
	return NULL;
}

START_TEST(test_64_threads_take_and_release_one_device)
{
	static struct racer racers[THREADS];
	unsigned int n, n_granted = 0, n_refused = 0;

	setup();
	for (n = 0; n < THREADS; n++) {
		racers[n] = (struct racer){ .number = n };
		ck_assert_int_eq(pthread_create(&racers[n].thread, NULL, race, &racers[n]), 0);
	}
	for (n = 0; n < THREADS; n++) {
		ck_assert_int_eq(pthread_join(racers[n].thread, NULL), 0);
		n_granted += racers[n].n_granted;
		n_refused += racers[n].n_refused;
		ck_assert_uint_eq(racers[n].n_strange, 0);
	}
	printf("%u threads: granted %u times, refused %u times\n", THREADS, n_granted, n_refused);
	ck_assert_uint_eq(n_granted + n_refused, THREADS * ROUNDS);
	ck_assert_uint_ge(n_granted, 1);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect_service();
	teardown();
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_ten_thousand_requests_without_a_reader);
	tcase_add_test(tests, test_a_thousand_connections);
	tcase_add_test(tests, test_16_fds_with_every_message);
	tcase_add_test(tests, test_a_lease_is_not_guessed);
	tcase_add_test(tests, test_64_threads_take_and_release_one_device);
	tcase_set_timeout(tests, 600); /* what counts is that it ends */
}

int main(void)
{
	return check_main_run("hostile-crowd", add_tests);
}
