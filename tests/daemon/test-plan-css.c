/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Plans as text, and every way there stopped after every step, every way back from there stopped after
 * every step as well: what is planned then from what is found leads back to the beginning. The world
 * that the steps are done in has the kernel's rules: what they forbid fails the test.
 */
#include <string.h>

#include "check-main.h"
#include "plan-css.h"

#define UNCLAIM "take off the claim list of ccwbroker"
#define NATURAL "dasd-eckd" /* the driver that takes the device when it appears */

struct world {
	struct sysfs_facts device;
	struct subchannel_facts subchannel;
	bool is_there; /* the device */
	bool has_mdev;
};

struct start {
	const char *driver;
	bool is_online;
	const char *there, *back;
};

static const struct start starts[] = {
	{ NATURAL, true,
	  "set offline, reserve the subchannel for vfio_ccw, unbind the subchannel from "
	  "io_subchannel, bind the subchannel to vfio_ccw, create the mediated device, wait for the "
	  "VFIO group",
	  UNCLAIM ", set online" },
	{ NATURAL, false,
	  "reserve the subchannel for vfio_ccw, unbind the subchannel from io_subchannel, bind the "
	  "subchannel to vfio_ccw, create the mediated device, wait for the VFIO group",
	  UNCLAIM },
	{ "", false,
	  "reserve the subchannel for vfio_ccw, unbind the subchannel from io_subchannel, bind the "
	  "subchannel to vfio_ccw, create the mediated device, wait for the VFIO group",
	  UNCLAIM ", unbind from " NATURAL },
	{ "other", true,
	  "set offline, reserve the subchannel for vfio_ccw, unbind the subchannel from "
	  "io_subchannel, bind the subchannel to vfio_ccw, create the mediated device, wait for the "
	  "VFIO group",
	  UNCLAIM ", unbind from " NATURAL ", bind to other, set online" },
};

static struct world world;
static unsigned int n_ways;

static void begin(const struct start *start)
{
	world = (struct world){ .is_there = true };
	strcpy(world.device.driver, start->driver);
	world.device.is_online = start->is_online;
	strcpy(world.subchannel.driver, SUBCHANNEL_DRIVER_IO);
}

static void subchannel_goes(const char *driver)
{
	ck_assert_str_eq(world.subchannel.driver, driver);
	*world.subchannel.driver = '\0';
	ck_assert(!world.device.is_online);
	world.is_there = false;
	ck_assert_msg(!world.has_mdev, "the mediated device goes first");
}

static void subchannel_comes(const char *driver)
{
	ck_assert_str_eq(world.subchannel.driver, "");
	if (*world.subchannel.override)
		ck_assert_str_eq(world.subchannel.override, driver);
	strcpy(world.subchannel.driver, driver);
	world.is_there = strcmp(driver, SUBCHANNEL_DRIVER_IO) == 0;
	world.device = (struct sysfs_facts){};
	if (world.is_there)
		strcpy(world.device.driver, NATURAL);
}

static void do_css(const struct plan_step *step)
{
	switch (step->action) {
	case PLAN_OVERRIDE:
		strcpy(world.subchannel.override, step->driver);
		break;
	case PLAN_SUBCHANNEL_UNBIND:
		subchannel_goes(step->driver);
		break;
	case PLAN_SUBCHANNEL_BIND:
		subchannel_comes(step->driver);
		break;
	case PLAN_MDEV_CREATE:
	case PLAN_MDEV_REMOVE:
		ck_assert_str_eq(world.subchannel.driver, SUBCHANNEL_DRIVER_VFIO);
		world.has_mdev = step->action == PLAN_MDEV_CREATE;
		break;
	case PLAN_WAIT_GROUP:
		ck_assert(world.has_mdev);
		break;
	case PLAN_WAIT_DEVICE:
		ck_assert(world.is_there);
		break;
	default:
		ck_abort_msg("no step of these plans");
	}
}

static void do_step(const struct plan_step *step)
{
	switch (step->action) {
	case PLAN_OFFLINE:
	case PLAN_ONLINE:
		ck_assert(world.is_there && *world.device.driver);
		ck_assert(world.device.is_online == (step->action == PLAN_OFFLINE));
		world.device.is_online = step->action == PLAN_ONLINE;
		break;
	case PLAN_UNBIND:
		ck_assert(world.is_there && !world.device.is_online);
		ck_assert_str_eq(world.device.driver, step->driver);
		*world.device.driver = '\0';
		break;
	case PLAN_BIND:
		ck_assert(world.is_there);
		ck_assert_str_eq(world.device.driver, "");
		strcpy(world.device.driver, step->driver);
		break;
	case PLAN_UNCLAIM:
		break; /* it was on no list */
	default:
		do_css(step);
	}
}

/* At most n steps. */
static void do_plan(const struct plan *plan, size_t n)
{
	for (size_t i = 0; i < plan->n_steps && i < n; i++)
		do_step(&plan->steps[i]);
}

/* The whole way back, of which at most n_return and n_settle steps are done. */
static void go_back(const struct plan_origin *origin, size_t n_return, size_t n_settle)
{
	struct plan plan;

	plan_css_return(&world.subchannel, world.has_mdev, &plan);
	do_plan(&plan, n_return);
	if (n_return < plan.n_steps)
		return;
	plan_css_settle(&world.device, origin, &plan);
	do_plan(&plan, n_settle);
}

static void expect_begin(const struct start *start)
{
	ck_assert(world.is_there && !world.has_mdev);
	ck_assert_str_eq(world.subchannel.driver, SUBCHANNEL_DRIVER_IO);
	ck_assert_str_eq(world.subchannel.override, "");
	ck_assert_str_eq(world.device.driver, start->driver);
	ck_assert(world.device.is_online == start->is_online);
}

