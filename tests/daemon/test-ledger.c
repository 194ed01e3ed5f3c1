/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The list of leases and each limit, reached and passed. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "ledger.h"
#include "limits.h"

static struct ledger ledger;
static struct fault fault;

static struct lease *add(uid_t uid, enum lease_state state)
{
	const struct subject subject = { .uid = uid, .user = (char *)"somebody" };
	struct lease *lease;

	ck_assert_int_eq(lease_new((struct ccw_id){ 0, 0, 0x580 }, &subject, "", &lease), 0);
	lease->state = state;
	ledger_add(&ledger, lease);
	return lease;
}

static void fill(int n, uid_t uid, enum lease_state state)
{
	while (n-- > 0)
		add(uid, state);
}

START_TEST(test_a_lease_is_found_while_clients_know_of_it)
{
	struct lease *lease = add(1, LEASE_ACTIVE);
	char id[LEASE_ID_SIZE];

	strcpy(id, lease->id);
	ck_assert_ptr_null(ledger_find(&ledger, id));
	lease->is_announced = true;
	add(2, LEASE_PENDING);
	ck_assert_ptr_eq(ledger_find(&ledger, id), lease);
	ck_assert_uint_eq(ledger_count_announced(&ledger), 1);
	ledger_remove(&ledger, lease);
	ck_assert_ptr_null(ledger_find(&ledger, id));
	ck_assert_uint_eq(ledger.count, 1);
	ck_assert(!ledger_is_busy(&ledger));
	ledger_deinit(&ledger);
	ck_assert_uint_eq(ledger.count, 0);
}
END_TEST

static int ignore(struct lease *lease, struct worker_result *result, void *userdata)
{
	return 0;
}

START_TEST(test_who_waits_for_a_device_is_known)
{
	struct lease *lease = add(1, LEASE_PENDING);

	ck_assert(!ledger_is_taking(&ledger)); /* who asked has left */
	lease->done = ignore;
	add(2, LEASE_ACTIVE);
	ck_assert(ledger_is_taking(&ledger));
	lease->done = NULL;
	ck_assert(!ledger_is_taking(&ledger));
	ledger_deinit(&ledger);
}
END_TEST

START_TEST(test_one_user_has_a_limit_and_root_has_not)
{
	fill(LIMIT_LEASES_PER_UID - 1, 1001, LEASE_ACTIVE);
	fill(LIMIT_LEASES_PER_UID, 0, LEASE_ACTIVE);
	ck_assert_int_eq(ledger_check_limits(&ledger, 1001, &fault), 0);
	add(1001, LEASE_RELEASING);
	ck_assert_int_eq(ledger_check_limits(&ledger, 1001, &fault), -ENOBUFS);
	ck_assert_int_eq(fault.code, FAULT_LIMITS_EXCEEDED);
	ck_assert_ptr_nonnull(strstr(fault.text, "1001"));
	ck_assert_int_eq(ledger_check_limits(&ledger, 1002, &fault), 0);
	ck_assert_int_eq(ledger_check_limits(&ledger, 0, &fault), 0);
	ledger_deinit(&ledger);
}
END_TEST

START_TEST(test_subordinates_count_to_their_owner)
{
	fill(LIMIT_LEASES_PER_UID - 1, 1001, LEASE_ACTIVE);
	add(100000, LEASE_ACTIVE)->owner = 1001;
	ck_assert_int_eq(ledger_check_limits(&ledger, 1001, &fault), -ENOBUFS);
	ck_assert_int_eq(ledger_check_limits(&ledger, 100000, &fault), 0); /* is on its own */
	ledger_deinit(&ledger);
	fill(LIMIT_PENDING_PER_UID - 1, 1001, LEASE_PENDING);
	ck_assert_int_eq(ledger_check_limits(&ledger, 1001, &fault), 0);
	add(100001, LEASE_PENDING)->owner = 1001;
	ck_assert_int_eq(ledger_check_limits(&ledger, 1001, &fault), -ENOBUFS);
	ledger_deinit(&ledger);
}
END_TEST

START_TEST(test_all_together_have_a_limit)
{
	uid_t uid = 2000;

	fill(LIMIT_LEASES - 1, 0, LEASE_ACTIVE);
	ck_assert_int_eq(ledger_check_limits(&ledger, uid, &fault), 0);
	add(0, LEASE_ACTIVE);
	ck_assert_int_eq(ledger_check_limits(&ledger, uid, &fault), -ENOBUFS);
	ck_assert_int_eq(ledger_check_limits(&ledger, 0, &fault), -ENOBUFS);
	ledger_deinit(&ledger);
}
END_TEST

START_TEST(test_work_under_way_has_limits)
{
	uid_t uid;

	fill(LIMIT_PENDING_PER_UID - 1, 1001, LEASE_PENDING);
	ck_assert_int_eq(ledger_check_limits(&ledger, 1001, &fault), 0);
	add(1001, LEASE_PENDING);
	ck_assert_int_eq(ledger_check_limits(&ledger, 1001, &fault), -ENOBUFS);
	ck_assert_int_eq(ledger_check_limits(&ledger, 1002, &fault), 0);
	for (uid = 3000; ledger.count < LIMIT_PENDING - 1; uid++)
		add(uid, LEASE_PENDING);
	ck_assert_int_eq(ledger_check_limits(&ledger, 1002, &fault), 0);
	add(4000, LEASE_PENDING);
	ck_assert_int_eq(ledger_check_limits(&ledger, 1002, &fault), -ENOBUFS);
	ledger_deinit(&ledger);
}
END_TEST

CHECK_MAIN("ledger", test_a_lease_is_found_while_clients_know_of_it,
	   test_who_waits_for_a_device_is_known, test_one_user_has_a_limit_and_root_has_not,
	   test_subordinates_count_to_their_owner, test_all_together_have_a_limit,
	   test_work_under_way_has_limits)
