/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Plans as text: what is done in which order, for every state a device may be found in. */
#include <string.h>

#include "check-main.h"
#include "plan.h"

static struct sysfs_facts facts(const char *driver, bool is_online)
{
	struct sysfs_facts result = { .is_online = is_online };

	strcpy(result.driver, driver);
	return result;
}

static struct plan_origin origin(const char *driver, bool is_online)
{
	struct plan_origin result = { .is_online = is_online };

	strcpy(result.driver, driver);
	return result;
}

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

START_TEST(test_a_lease_that_is_held_to_something_gets_a_mask)
{
	struct plan_terms terms = { .commands = { 0x20 } };
	struct sysfs_facts now = facts("ccwbroker", false);
	struct plan plan;

	plan_acquire(&now, &plan);
	plan_hold(&terms, false, &plan);
	ck_assert_str_eq(describe(&plan), "wait for the VFIO group");
	/* of an earlier lease there may be one */
	plan_hold(&terms, true, &plan);
	ck_assert_str_eq(describe(&plan), "wait for the VFIO group, limit the commands");
	ck_assert(plan.steps[1].is_anew);
	ck_assert_uint_eq(plan.steps[1].commands[0], 0xff);
	terms.is_masked = true;
	plan_acquire(&now, &plan);
	plan_hold(&terms, false, &plan);
	ck_assert_str_eq(describe(&plan), "wait for the VFIO group, limit the commands");
	ck_assert(!plan.steps[1].is_anew);
	ck_assert_uint_eq(plan.steps[1].commands[0], 0x20);
	ck_assert_uint_eq(plan.steps[1].commands[1], 0);
}
END_TEST

START_TEST(test_a_device_is_taken_offline_first)
{
	static const struct {
		const char *driver;
		bool is_online;
		const char *plan;
	} cases[] = {
		{ "dasd-eckd", true,
		  "set offline, unbind from dasd-eckd, claim for ccwbroker, bind to ccwbroker, "
		  "wait for the VFIO group" },
		{ "tape_34xx", false,
		  "unbind from tape_34xx, claim for ccwbroker, bind to ccwbroker, "
		  "wait for the VFIO group" },
		{ "", false, "claim for ccwbroker, bind to ccwbroker, wait for the VFIO group" },
		{ "ccwbroker", true, "wait for the VFIO group" },
	};
	struct sysfs_facts now;
	struct plan plan;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		now = facts(cases[n].driver, cases[n].is_online);
		plan_acquire(&now, &plan);
		ck_assert_str_eq(describe(&plan), cases[n].plan);
	}
}
END_TEST

START_TEST(test_a_device_goes_back_from_wherever_it_is)
{
	static const struct {
		const char *driver;
		bool is_online;
		const char *origin;
		bool was_online;
		const char *plan;
	} cases[] = {
		{ "ccwbroker", false, "dasd-eckd", true,
		  "revoke the client, unbind from ccwbroker, take off the claim list of ccwbroker, "
		  "bind to dasd-eckd, set online" },
		{ "ccwbroker", true, "tape_34xx", false,
		  "revoke the client, unbind from ccwbroker, take off the claim list of ccwbroker, "
		  "bind to tape_34xx" },
		{ "ccwbroker", false, "", false,
		  "revoke the client, unbind from ccwbroker, take off the claim list of ccwbroker" },
		{ "", false, "dasd-eckd", true,
		  "take off the claim list of ccwbroker, bind to dasd-eckd, set online" },
		{ "dasd-eckd", false, "dasd-eckd", true,
		  "take off the claim list of ccwbroker, set online" },
		{ "dasd-eckd", true, "dasd-eckd", true, "take off the claim list of ccwbroker" },
		{ "dasd-fba", false, "dasd-eckd", true, "take off the claim list of ccwbroker" },
	};
	struct plan_origin where;
	struct sysfs_facts now;
	struct plan plan;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		now = facts(cases[n].driver, cases[n].is_online);
		where = origin(cases[n].origin, cases[n].was_online);
		plan_restore(&now, &where, &plan);
		ck_assert_str_eq(describe(&plan), cases[n].plan);
	}
}
END_TEST

/* From there as from our module; what anybody else has bound is left alone. */
START_TEST(test_a_device_goes_back_from_where_a_job_has_bound_it)
{
	struct plan_origin where = origin("dasd-eckd", true);
	struct sysfs_facts now = facts("dasd-fba", true);
	struct plan plan;

	strcpy(where.by_job, "dasd-fba");
	plan_restore(&now, &where, &plan);
	ck_assert_str_eq(describe(&plan),
			 "set offline, unbind from dasd-fba, take off the claim list of ccwbroker, "
			 "bind to dasd-eckd, set online");
	strcpy(where.driver, "");
	now.is_online = false;
	plan_restore(&now, &where, &plan);
	ck_assert_str_eq(describe(&plan),
			 "unbind from dasd-fba, take off the claim list of ccwbroker");
	strcpy(now.driver, "tape_34xx");
	plan_restore(&now, &where, &plan);
	ck_assert_str_eq(describe(&plan), "take off the claim list of ccwbroker");
}
END_TEST

