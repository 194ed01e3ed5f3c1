/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What a device remembers, what counts as a change, and its states. */
#include <signal.h>
#include <string.h>

#include "check-main.h"
#include "device.h"

static const struct sysfs_facts tape_facts = {
	.subchannel = "0.0.0003",
	.device_type = "3490/50",
	.control_unit = "3490/50",
	.driver = "tape_34xx",
};

static struct device *new_tape(void)
{
	struct device *device;

	ck_assert_int_eq(device_new((struct ccw_id){ 0, 0, 0x580 }, &tape_facts, strdup("/sys/x"),
				    &device),
			 0);
	return device;
}

START_TEST(test_a_new_device_is_with_the_host)
{
	_cleanup_(device_freep) struct device *device = new_tape();

	ck_assert_str_eq(device->name, "0.0.0580");
	ck_assert_str_eq(device_state_to_string(device->state), "host");
	ck_assert_str_eq(device_origin_driver(device), "tape_34xx");
	ck_assert_str_eq(device->vfio_path, "");
}
END_TEST

START_TEST(test_only_what_differs_is_a_change)
{
	_cleanup_(device_freep) struct device *device = new_tape();
	struct sysfs_facts facts = tape_facts;

	ck_assert_uint_eq(device_update(device, &facts, strdup("/sys/x")), 0);
	facts.is_online = true;
	ck_assert_uint_eq(device_update(device, &facts, strdup("/sys/x")), DEVICE_CHANGED_ONLINE);
	strcpy(facts.driver, "ccwbroker");
	strcpy(facts.control_unit, "3490/51");
	ck_assert_uint_eq(device_update(device, &facts, strdup("/sys/x")),
			  DEVICE_CHANGED_DRIVER | DEVICE_CHANGED_TYPE);
	strcpy(facts.subchannel, "0.0.0004");
	ck_assert_uint_eq(device_update(device, &facts, strdup("/sys/y")),
			  DEVICE_CHANGED_SUBCHANNEL);
	ck_assert_str_eq(device->sysfs_path, "/sys/y");
}
END_TEST

START_TEST(test_the_origin_outlives_the_driver)
{
	_cleanup_(device_freep) struct device *device = new_tape();
	struct sysfs_facts facts = tape_facts;

	device->has_origin = true;
	strcpy(device->origin.driver, "tape_34xx");
	strcpy(facts.driver, "ccwbroker");
	(void)device_update(device, &facts, strdup("/sys/x"));
	ck_assert_str_eq(device_origin_driver(device), "tape_34xx");
}
END_TEST

START_TEST(test_a_reason_comes_and_goes_with_the_state)
{
	_cleanup_(device_freep) struct device *device = new_tape();
	struct fault fault;

	(void)fault_set(&fault, FAULT_RESTORE_FAILED, "no way back");
	device_set_state(device, DEVICE_BINDING, NULL);
	device_set_state(device, DEVICE_FAILED, &fault);
	ck_assert_int_eq(device->reason, FAULT_RESTORE_FAILED);
	ck_assert_str_eq(device->reason_text, "no way back");
	device_set_state(device, DEVICE_HOST, NULL);
	ck_assert_int_eq(device->reason, FAULT_NONE);
	ck_assert_ptr_null(device->reason_text);
}
END_TEST

START_TEST(test_a_move_that_is_not_allowed_is_a_bug)
{
	struct device *device = new_tape();

	device_set_state(device, DEVICE_FAILED, NULL);
}
END_TEST