static void stop_everywhere(const struct start *start)
{
	struct plan_origin origin = { .is_online = start->is_online };
	size_t there, back, settle;
	struct plan plan;

	strcpy(origin.driver, start->driver);
	begin(start);
	plan_css_acquire(&world.device, &plan);
	for (there = 0; there <= plan.n_steps; there++)
		for (back = 0; back <= LIMIT_PLAN_STEPS; back++)
			for (settle = 0; settle <= 4; settle++) {
				begin(start);
				do_plan(&plan, there);
				go_back(&origin, back, settle);
				go_back(&origin, LIMIT_PLAN_STEPS, LIMIT_PLAN_STEPS);
				/* a step that failed and one before which we were killed */
				expect_begin(start);
				n_ways++;
			}
}

START_TEST(test_from_every_step_there_and_back_it_ends_where_it_began)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(starts); n++)
		stop_everywhere(&starts[n]);
	/* starts, steps there (5 to 6, and none), steps back, steps to settle */
	ck_assert_uint_eq(n_ways, (7 + 6 + 6 + 7) * (LIMIT_PLAN_STEPS + 1) * 5);
}
END_TEST

static const char *describe(const struct plan *plan)
{
	static char text[1024];
	char step[128];
	size_t n;

	*text = '\0';
	for (n = 0; n < plan->n_steps; n++) {
		strcat(text, n ? ", " : "");
		strcat(text, plan_step_describe(&plan->steps[n], step, sizeof(step)));
	}
	return text;
}

START_TEST(test_plans_as_text)
{
	struct plan_origin origin = {};
	struct plan plan;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(starts); n++) {
		begin(&starts[n]);
		strcpy(origin.driver, starts[n].driver);
		origin.is_online = starts[n].is_online;
		plan_css_acquire(&world.device, &plan);
		ck_assert_str_eq(describe(&plan), starts[n].there);
		do_plan(&plan, LIMIT_PLAN_STEPS);
		plan_css_return(&world.subchannel, world.has_mdev, &plan);
		ck_assert_str_eq(describe(&plan),
				 "remove the mediated device, unbind the subchannel from vfio_ccw, "
				 "reserve the subchannel for any driver, bind the subchannel to "
				 "io_subchannel, wait for the device to come back");
		do_plan(&plan, LIMIT_PLAN_STEPS);
		plan_css_settle(&world.device, &origin, &plan);
		ck_assert_str_eq(describe(&plan), starts[n].back);
	}
}
END_TEST

START_TEST(test_what_was_bound_to_our_module_goes_back_there)
{
	const struct plan_origin origin = { .driver = "ccwbroker" };
	struct sysfs_facts facts = { .driver = NATURAL };
	struct plan plan;

	plan_css_settle(&facts, &origin, &plan);
	ck_assert_str_eq(describe(&plan),
			 "unbind from " NATURAL ", claim for ccwbroker, bind to ccwbroker");
	strcpy(facts.driver, "ccwbroker");
	plan_css_settle(&facts, &origin, &plan);
	ck_assert_str_eq(describe(&plan), "");
}
END_TEST

START_TEST(test_terms_that_vfio_ccw_cannot_keep_are_refused)
{
	const struct plan_terms none = {};
	const struct plan_terms bad[] = {
		{ .is_masked = true },
		{ .reset_before = true },
		{ .reset_after = true },
		{ .stays_bound = true },
	};
	struct fault fault = {};
	size_t n;

	ck_assert_int_eq(plan_css_check(&none, &fault), 0);
	for (n = 0; n < ARRAY_SIZE(bad); n++) {
		fault = (struct fault){};
		ck_assert_int_lt(plan_css_check(&bad[n], &fault), 0);
		ck_assert_int_eq(fault.code, FAULT_NOT_SUPPORTED);
	}
}
END_TEST

START_TEST(test_our_module_lets_it_go_first)
{
	struct sysfs_facts facts = { .driver = "ccwbroker", .is_online = true };
	struct plan plan;

	plan_css_acquire(&facts, &plan);
	ck_assert_str_eq(
		describe(&plan),
		"revoke the client, unbind from ccwbroker, take off the claim list of "
		"ccwbroker, reserve the subchannel for vfio_ccw, unbind the subchannel from "
		"io_subchannel, bind the subchannel to vfio_ccw, create the mediated device, "
		"wait for the VFIO group");
}
END_TEST

START_TEST(test_a_driver_that_somebody_else_has_bound_is_left_alone)
{
	struct subchannel_facts facts = { .driver = "theirs", .override = "theirs" };
	struct plan plan;

	plan_css_return(&facts, false, &plan);
	ck_assert_str_eq(describe(&plan), "wait for the device to come back");
}
END_TEST

START_TEST(test_what_the_host_has_set_online_is_set_offline_again)
{
	struct sysfs_facts facts = { .driver = NATURAL, .is_online = true };
	struct plan_origin origin = { .driver = NATURAL };
	struct plan plan;

	plan_css_settle(&facts, &origin, &plan);
	ck_assert_str_eq(describe(&plan), UNCLAIM ", set offline");
}
END_TEST

CHECK_MAIN("plan-css", test_from_every_step_there_and_back_it_ends_where_it_began,
	   test_plans_as_text, test_our_module_lets_it_go_first,
	   test_what_was_bound_to_our_module_goes_back_there,
	   test_terms_that_vfio_ccw_cannot_keep_are_refused,
	   test_a_driver_that_somebody_else_has_bound_is_left_alone,
	   test_what_the_host_has_set_online_is_set_offline_again)
