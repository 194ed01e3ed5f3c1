/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The wait for the last close, on a plain file that has no notices. */
#include <errno.h>
#include <fcntl.h>

#include "check-main.h"
#include "scratch.h"
#include "usage.h"

static struct scratch scratch;
static sd_event *event;
static struct usage *usage;
static int calls;

static void on_closed(void *userdata)
{
	calls++;
	usage = (usage_free(usage), NULL);
	sd_event_exit(event, 0);
}

static int on_time(sd_event_source *source, uint64_t now, void *userdata)
{
	ck_assert_int_eq(calls, 0);
	scratch_write(&scratch, "open", "0\n");
	return 0;
}

static void start(const char *value)
{
	int fd;

	scratch_init(&scratch);
	scratch_write(&scratch, "open", value);
	fd = openat(scratch.fd, "open", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(sd_event_new(&event), 0);
	ck_assert_int_eq(usage_new(event, fd, on_closed, NULL, &usage), 0);
	ck_assert_int_eq(calls, 0); /* never from within */
}

static void finish(void)
{
	event = sd_event_unref(event);
	scratch_deinit(&scratch);
}

START_TEST(test_a_closed_device_is_told_from_the_loop)
{
	start("0\n");
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(calls, 1);
	finish();
}
END_TEST

START_TEST(test_an_open_device_is_waited_for)
{
	start("1\n");
	ck_assert_int_eq(sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 300000, 0,
						    on_time, NULL),
			 0);
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(calls, 1);
	finish();
}
END_TEST

START_TEST(test_one_that_is_freed_calls_nobody)
{
	start("0\n");
	usage_free(usage);
	ck_assert_int_eq(sd_event_run(event, 0), 0);
	ck_assert_int_eq(calls, 0);
	finish();
}
END_TEST

CHECK_MAIN("usage", test_a_closed_device_is_told_from_the_loop, test_an_open_device_is_waited_for,
	   test_one_that_is_freed_calls_nobody)
