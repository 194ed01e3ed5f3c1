/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* When the registry looks: at the start, when told, and once for many losses. */
#include <stdio.h>

#include "check-main.h"
#include "discovery.h"
#include "fake-sysfs.h"
#include "limits.h"

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

static unsigned int n_turns, n_between; /* of others; and devices looked at since the last one */

static int on_turn(sd_event_source *source, void *userdata)
{
	n_turns++;
	ck_assert_uint_le(n_added + n_removed - n_between, LIMIT_SCAN_STEP);
	n_between = n_added + n_removed;
	return 0;
}

static void add_tapes(unsigned int count)
{
	struct fake_device tape_device = { .device_type = "3490/10", .control_unit = "3490/10" };
	char id[16], subchannel[16];
	unsigned int n;

	for (n = 0; n < count; n++) {
		snprintf(id, sizeof(id), "0.0.%04x", 0x1000 + n);
		snprintf(subchannel, sizeof(subchannel), "0.0.%04x", 0x2000 + n);
		tape_device.id = id;
		tape_device.subchannel = subchannel;
		fake_sysfs_add(&fake, &tape_device);
	}
}

static void remove_tapes(unsigned int count)
{
	char id[16];

	while (count-- > 0) {
		snprintf(id, sizeof(id), "0.0.%04x", 0x1000 + count);
		fake_sysfs_remove(&fake, id);
	}
}

/* Somebody else who always has something to do, and goes first. */
static void run_beside(unsigned int *count, unsigned int wanted)
{
	sd_event_source *other;

	n_turns = 0;
	n_between = n_added + n_removed;
	ck_assert_int_ge(sd_event_add_defer(event, &other, on_turn, NULL), 0);
	while (*count < wanted) {
		ck_assert_int_ge(sd_event_source_set_enabled(other, SD_EVENT_ONESHOT), 0);
		ck_assert_int_gt(sd_event_run(event, 0), 0);
		ck_assert_int_gt(sd_event_run(event, 0), 0);
	}
	ck_assert_uint_ge(n_turns, 2);
	ck_assert_int_ge(sd_event_source_set_enabled(other, SD_EVENT_ONESHOT), 0);
	ck_assert_int_gt(sd_event_run(event, 0), 0);
	sd_event_source_disable_unref(other);
}

START_TEST(test_others_have_a_turn_after_so_many_devices)
{
	setup();
	add_tapes(LIMIT_SCAN_STEP);
	discovery_look_everywhere(discovery);
	ck_assert_int_gt(sd_event_run(event, 0), 0);
	ck_assert_uint_eq(n_added, LIMIT_SCAN_STEP); /* at the limit: one step */
	ck_assert_int_eq(sd_event_run(event, 0), 0);
	teardown();
	n_added = n_removed = 0;
	setup();
	add_tapes(LIMIT_SCAN_STEP + 1);
	discovery_look_everywhere(discovery);
	run_beside(&n_added, LIMIT_SCAN_STEP + 1);
	remove_tapes(LIMIT_SCAN_STEP + 1);
	discovery_look_everywhere(discovery);
	run_beside(&n_removed, LIMIT_SCAN_STEP + 1);
	ck_assert_uint_eq(registry_count(registry), 0);
	teardown();
}
END_TEST

START_TEST(test_what_changes_while_it_is_looked_for_is_found)
{
	setup();
	add_tapes(LIMIT_SCAN_STEP + 1);
	discovery_look_everywhere(discovery);
	ck_assert_int_gt(sd_event_run(event, 0), 0);
	ck_assert_uint_eq(n_added, LIMIT_SCAN_STEP);
	/* the last one goes before its turn, the first one after it, and one comes that was not listed */
	remove_tapes(1);
	fake_sysfs_remove(&fake, "0.0.1400");
	fake_sysfs_add_tape(&fake);
	discovery_look_everywhere(discovery);
	while (sd_event_run(event, 0) > 0)
		continue;
	ck_assert_uint_eq(registry_count(registry), LIMIT_SCAN_STEP);
	ck_assert_ptr_nonnull(registry_peek(registry, tape));
	ck_assert_ptr_null(registry_peek(registry, (struct ccw_id){ 0, 0, 0x1000 }));
	teardown();
}
END_TEST

CHECK_MAIN("discovery", test_others_have_a_turn_after_so_many_devices,
	   test_what_changes_while_it_is_looked_for_is_found, test_nothing_is_looked_at_unasked,
	   test_one_device_is_looked_at_whatever_the_event_was,
	   test_many_losses_are_one_scan_after_everything_else)
