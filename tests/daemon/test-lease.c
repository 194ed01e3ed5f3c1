/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Leases: ids, states, and what is said about one to others. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "check-main.h"
#include "lease.h"

static const struct subject alice = { .uid = 1001, .pid = 812, .user = (char *)"alice" };

static struct lease *new_lease(const char *who)
{
	struct lease *lease;

	ck_assert_int_eq(lease_new((struct ccw_id){ 0, 0, 0x580 }, &alice, who, &lease), 0);
	return lease;
}

START_TEST(test_a_lease_is_held_to_what_it_was_granted_under)
{
	const struct subject subject = { .uid = 1, .user = (char *)"somebody" };
	const struct policy_rule rule = { .file = (char *)"/etc/p\n.json", .line = 7 };
	struct policy_verdict verdict = { .has_group = true, .gid = 9 };
	_cleanup_(profile_freep) struct profile *profile = NULL;
	_cleanup_(lease_freep) struct lease *lease = NULL;

	ck_assert_int_eq(lease_new((struct ccw_id){ 0, 0, 0x580 }, &subject, "", &lease), 0);
	ck_assert_str_eq(lease->profile, PROFILE_FULL);
	ck_assert_int_eq(profile_new("reading", &profile), 0);
	verdict.profile = profile;
	ck_assert_int_eq(lease_set_terms(lease, &verdict), 0);
	ck_assert_str_eq(lease->rule, "");
	ck_assert(!lease->terms.is_masked);
	profile_permit_none(profile);
	profile_permit(profile, 0x02, 0x02);
	profile->reset_after = true;
	verdict.rule = &rule;
	ck_assert_int_eq(lease_set_terms(lease, &verdict), 0);
	ck_assert_str_eq(lease->profile, "reading");
	ck_assert_str_eq(lease->rule, "/etc/p?.json:7");
	ck_assert(lease->has_group && lease->gid == 9);
	ck_assert(lease->terms.is_masked && lease->terms.commands[0] == 0x20);
	ck_assert(lease->terms.reset_after && !lease->terms.reset_before);
}
END_TEST

START_TEST(test_a_new_lease_is_pending_and_has_an_id_of_its_own)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease(""), *other = new_lease("");

	ck_assert_int_eq(lease->state, LEASE_PENDING);
	ck_assert(lease_id_is_valid(lease->id));
	ck_assert_str_ne(lease->id, other->id);
	ck_assert_uint_eq(lease->uid, 1001);
	ck_assert_str_eq(lease->user, "alice");
	ck_assert_uint_gt(lease->since, 1600000000000000ULL);
}
END_TEST

START_TEST(test_ids_are_checked)
{
	static const char *const bad[] = {
		"",
		"l",
		"l0123456789abcde",
		"l0123456789abcdef0",
		"x0123456789abcdef",
		"l0123456789abcdeF",
		"l../../../../../x",
	};
	size_t n;

	ck_assert(lease_id_is_valid("l0123456789abcdef"));
	for (n = 0; n < ARRAY_SIZE(bad); n++)
		ck_assert_msg(!lease_id_is_valid(bad[n]), "%s", bad[n]);
}
END_TEST

START_TEST(test_others_learn_who_and_since_when)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease("backup of Sunday");
	struct fault fault;

	ck_assert_int_eq(lease_explain(lease, "0.0.0580", &fault), -EALREADY);
	ck_assert_int_eq(fault.code, FAULT_OPERATION_IN_PROGRESS);
	lease_set_state(lease, LEASE_ACTIVE);
	ck_assert_int_eq(lease_explain(lease, "0.0.0580", &fault), -EBUSY);
	ck_assert_int_eq(fault.code, FAULT_DEVICE_LEASED);
	ck_assert_ptr_nonnull(strstr(fault.text, "alice (uid 1001, pid 812, backup of Sunday)"));
	ck_assert_ptr_nonnull(strstr(fault.text, "since 20"));
	ck_assert_ptr_nonnull(strstr(fault.text, lease->id));
	lease_set_state(lease, LEASE_RELEASING);
	ck_assert_int_eq(lease_explain(lease, "0.0.0580", &fault), -EALREADY);
	ck_assert_int_eq(fault.code, FAULT_OPERATION_IN_PROGRESS);
}
END_TEST

START_TEST(test_why_the_way_back_by_vfio_ccw_may_take_long)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease("");
	struct fault fault;

	ck_assert_ptr_null(lease_explain_wait(lease, &fault));
	ck_assert_ptr_null(lease_explain_return(lease, &fault));
	lease->backend = (struct backend){ BACKEND_VFIO_CCW, .subchannel = "0.0.0003" };
	ck_assert_ptr_eq(lease_explain_wait(lease, &fault), &fault);
	ck_assert_ptr_nonnull(strstr(fault.text, "when alice (pid 812"));
	ck_assert_ptr_eq(lease_explain_return(lease, &fault), &fault);
	ck_assert_ptr_nonnull(strstr(fault.text, "when it answers on its subchannel 0.0.0003"));
}
END_TEST

START_TEST(test_names_go_both_ways)
{
	int n;

	for (n = 0; n < _LEASE_STATE_MAX; n++)
		ck_assert_int_eq(lease_state_from_string(lease_state_to_string(n)), n);
	ck_assert_int_eq(lease_state_from_string("over"), -EINVAL);
	for (n = 0; n < _LEASE_END_MAX; n++)
		ck_assert_ptr_nonnull(lease_end_to_string(n));
}
END_TEST

START_TEST(test_a_move_that_is_not_allowed_is_a_bug)
{
	struct lease *lease = new_lease("");

	lease_set_state(lease, LEASE_RELEASING);
	lease_set_state(lease, LEASE_ACTIVE);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_a_new_lease_is_pending_and_has_an_id_of_its_own);
	tcase_add_test(tests, test_ids_are_checked);
	tcase_add_test(tests, test_others_learn_who_and_since_when);
	tcase_add_test(tests, test_why_the_way_back_by_vfio_ccw_may_take_long);
	tcase_add_test(tests, test_names_go_both_ways);
	tcase_add_test(tests, test_a_lease_is_held_to_what_it_was_granted_under);
	tcase_add_test_raise_signal(tests, test_a_move_that_is_not_allowed_is_a_bug, SIGABRT);
}

int main(void)
{
	return check_main_run("lease", add_tests);
}
