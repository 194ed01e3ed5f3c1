/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Devices that come, change, get lost and go, and who is told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "limits.h"
#include "registry.h"

static const struct ccw_id tape = { 0, 0, 0x580 };
static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct registry *registry;
static char heard[8192];
static size_t left_out;
static bool is_deaf;

static void hear(const char *what, const struct device *device)
{
	char line[64];

	if (is_deaf)
		return;
	snprintf(line, sizeof(line), "%s%s %s", *heard ? ", " : "", what, device->name);
	strcat(heard, line);
}

static void on_added(struct device *device, void *userdata)
{
	hear("added", device);
}

static void on_changed(struct device *device, unsigned int changes, void *userdata)
{
	hear(changes == DEVICE_CHANGED_DRIVER ? "driver" : "changed", device);
}

static void on_lost(struct device *device, void *userdata)
{
	hear("lost", device);
}

static void on_removed(struct device *device, void *userdata)
{
	hear("removed", device);
}

static const struct registry_listener listener = {
	.added = on_added,
	.changed = on_changed,
	.lost = on_lost,
	.removed = on_removed,
};

static void setup(void)
{
	*heard = '\0';
	fake_sysfs_init(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(registry_new(sysfs, &listener, NULL, &registry), 0);
}

static void teardown(void)
{
	registry_free(registry);
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static struct device *find_tape(void)
{
	struct device *device = NULL;

	ck_assert_int_eq(registry_find(registry, tape, &device), 0);
	return device;
}

static void add_disk(const char *id, const char *subchannel)
{
	const struct fake_device disk = {
		.id = id,
		.subchannel = subchannel,
		.device_type = "3390/0c",
		.control_unit = "3990/e9",
		.driver = "dasd-eckd",
	};

	fake_sysfs_add(&fake, &disk);
}

START_TEST(test_a_scan_finds_all_and_sorts_them)
{
	char name[16], subchannel[16];
	int n;

	setup();
	for (n = 199; n >= 0; n--) {
		snprintf(name, sizeof(name), "0.%d.%04x", n % 2, n * 7);
		snprintf(subchannel, sizeof(subchannel), "0.0.%04x", n);
		add_disk(name, subchannel);
	}
	ck_assert_int_eq(registry_scan(registry, &left_out), 0);
	ck_assert_uint_eq(registry_count(registry), 200);
	for (n = 1; n < 200; n++)
		ck_assert_int_lt(ccw_id_compare(registry_at(registry, (size_t)n - 1)->id,
						registry_at(registry, (size_t)n)->id),
				 0);
	*heard = '\0';
	ck_assert_int_eq(registry_scan(registry, &left_out), 0);
	ck_assert_str_eq(heard, ""); /* nothing is new */
	teardown();
}
END_TEST

START_TEST(test_an_unseen_id_is_looked_for)
{
	struct device *device;

	setup();
	ck_assert_int_eq(registry_find(registry, tape, &device), -ENOENT);
	fake_sysfs_add_tape(&fake);
	ck_assert_ptr_null(registry_peek(registry, tape));
	ck_assert_ptr_eq(find_tape(), registry_peek(registry, tape));
	ck_assert_str_eq(heard, "added 0.0.0580");
	teardown();
}
END_TEST

START_TEST(test_changes_are_told_once)
{
	setup();
	fake_sysfs_add_tape(&fake);
	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	fake_sysfs_set_driver(&fake, "0.0.0580", "ccwbroker");
	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	ck_assert_str_eq(heard, "added 0.0.0580, driver 0.0.0580");
	teardown();
}
END_TEST

START_TEST(test_being_online_is_noticed_without_an_event)
{
	struct device *device;

	setup();
	fake_sysfs_add_tape(&fake);
	device = find_tape();
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	registry_refresh_status(registry, device);
	registry_refresh_status(registry, device);
	ck_assert(device->facts.is_online);
	fake_sysfs_remove(&fake, "0.0.0580");
	registry_refresh_status(registry, device);
	ck_assert_str_eq(heard, "added 0.0.0580, changed 0.0.0580");
	teardown();
}
END_TEST

START_TEST(test_a_device_that_goes_is_removed)
{
	setup();
	fake_sysfs_add_tape(&fake);
	add_disk("0.0.0120", "0.0.0000");
	ck_assert_int_eq(registry_scan(registry, &left_out), 0);
	*heard = '\0';
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_eq(registry_refresh(registry, tape), -ENOENT);
	ck_assert_int_eq(registry_refresh(registry, tape), -ENOENT);
	ck_assert_str_eq(heard, "removed 0.0.0580");
	ck_assert_uint_eq(registry_count(registry), 1);
	teardown();
}
END_TEST

START_TEST(test_a_leased_device_that_goes_is_lost_until_dropped)
{
	struct device *device;

	setup();
	fake_sysfs_add_tape(&fake);
	device = find_tape();
	device->lease = (struct lease *)heard; /* only that it has one matters here */
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_eq(registry_refresh(registry, tape), -ENOENT);
	ck_assert_int_eq(registry_refresh(registry, tape), -ENOENT);
	ck_assert_ptr_eq(registry_peek(registry, tape), device);
	ck_assert(!device->is_present);
	device->lease = NULL;
	registry_drop(registry, device);
	ck_assert_str_eq(heard, "added 0.0.0580, lost 0.0.0580, removed 0.0.0580");
	ck_assert_ptr_null(registry_peek(registry, tape));
	teardown();
}
END_TEST

/* Puts another directory, as of a device that was plugged in anew, in place of the tape's. */
static void replace_tape(void)
{
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_eq(renameat(fake.scratch.fd, "devices/css0/0.0.0003", fake.scratch.fd,
				  "devices/css0/before"),
			 0);
	fake_sysfs_add_tape(&fake);
}

START_TEST(test_one_that_took_the_place_of_another_is_another)
{
	setup();
	fake_sysfs_add_tape(&fake);
	(void)find_tape();
	replace_tape();
	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	ck_assert_str_eq(heard, "added 0.0.0580, removed 0.0.0580, added 0.0.0580");
	teardown();
}
END_TEST

START_TEST(test_one_in_place_of_a_leased_one_is_the_end_of_that)
{
	struct device *device;

	setup();
	fake_sysfs_add_tape(&fake);
	device = find_tape();
	device->lease = (struct lease *)heard; /* only that it has one matters here */
	replace_tape();
	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	ck_assert_ptr_eq(registry_peek(registry, tape), device);
	ck_assert(device->is_present);
	ck_assert_str_eq(heard, "added 0.0.0580, lost 0.0.0580");
	device->lease = NULL;
	teardown();
}
END_TEST

START_TEST(test_a_scan_finds_out_what_went_and_came)
{
	setup();
	fake_sysfs_add_tape(&fake);
	add_disk("0.0.0120", "0.0.0000");
	add_disk("0.0.ffff", "0.0.0001");
	ck_assert_int_eq(registry_scan(registry, &left_out), 0);
	*heard = '\0';
	fake_sysfs_remove(&fake, "0.0.0120");
	fake_sysfs_remove(&fake, "0.0.ffff");
	fake_sysfs_set_driver(&fake, "0.0.0580", NULL);
	add_disk("0.0.0121", "0.0.0009");
	ck_assert_int_eq(registry_scan(registry, &left_out), 0);
	ck_assert_str_eq(heard, "removed 0.0.ffff, removed 0.0.0120, added 0.0.0121, "
				"driver 0.0.0580");
	ck_assert_uint_eq(registry_count(registry), 2);
	teardown();
}
END_TEST

START_TEST(test_the_most_devices_are_known_and_one_more_is_not)
{
	const struct ccw_id last = { 0, 1, 0xfffe }, over = { 0, 1, 0xffff };
	struct device *device;

	scratch_use_memory();
	setup();
	is_deaf = true;
	fake_sysfs_add_names(&fake, LIMIT_DEVICES); /* and the tape */
	ck_assert_int_eq(registry_scan(registry, &left_out), 0);
	ck_assert_uint_eq(left_out, 1);
	ck_assert_uint_eq(registry_count(registry), LIMIT_DEVICES);
	ck_assert_ptr_nonnull(registry_peek(registry, last));
	ck_assert_ptr_null(registry_peek(registry, over));
	ck_assert_int_eq(registry_find(registry, over, &device), -E2BIG);
	ck_assert_uint_eq(registry_count(registry), LIMIT_DEVICES);
	scratch_remove(&fake.scratch, "bus/ccw/devices/0.0.0580"); /* all are one directory here */
	ck_assert_int_eq(registry_refresh(registry, tape), -ENOENT);
	ck_assert_int_eq(registry_find(registry, over, &device), 0);
	ck_assert_uint_eq(registry_count(registry), LIMIT_DEVICES);
	teardown();
}
END_TEST

START_TEST(test_a_lost_device_may_return)
{
	struct device *device;

	setup();
	fake_sysfs_add_tape(&fake);
	device = find_tape();
	device->lease = (struct lease *)heard;
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_eq(registry_refresh(registry, tape), -ENOENT);
	fake_sysfs_add_tape(&fake);
	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	ck_assert(device->is_present);
	device->lease = NULL;
	teardown();
}
END_TEST

#define MDEV_PATH "bus/css/devices/0.0.0003/63637762-0123-8000-8000-456789abcdef"

/* The tape is taken by vfio_ccw: its place in sysfs has the mediated device. */
static void take_away(void)
{
	fake_sysfs_remove(&fake, "0.0.0580");
	fake_sysfs_set_subchannel_driver(&fake, "0.0.0003", "vfio_ccw");
	scratch_mkdir(&fake.scratch, MDEV_PATH);
}

static struct device *setup_away(struct backend *ret)
{
	struct device *device;

	setup();
	fake_sysfs_add_tape(&fake);
	fake_sysfs_add_subchannel(&fake, "0.0.0003");
	device = find_tape();
	backend_init(ret, BACKEND_VFIO_CCW, "l0123456789abcdef", &device->facts);
	registry_set_backend(registry, device, ret);
	take_away();
	*heard = '\0';
	return device;
}

START_TEST(test_one_taken_by_vfio_ccw_stays_known)
{
	struct backend backend, none = { .kind = BACKEND_CCWBROKER };
	struct device *device = setup_away(&backend);

	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	ck_assert_str_eq(heard, "driver 0.0.0580");
	ck_assert(device->is_present);
	ck_assert_str_eq(device->facts.driver, "vfio_ccw");
	ck_assert_str_eq(device->facts.device_type, "3490/50");
	ck_assert_str_eq(device->facts.subchannel, "0.0.0003");
	ck_assert_ptr_nonnull(strstr(device->sysfs_path, MDEV_PATH));
	ck_assert_int_eq(registry_scan(registry, &left_out), 0);
	ck_assert_ptr_eq(registry_peek(registry, tape), device);
	/* recognized anew, in a directory of another number: the same all the same */
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set_subchannel_driver(&fake, "0.0.0003", "io_subchannel");
	ck_assert_int_eq(registry_refresh(registry, tape), 0);
	ck_assert_ptr_eq(registry_peek(registry, tape), device);
	ck_assert_str_eq(device->facts.driver, "tape_34xx");
	ck_assert_str_eq(heard, "driver 0.0.0580, driver 0.0.0580");
	registry_set_backend(registry, device, &none);
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_eq(registry_refresh(registry, tape), -ENOENT);
	teardown();
}
END_TEST

START_TEST(test_its_subchannel_gone_it_is_gone)
{
	struct backend backend;
	struct device *device = setup_away(&backend);

	device->lease = (struct lease *)heard;
	registry_refresh_subchannel(registry, "0.0.0004"); /* another one */
	ck_assert_str_eq(heard, "");
	scratch_remove(&fake.scratch, "bus/css/devices/0.0.0003");
	registry_refresh_subchannel(registry, "0.0.0003");
	ck_assert_str_eq(heard, "lost 0.0.0580");
	ck_assert(!device->is_present);
	device->lease = NULL;
	registry_drop(registry, device);
	registry_refresh_subchannel(registry, "0.0.0003"); /* of none now */
	teardown();
}
END_TEST

START_TEST(test_leased_it_is_its_mediated_device)
{
	struct backend backend;
	struct device *device = setup_away(&backend);

	device->lease = (struct lease *)heard;
	scratch_remove(&fake.scratch, MDEV_PATH);
	ck_assert_int_eq(registry_refresh(registry, tape), 0); /* on its way there or back */
	device->state = DEVICE_LEASED;
	registry_refresh_subchannel(registry, "0.0.0003");
	ck_assert_str_eq(heard, "driver 0.0.0580, lost 0.0.0580");
	device->lease = NULL;
	teardown();
}
END_TEST

START_TEST(test_one_taken_before_our_time_is_adopted)
{
	struct backend backend;

	(void)setup_away(&backend);
	registry_free(registry);
	ck_assert_int_eq(registry_new(sysfs, &listener, NULL, &registry), 0);
	ck_assert_int_eq(registry_scan(registry, &left_out), 0);
	ck_assert_uint_eq(registry_count(registry), 0);
	ck_assert_ptr_nonnull(registry_adopt(registry, tape, &backend));
	ck_assert_str_eq(heard, "added 0.0.0580");
	ck_assert_str_eq(find_tape()->facts.device_type, "3490/50");
	registry_free(registry);
	ck_assert_int_eq(registry_new(sysfs, &listener, NULL, &registry), 0);
	scratch_remove(&fake.scratch, "bus/css/devices/0.0.0003");
	ck_assert_ptr_null(registry_adopt(registry, tape, &backend));
	teardown();
}
END_TEST

START_TEST(test_a_bound_one_is_read_anew_when_it_is_another)
{
	struct device *device;

	setup();
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set_driver(&fake, "0.0.0580", "ccwbroker");
	device = find_tape();
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	ck_assert_ptr_eq(find_tape(), device);
	registry_confirm(registry, tape);
	ck_assert(!device->facts.is_online); /* of which nothing hangs, and which is not read */
	fake_sysfs_set_driver(&fake, "0.0.0580", "tape_34xx");
	registry_confirm(registry, tape);
	ck_assert_str_eq(device->facts.driver, "tape_34xx");
	ck_assert(device->facts.is_online);
	fake_sysfs_remove(&fake, "0.0.0580");
	registry_confirm(registry, tape);
	ck_assert_ptr_null(registry_peek(registry, tape));
	teardown();
}
END_TEST

START_TEST(test_another_device_in_its_place_is_taken_up_as_new)
{
	setup();
	fake_sysfs_add_tape(&fake);
	(void)find_tape();
	registry_renew(registry, find_tape());
	ck_assert_str_eq(heard, "added 0.0.0580, removed 0.0.0580, added 0.0.0580");
	fake_sysfs_remove(&fake, "0.0.0580");
	registry_renew(registry, registry_peek(registry, tape));
	ck_assert_ptr_null(registry_peek(registry, tape));
	teardown();
}
END_TEST

CHECK_MAIN("registry", test_another_device_in_its_place_is_taken_up_as_new,
	   test_a_scan_finds_all_and_sorts_them, test_an_unseen_id_is_looked_for,
	   test_changes_are_told_once, test_being_online_is_noticed_without_an_event,
	   test_a_device_that_goes_is_removed, test_a_leased_device_that_goes_is_lost_until_dropped,
	   test_one_that_took_the_place_of_another_is_another,
	   test_one_in_place_of_a_leased_one_is_the_end_of_that,
	   test_a_scan_finds_out_what_went_and_came,
	   test_the_most_devices_are_known_and_one_more_is_not, test_a_lost_device_may_return,
	   test_one_taken_by_vfio_ccw_stays_known, test_its_subchannel_gone_it_is_gone,
	   test_leased_it_is_its_mediated_device, test_one_taken_before_our_time_is_adopted,
	   test_a_bound_one_is_read_anew_when_it_is_another)
