/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What a device remembers, what counts as a change, and its states. */
#include <errno.h>
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

START_TEST(test_states_have_names_both_ways)
{
	int state;

	for (state = 0; state < _DEVICE_STATE_MAX; state++)
		ck_assert_int_eq(device_state_from_string(device_state_to_string(state)), state);
	ck_assert_int_eq(device_state_from_string("broken"), -EINVAL);
	ck_assert_int_eq(device_state_from_string(""), -EINVAL);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_a_new_device_is_with_the_host);
	tcase_add_test(tests, test_only_what_differs_is_a_change);
	tcase_add_test(tests, test_the_origin_outlives_the_driver);
	tcase_add_test(tests, test_a_reason_comes_and_goes_with_the_state);
	tcase_add_test_raise_signal(tests, test_a_move_that_is_not_allowed_is_a_bug, SIGABRT);
	tcase_add_test(tests, test_states_have_names_both_ways);
}

int main(void)
{
	return check_main_run("device", add_tests);
}
