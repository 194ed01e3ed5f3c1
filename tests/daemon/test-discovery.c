/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* When the registry looks: at the start, when told, and once for many losses. */

#include "check-main.h"
#include "discovery.h"
#include "fake-sysfs.h"

static const struct ccw_id tape = { 0, 0, 0x580 };
static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct registry *registry;
static struct discovery *discovery;
static sd_event *event;
static unsigned int n_added, n_removed;

static void on_added(struct device *device, void *userdata)
{
	n_added++;
}

static void on_removed(struct device *device, void *userdata)
{
	n_removed++;
}

static void on_changed(struct device *device, unsigned int changes, void *userdata)
{
}

static const struct registry_listener listener = {
	.added = on_added,
	.changed = on_changed,
	.removed = on_removed,
};

static void setup(void)
{
	fake_sysfs_init(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(registry_new(sysfs, &listener, NULL, &registry), 0);
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(discovery_new(event, registry, false, &discovery), 0);
}

static void teardown(void)
{
	discovery_free(discovery);
	sd_event_unref(event);
	registry_free(registry);
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

START_TEST(test_nothing_is_looked_at_unasked)
{
	setup();
	fake_sysfs_add_tape(&fake);
	ck_assert_int_eq(sd_event_run(event, 0), 0);
	ck_assert_uint_eq(n_added, 0);
	ck_assert_int_eq(discovery_scan(discovery), 0);
	ck_assert_uint_eq(n_added, 1);
	teardown();
}
END_TEST

START_TEST(test_one_device_is_looked_at_whatever_the_event_was)
{
	setup();
	discovery_look(discovery, tape); /* told of, and gone before we looked */
	ck_assert_uint_eq(n_added, 0);
	fake_sysfs_add_tape(&fake);
	discovery_look(discovery, tape);
	discovery_look(discovery, tape);
	ck_assert_uint_eq(n_added, 1);
	fake_sysfs_remove(&fake, "0.0.0580");
	discovery_look(discovery, tape);
	discovery_look(discovery, tape);
	ck_assert_uint_eq(n_removed, 1);
	teardown();
}
END_TEST

static int count_run(sd_event_source *source, void *userdata)
{
	++*(unsigned int *)userdata;
	ck_assert_uint_eq(n_added, 0);
	return 0;
}

START_TEST(test_many_losses_are_one_scan_after_everything_else)
{
	unsigned int runs = 0;

	setup();
	fake_sysfs_add_tape(&fake);
	discovery_look_everywhere(discovery);
	discovery_look_everywhere(discovery);
	ck_assert_int_ge(sd_event_add_defer(event, NULL, count_run, &runs), 0);
	ck_assert_int_gt(sd_event_run(event, 0), 0);
	ck_assert_uint_eq(runs, 1);
	ck_assert_int_gt(sd_event_run(event, 0), 0);
	ck_assert_uint_eq(n_added, 1);
	ck_assert_int_eq(sd_event_run(event, 0), 0);
	discovery_look_everywhere(discovery);
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_gt(sd_event_run(event, 0), 0);
	ck_assert_uint_eq(n_removed, 1);
	teardown();
}
END_TEST

CHECK_MAIN("discovery", test_nothing_is_looked_at_unasked,
	   test_one_device_is_looked_at_whatever_the_event_was,
	   test_many_losses_are_one_scan_after_everything_else)