START_TEST(test_every_condition_has_its_name_and_reason)
{
	static const struct {
		enum sysfs_availability availability;
		const char *driver, *condition;
		enum fault_code reason;
	} cases[] = {
		{ SYSFS_GOOD, "tape_34xx", "host", FAULT_NONE },
		{ SYSFS_GOOD, "", "no-driver", FAULT_NONE },
		{ SYSFS_BOXED, "tape_34xx", "boxed", FAULT_DEVICE_BOXED },
		{ SYSFS_BOXED, "", "boxed", FAULT_DEVICE_BOXED },
		{ SYSFS_NO_PATH, "tape_34xx", "not-operational", FAULT_DEVICE_NOT_OPERATIONAL },
		{ SYSFS_NO_DEVICE, "", "not-operational", FAULT_DEVICE_NOT_OPERATIONAL },
	};
	_cleanup_(device_freep) struct device *device = new_tape();
	const char *text;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		device->facts.availability = cases[n].availability;
		strcpy(device->facts.driver, cases[n].driver);
		ck_assert_str_eq(device_condition(device), cases[n].condition);
		ck_assert(device_condition_is_valid(cases[n].condition));
		ck_assert_int_eq(device_reason(device, &text), cases[n].reason);
		ck_assert((cases[n].reason == FAULT_NONE) == !*text);
	}
}
END_TEST

START_TEST(test_the_state_goes_before_the_condition_and_its_reason_too)
{
	_cleanup_(device_freep) struct device *device = new_tape();
	struct fault fault;
	const char *text;

	device->facts.availability = SYSFS_NO_PATH;
	device_set_state(device, DEVICE_BINDING, NULL);
	ck_assert_str_eq(device_condition(device), "binding");
	ck_assert_int_eq(device_reason(device, &text), FAULT_DEVICE_NOT_OPERATIONAL);
	(void)fault_set(&fault, FAULT_RESTORE_FAILED, "no way back");
	device_set_state(device, DEVICE_FAILED, &fault);
	ck_assert_str_eq(device_condition(device), "failed");
	ck_assert_int_eq(device_reason(device, &text), FAULT_RESTORE_FAILED);
	ck_assert_str_eq(text, "no way back");
}
END_TEST

START_TEST(test_every_state_is_a_condition_and_nothing_else_is)
{
	int state;

	for (state = 0; state < _DEVICE_STATE_MAX; state++)
		ck_assert(device_condition_is_valid(device_state_to_string(state)));
	ck_assert(!device_condition_is_valid("broken"));
	ck_assert(!device_condition_is_valid(""));
}
END_TEST

START_TEST(test_a_device_without_a_type_goes_by_its_control_unit)
{
	_cleanup_(device_freep) struct device *device = new_tape();

	ck_assert_str_eq(device_type(device), "3490/50");
	strcpy(device->facts.device_type, "n/a");
	strcpy(device->facts.control_unit, "3270/00");
	ck_assert_str_eq(device_type(device), "3270/00");
}
END_TEST

START_TEST(test_the_status_changes_nothing_else)
{
	_cleanup_(device_freep) struct device *device = new_tape();
	struct sysfs_facts now = { .is_online = true, .availability = SYSFS_BOXED };

	ck_assert_uint_eq(device_update_status(device, &now),
			  DEVICE_CHANGED_ONLINE | DEVICE_CHANGED_AVAILABILITY);
	ck_assert_uint_eq(device_update_status(device, &now), 0);
	ck_assert_str_eq(device->facts.driver, "tape_34xx");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_a_new_device_is_with_the_host);
	tcase_add_test(tests, test_only_what_differs_is_a_change);
	tcase_add_test(tests, test_the_origin_outlives_the_driver);
	tcase_add_test(tests, test_a_reason_comes_and_goes_with_the_state);
	tcase_add_test_raise_signal(tests, test_a_move_that_is_not_allowed_is_a_bug, SIGABRT);
	tcase_add_test(tests, test_every_condition_has_its_name_and_reason);
	tcase_add_test(tests, test_the_state_goes_before_the_condition_and_its_reason_too);
	tcase_add_test(tests, test_every_state_is_a_condition_and_nothing_else_is);
	tcase_add_test(tests, test_a_device_without_a_type_goes_by_its_control_unit);
	tcase_add_test(tests, test_the_status_changes_nothing_else);
}

int main(void)
{
	return check_main_run("device", add_tests);
}