START_TEST(test_the_undo_of_an_undo_is_the_step)
{
	struct plan_step undo, again;
	struct sysfs_facts now = facts("dasd-eckd", true);
	struct plan plan;
	size_t n;

	plan_acquire(&now, &plan);
	for (n = 0; n + 1 < plan.n_steps; n++) {
		ck_assert(plan_undo(&plan.steps[n], &undo));
		ck_assert(plan_undo(&undo, &again));
		ck_assert_int_eq(again.action, plan.steps[n].action);
		ck_assert_str_eq(again.driver, plan.steps[n].driver);
		ck_assert_int_ne(undo.action, plan.steps[n].action);
	}
	ck_assert(!plan_undo(&plan.steps[n], &undo));
}
END_TEST

START_TEST(test_a_step_holds_when_its_outcome_is_there)
{
	struct plan_step bind = { .action = PLAN_BIND, .driver = "dasd-eckd" };
	struct plan_step unbind = { .action = PLAN_UNBIND, .driver = "dasd-eckd" };
	struct plan_step online = { .action = PLAN_ONLINE };
	struct plan_step claim = { .action = PLAN_CLAIM };
	struct sysfs_facts there = facts("dasd-eckd", true), away = facts("", false);

	ck_assert(plan_step_holds(&bind, &there) && !plan_step_holds(&bind, &away));
	ck_assert(!plan_step_holds(&unbind, &there) && plan_step_holds(&unbind, &away));
	ck_assert(plan_step_holds(&online, &there) && !plan_step_holds(&online, &away));
	ck_assert(!plan_step_holds(&claim, &there) && !plan_step_holds(&claim, &away));
}
END_TEST

START_TEST(test_binding_by_request_is_offline_first_and_claims_only_for_us)
{
	struct sysfs_facts facts = { .driver = "tape_34xx", .is_online = true };
	struct plan plan;

	plan_bind(&facts, "ccwbroker", &plan);
	ck_assert_uint_eq(plan.n_steps, 4);
	ck_assert_int_eq(plan.steps[0].action, PLAN_OFFLINE);
	ck_assert_int_eq(plan.steps[1].action, PLAN_UNBIND);
	ck_assert_int_eq(plan.steps[2].action, PLAN_CLAIM);
	ck_assert_int_eq(plan.steps[3].action, PLAN_BIND);
	plan_bind(&facts, "dasd-eckd", &plan);
	ck_assert_uint_eq(plan.n_steps, 3);
	ck_assert_str_eq(plan.steps[2].driver, "dasd-eckd");
	plan_bind(&facts, "tape_34xx", &plan);
	ck_assert_uint_eq(plan.n_steps, 0);
	strcpy(facts.driver, "ccwbroker");
	plan_bind(&facts, "tape_34xx", &plan);
	ck_assert_uint_eq(plan.n_steps, 4);
	ck_assert_int_eq(plan.steps[0].action, PLAN_REVOKE);
	ck_assert_int_eq(plan.steps[2].action, PLAN_UNCLAIM);
}
END_TEST

START_TEST(test_only_what_is_online_is_reset)
{
	struct sysfs_facts facts = { .driver = "tape_34xx", .is_online = true };
	struct plan plan;

	plan_reset(&facts, &plan);
	ck_assert_uint_eq(plan.n_steps, 2);
	ck_assert_int_eq(plan.steps[0].action, PLAN_OFFLINE);
	ck_assert_int_eq(plan.steps[1].action, PLAN_ONLINE);
	facts.is_online = false;
	plan_reset(&facts, &plan);
	ck_assert_uint_eq(plan.n_steps, 0);
}
END_TEST

START_TEST(test_what_was_bound_before_stays_bound)
{
	struct sysfs_facts facts = { .driver = "ccwbroker" };
	const struct plan_origin ours = { .driver = "ccwbroker" };
	struct plan plan;

	plan_restore(&facts, &ours, &plan);
	/* by a new binding: what is revoked cannot be opened again, and has its old group */
	ck_assert_uint_eq(plan.n_steps, 3);
	ck_assert_int_eq(plan.steps[0].action, PLAN_REVOKE);
	ck_assert_int_eq(plan.steps[1].action, PLAN_UNBIND);
	ck_assert_int_eq(plan.steps[2].action, PLAN_BIND);
	strcpy(facts.driver, "");
	plan_restore(&facts, &ours, &plan);
	ck_assert_uint_eq(plan.n_steps, 2);
	ck_assert_int_eq(plan.steps[0].action, PLAN_CLAIM);
	ck_assert_int_eq(plan.steps[1].action, PLAN_BIND);
}
END_TEST

CHECK_MAIN("plan", test_binding_by_request_is_offline_first_and_claims_only_for_us,
	   test_only_what_is_online_is_reset, test_what_was_bound_before_stays_bound,
	   test_a_lease_that_is_held_to_something_gets_a_mask, test_a_device_is_taken_offline_first,
	   test_a_device_goes_back_from_wherever_it_is,
	   test_a_device_goes_back_from_where_a_job_has_bound_it,
	   test_the_undo_of_an_undo_is_the_step, test_a_step_holds_when_its_outcome_is_there)
