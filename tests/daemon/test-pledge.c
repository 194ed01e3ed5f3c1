/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What is saved and made ahead of the fds: whole when all goes well, and nobody's when it does not. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "check-main.h"
#include "lease-ref.h"
#include "pledge.h"
#include "scratch.h"

static const struct ccw_id tape = { 0, 0, 0x580 };
static struct scratch scratch;
static struct store *store;
static struct lease *lease, *found;
static sd_event *event;
static int before, n_told;

static void setup(enum lifetime lifetime)
{
	const struct subject root = { .pidfd = -1, .user = (char *)"root" };

	scratch_init(&scratch);
	before = scratch_count_fds();
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(store_new(scratch.path, &store), 0);
	ck_assert_int_eq(lease_new(tape, &root, "test", &lease), 0);
	lease->tether.lifetime = lifetime;
	n_told = 0;
}

static void teardown(void)
{
	lease_free(lease);
	store_free(store);
	sd_event_unref(event);
	ck_assert_int_eq(scratch_count_fds(), before);
	scratch_deinit(&scratch);
}

static void on_tether(enum tether_event what, void *userdata)
{
	ck_assert_ptr_eq(userdata, lease);
	ck_assert_int_eq(what, TETHER_CLOSED);
	n_told++;
	ck_assert_int_ge(sd_event_source_set_enabled(lease->tether.reference, SD_EVENT_OFF), 0);
}

static void on_saved(struct lease *lease_take, void *userdata)
{
	found = lease_take;
}

static void on_bad(const char *file, const char *why, void *userdata)
{
	ck_abort_msg("%s %s", file, why);
}

static bool has_reference(void)
{
	char path[64];

	snprintf(path, sizeof(path), "leases/%s.ref", lease->id);
	return scratch_has(&scratch, path);
}

/* As the next daemon does. */
static int resume(void)
{
	int r;

	found = NULL;
	ck_assert_int_eq(store_load(store, on_saved, on_bad, NULL), 0);
	ck_assert_ptr_nonnull(found);
	ck_assert_int_eq(found->state, LEASE_ACTIVE);
	r = tether_resume(&found->tether, event, store_fd_peek(store), found->id, on_tether, found);
	lease_free(found);
	return r;
}

START_TEST(test_it_stands_before_the_client_has_it_and_then_is_its)
{
	struct worker_result result = { .fds = { -1, -1, -1, -1 } };

	setup(LIFETIME_LEASE_FD);
	pledge_make(store, lease);
	ck_assert(lease->is_pledged);
	ck_assert_int_eq(lease->state, LEASE_PENDING);
	ck_assert(has_reference());
	ck_assert_int_eq(pledge_redeem(store, lease, event, on_tether, &result), 0);
	ck_assert_uint_eq(result.n_fds, 1);
	ck_assert_int_eq(fcntl(result.fds[0], F_GETFL) & O_ACCMODE, O_WRONLY);
	ck_assert_int_eq(fcntl(result.fds[0], F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(resume(), 0);
	macro_close(result.fds[0]);
	ck_assert_int_gt(sd_event_run(event, 1000000), 0);
	ck_assert_int_eq(n_told, 1);
	teardown();
}
END_TEST

START_TEST(test_a_daemon_that_is_killed_leaves_what_is_over)
{
	setup(LIFETIME_LEASE_FD);
	pledge_make(store, lease);
	tether_deinit(&lease->tether); /* its fds went with it */
	ck_assert_int_eq(resume(), -ENXIO);
	lease_ref_remove(store_fd_peek(store), lease->id); /* or it had come as far as the file */
	ck_assert_int_eq(resume(), -ENXIO);
	teardown();
}
END_TEST

START_TEST(test_one_that_is_not_granted_leaves_no_reference)
{
	setup(LIFETIME_CONNECTION);
	pledge_drop(store, lease); /* there is none, and that is no harm */
	pledge_make(store, lease);
	ck_assert(has_reference());
	pledge_drop(store, lease);
	ck_assert(!lease->is_pledged);
	ck_assert(!has_reference());
	teardown();
}
END_TEST

START_TEST(test_a_process_is_given_nothing_ahead)
{
	setup(LIFETIME_PIDFD);
	pledge_make(store, lease);
	ck_assert(!lease->is_pledged);
	ck_assert(!scratch_has(&scratch, "leases/0.0.0580.json"));
	teardown();
}
END_TEST

START_TEST(test_without_a_pledge_all_is_done_at_the_end)
{
	struct worker_result result = { .fds = { -1, -1, -1, -1 } };

	setup(LIFETIME_LEASE_FD);
	scratch_mkdir(&scratch, "leases/0.0.0580.json"); /* no file can be put there */
	pledge_make(store, lease);
	ck_assert(!lease->is_pledged);
	ck_assert(!has_reference());
	ck_assert_int_eq(pledge_redeem(store, lease, event, on_tether, &result), 0);
	ck_assert_uint_eq(result.n_fds, 1);
	ck_assert(has_reference());
	macro_close(result.fds[0]);
	teardown();
}
END_TEST

CHECK_MAIN("pledge", test_it_stands_before_the_client_has_it_and_then_is_its,
	   test_a_daemon_that_is_killed_leaves_what_is_over,
	   test_one_that_is_not_granted_leaves_no_reference, test_a_process_is_given_nothing_ahead,
	   test_without_a_pledge_all_is_done_at_the_end)
