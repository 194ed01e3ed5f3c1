/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Which version a lease is written as, and by which it is read; the values are in test-store.c. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "json.h"
#include "lease-json.h"

static struct lease *lease;
static struct json_object *object;

static void setup(void)
{
	const struct subject alice = { .uid = 1001, .pidfd = -1, .user = (char *)"alice" };

	ck_assert_int_eq(lease_new((struct ccw_id){ 0, 0, 0x580 }, &alice, "me", &lease), 0);
	object = json_object_new_object();
}

static void teardown(void)
{
	json_object_put(object);
	lease_free(lease);
}

static uint64_t version(void)
{
	uint64_t value = 0;

	ck_assert_int_eq(json_get_uint64(object, "version", &value), 0);
	return value;
}

static struct lease *read_back(void)
{
	struct lease *copy = NULL;

	ck_assert(!lease_json_is_newer(object));
	ck_assert_int_eq(lease_json_read(object, &copy), 0);
	return copy;
}

START_TEST(test_what_an_older_daemon_can_read_is_written_for_it)
{
	struct lease *copy;

	setup();
	ck_assert_int_eq(lease_json_write(object, lease), 0);
	ck_assert_uint_eq(version(), 2);
	copy = read_back();
	ck_assert_str_eq(copy->id, lease->id);
	ck_assert_int_eq(copy->backend.kind, BACKEND_CCWBROKER);
	lease_free(copy);
	teardown();
}
END_TEST

START_TEST(test_one_by_vfio_ccw_is_nothing_for_an_older_one)
{
	const struct sysfs_facts facts = { .subchannel = "0.0.0003", .device_type = "3490/50" };
	struct lease *copy;

	setup();
	backend_init(&lease->backend, BACKEND_VFIO_CCW, "l0123456789abcdef", &facts);
	ck_assert_int_eq(lease_json_write(object, lease), 0);
	ck_assert_uint_eq(version(), 3);
	copy = read_back();
	/* its own number, and not one made of the lease's */
	ck_assert_str_eq(copy->backend.mdev, "63637762-0123-8000-8000-456789abcdef");
	ck_assert_int_eq(memcmp(&copy->backend, &lease->backend, sizeof(copy->backend)), 0);
	lease_free(copy);
	json_object_object_add(object, "mdev", json_object_new_string("../0.0.0004"));
	ck_assert_int_eq(lease_json_read(object, &copy), -EBADMSG);
	teardown();
}
END_TEST

START_TEST(test_where_a_job_has_put_the_device_is_kept)
{
	struct lease *copy;

	setup();
	strcpy(lease->origin.by_job, "dasd-fba");
	strcpy(lease->home.by_job, "dasd-eckd");
	lease->incarnation = INT64_MAX;
	ck_assert_int_eq(lease_json_write(object, lease), 0);
	copy = read_back();
	ck_assert_str_eq(copy->origin.by_job, "dasd-fba");
	ck_assert_str_eq(copy->home.by_job, "dasd-eckd");
	ck_assert_uint_eq(copy->incarnation, INT64_MAX);
	lease_free(copy);
	json_object_object_add(object, "by_job", json_object_new_string("../dasd-fba"));
	ck_assert_int_eq(lease_json_read(object, &copy), -EBADMSG);
	json_object_object_del(object, "by_job");
	json_object_object_del(object, "home_by_job");
	json_object_object_del(object, "incarnation");
	copy = read_back(); /* of an older daemon */
	ck_assert_str_eq(copy->origin.by_job, "");
	ck_assert_uint_eq(copy->incarnation, 0);
	lease_free(copy);
	teardown();
}
END_TEST

START_TEST(test_a_newer_version_is_known_as_one)
{
	struct lease *copy;

	setup();
	ck_assert_int_eq(lease_json_write(object, lease), 0);
	json_object_object_add(object, "version", json_object_new_int(4));
	ck_assert(lease_json_is_newer(object));
	ck_assert_int_eq(lease_json_read(object, &copy), -EBADMSG);
	teardown();
}
END_TEST

CHECK_MAIN("lease-json", test_what_an_older_daemon_can_read_is_written_for_it,
	   test_where_a_job_has_put_the_device_is_kept,
	   test_one_by_vfio_ccw_is_nothing_for_an_older_one, test_a_newer_version_is_known_as_one)
