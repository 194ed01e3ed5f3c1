/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Where a device belongs is remembered over a restart, as long as it is elsewhere. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "origin.h"
#include "scratch.h"

static struct scratch scratch;
static struct store *store;
static struct device *device;
static struct lease *found;

static void setup(void)
{
	const struct sysfs_facts facts = { .driver = "ccwbroker" };

	scratch_init(&scratch);
	ck_assert_int_eq(store_new(scratch.path, &store), 0);
	ck_assert_int_eq(device_new((struct ccw_id){ 0, 0, 0x580 }, &facts, NULL, &device), 0);
	strcpy(device->origin.driver, "tape_34xx");
	device->origin.is_online = true;
	device->has_origin = device->is_bound = true;
	found = NULL;
}

static void teardown(void)
{
	lease_free(found);
	device_free(device);
	store_free(store);
	scratch_deinit(&scratch);
}

static void on_found(struct lease *lease_take, void *userdata)
{
	lease_free(found);
	found = lease_take;
}

static void on_bad(const char *file, const char *why, void *userdata)
{
	ck_abort_msg("%s %s", file, why);
}

static void load(void)
{
	lease_free(found);
	found = NULL;
	ck_assert_int_eq(store_load(store, on_found, on_bad, NULL), 0);
}

START_TEST(test_a_bound_device_is_remembered)
{
	setup();
	ck_assert_int_eq(origin_save(store, device, LEASE_BOUND), 0);
	load();
	ck_assert_ptr_nonnull(found);
	ck_assert_int_eq(found->state, LEASE_BOUND);
	device->has_origin = device->is_bound = false;
	memset(&device->origin, 0, sizeof(device->origin));
	origin_resume(store, TAKE_PTR(found), device);
	ck_assert(device->is_bound && device->has_origin && device->origin.is_online);
	ck_assert_str_eq(device->origin.driver, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_one_that_is_home_or_gone_meanwhile_is_forgotten)
{
	setup();
	ck_assert_int_eq(origin_save(store, device, LEASE_BOUND), 0);
	load();
	origin_resume(store, TAKE_PTR(found), NULL);
	load();
	ck_assert_ptr_null(found);
	ck_assert_int_eq(origin_save(store, device, LEASE_BOUND), 0);
	load();
	device->is_bound = false;
	strcpy(device->facts.driver, "tape_34xx");
	origin_resume(store, TAKE_PTR(found), device);
	ck_assert(!device->is_bound);
	load();
	ck_assert_ptr_null(found);
	teardown();
}
END_TEST

START_TEST(test_after_a_lease_only_what_was_bound_before_is_kept)
{
	const struct subject root = { .pidfd = -1, .user = (char *)"root" };
	struct lease *lease;

	setup();
	ck_assert_int_eq(lease_new(device->id, &root, "", &lease), 0);
	lease->is_bound = true;
	origin_keep(store, lease, device);
	load();
	ck_assert_ptr_nonnull(found);
	ck_assert(device->has_origin);
	lease->is_bound = false;
	origin_keep(store, lease, device);
	load();
	ck_assert_ptr_null(found);
	ck_assert(!device->has_origin);
	lease->is_bound = true;
	ck_assert_int_eq(origin_save(store, device, LEASE_BOUND), 0);
	origin_keep(store, lease, NULL);
	load();
	ck_assert_ptr_null(found);
	lease_free(lease);
	teardown();
}
END_TEST

START_TEST(test_what_another_driver_has_by_then_is_kept_no_more)
{
	const struct subject root = { .pidfd = -1, .user = (char *)"root" };
	struct lease *lease;

	setup();
	ck_assert_int_eq(lease_new(device->id, &root, "", &lease), 0);
	ck_assert(!origin_is_lost(lease, device)); /* one that was to go back, wherever it is */
	lease->is_bound = true;
	strcpy(lease->origin.driver, "ccwbroker");
	ck_assert(!origin_is_lost(lease, device));
	ck_assert(!origin_is_lost(lease, NULL));
	strcpy(device->facts.driver, "tape_34xx");
	device->is_present = false;
	ck_assert(!origin_is_lost(lease, device));
	device->is_present = true;
	ck_assert(origin_is_lost(lease, device));
	ck_assert(!lease->is_bound);
	origin_keep(store, lease, device);
	load();
	ck_assert_ptr_null(found);
	ck_assert(!device->has_origin);
	lease_free(lease);
	teardown();
}
END_TEST

START_TEST(test_one_that_a_job_has_bound_elsewhere_is_not_lost_there)
{
	const struct subject root = { .pidfd = -1, .user = (char *)"root" };
	struct lease *lease;

	setup();
	strcpy(device->facts.driver, "fs3270");
	ck_assert_int_eq(lease_new(device->id, &root, "", &lease), 0);
	origin_note(device, lease);
	ck_assert(lease->is_bound);
	ck_assert(!origin_is_lost(lease, device));
	origin_keep(store, lease, device);
	load();
	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(found->origin.driver, "tape_34xx");
	lease_free(lease);
	teardown();
}
END_TEST

START_TEST(test_where_it_goes_back_to_and_where_it_is_at_home)
{
	const struct subject root = { .pidfd = -1, .user = (char *)"root" };
	struct lease *lease;

	setup();
	ck_assert_int_eq(lease_new(device->id, &root, "", &lease), 0);
	origin_note(device, lease); /* bound by request */
	ck_assert(lease->is_bound);
	ck_assert_str_eq(lease->origin.driver, "ccwbroker");
	ck_assert_str_eq(lease->home.driver, "tape_34xx");
	device->is_bound = false;
	origin_note(device, lease); /* could not be given back */
	ck_assert_str_eq(lease->origin.driver, "tape_34xx");
	ck_assert(lease->origin.is_online);
	lease_free(lease);
	device->has_origin = false;
	ck_assert_int_eq(lease_new(device->id, &root, "", &lease), 0);
	origin_note(device, lease); /* bound by hand */
	ck_assert(!lease->is_bound);
	ck_assert_str_eq(lease->origin.driver, "");
	strcpy(device->facts.driver, "dasd-eckd");
	origin_note(device, lease);
	ck_assert_str_eq(lease->origin.driver, "dasd-eckd");
	ck_assert(!lease->origin.is_online);
	lease_free(lease);
	teardown();
}
END_TEST

/* Whether device stays bound when a lease in that state ends so. */
static bool stays(enum lease_state state, enum lease_end end, bool does_restore)
{
	const struct subject root = { .pidfd = -1, .user = (char *)"root" };
	struct lease *lease;
	bool is_bound;

	device->is_bound = false;
	ck_assert_int_eq(lease_new(device->id, &root, "", &lease), 0);
	strcpy(lease->origin.driver, "tape_34xx");
	lease->state = state;
	lease->end = end;
	lease->terms.stays_bound = !does_restore;
	origin_stay(lease, device);
	is_bound = lease->is_bound;
	ck_assert_int_eq(device->is_bound, is_bound);
	ck_assert_str_eq(lease->origin.driver, is_bound ? "ccwbroker" : "tape_34xx");
	ck_assert_str_eq(lease->home.driver, is_bound ? "tape_34xx" : "");
	lease_free(lease);
	return is_bound;
}

START_TEST(test_without_restore_what_a_client_has_had_stays_bound)
{
	setup();
	ck_assert(stays(LEASE_ACTIVE, LEASE_END_CLOSED, false));
	ck_assert(stays(LEASE_ORPHANED, LEASE_END_EXITED, false));
	ck_assert(stays(LEASE_REVOKING, LEASE_END_REVOKED, false));
	ck_assert(!stays(LEASE_ACTIVE, LEASE_END_CLOSED, true));
	ck_assert(!stays(LEASE_ACTIVE, LEASE_END_GONE, false));
	ck_assert(!stays(LEASE_ACTIVE, LEASE_END_ABANDONED, false));
	ck_assert(!stays(LEASE_PENDING, LEASE_END_CLOSED, false));
	ck_assert(!stays(LEASE_PENDING, LEASE_END_FAILED, false));
	teardown();
}
END_TEST

START_TEST(test_a_job_that_is_killed_leaves_where_the_device_was)
{
	struct plan_origin before = { .driver = "ccwbroker", .by_job = "dasd-eckd" };

	setup();
	device->facts.incarnation = 77;
	ck_assert_int_eq(origin_save_before(store, device, &before), 0);
	load();
	ck_assert_int_eq(found->state, LEASE_PENDING);
	ck_assert(found->is_bound);
	ck_assert_str_eq(found->origin.driver, "ccwbroker");
	ck_assert_str_eq(found->origin.by_job, "dasd-eckd");
	ck_assert_str_eq(found->home.driver, "tape_34xx");
	ck_assert_str_eq(found->home.by_job, "dasd-eckd");
	ck_assert_uint_eq(found->incarnation, 77);
	strcpy(before.driver, "tape_34xx"); /* at home */
	ck_assert_int_eq(origin_save_before(store, device, &before), 0);
	load();
	ck_assert(!found->is_bound);
	ck_assert_str_eq(found->origin.driver, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_another_device_in_the_place_of_a_bound_one_is_the_hosts)
{
	setup();
	strcpy(device->facts.driver, "dasd-eckd");
	device->facts.incarnation = 77;
	ck_assert_int_eq(origin_save(store, device, LEASE_BOUND), 0);
	load();
	device->is_bound = device->has_origin = false;
	device->facts.incarnation = 78;
	origin_resume(store, TAKE_PTR(found), device);
	ck_assert(!device->is_bound && !device->has_origin);
	load();
	ck_assert_ptr_null(found);
	teardown();
}
END_TEST

CHECK_MAIN("origin", test_a_job_that_is_killed_leaves_where_the_device_was,
	   test_another_device_in_the_place_of_a_bound_one_is_the_hosts,
	   test_what_another_driver_has_by_then_is_kept_no_more,
	   test_where_it_goes_back_to_and_where_it_is_at_home,
	   test_one_that_a_job_has_bound_elsewhere_is_not_lost_there,
	   test_without_restore_what_a_client_has_had_stays_bound,
	   test_a_bound_device_is_remembered, test_one_that_is_home_or_gone_meanwhile_is_forgotten,
	   test_after_a_lease_only_what_was_bound_before_is_kept)
