/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What several interrupts of one program say together; with a device: tests/vm/cases/vfio-ccw.sh. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check-main.h"
#include "irb.h"
#include "region.h"

static uint8_t total[CCWBROKER_IRB_SIZE];
static struct irb irb;

static bool add(uint16_t control, uint8_t device_status, uint16_t residual)
{
	const uint8_t bytes[CCWBROKER_IRB_SIZE] = {
		[2] = (uint8_t)(control >> 8),	 [3] = (uint8_t)control,
		[7] = (uint8_t)residual,	 [8] = device_status,
		[10] = (uint8_t)(residual >> 8), [11] = (uint8_t)residual,
	};
	bool is_last = region_add_irb(total, bytes);

	irb_decode(total, &irb);
	return is_last;
}

START_TEST(test_all_at_once)
{
	memset(total, 0, sizeof(total));
	ck_assert(add(IRB_CONTROL_START | IRB_CONTROL_PRIMARY | IRB_CONTROL_SECONDARY |
			      IRB_CONTROL_STATUS_PENDING,
		      IRB_DEVICE_CHANNEL_END | IRB_DEVICE_DEVICE_END, 5));
	ck_assert(irb_is_clean(&irb));
	ck_assert_uint_eq(irb.residual, 5);
}
END_TEST

START_TEST(test_device_end_later)
{
	memset(total, 0, sizeof(total));
	ck_assert(!add(IRB_CONTROL_START | IRB_CONTROL_DEVICE_ACTIVE | IRB_CONTROL_PRIMARY |
			       IRB_CONTROL_STATUS_PENDING,
		       IRB_DEVICE_CHANNEL_END, 7));
	ck_assert(add(IRB_CONTROL_START | IRB_CONTROL_SECONDARY | IRB_CONTROL_STATUS_PENDING,
		      IRB_DEVICE_DEVICE_END, 0));
	ck_assert_uint_eq(irb.device_status, IRB_DEVICE_CHANNEL_END | IRB_DEVICE_DEVICE_END);
	ck_assert(irb.has_residual);
	ck_assert_uint_eq(irb.residual, 7);
	ck_assert_uint_eq(irb.ccw_address, 7);
	ck_assert(irb_is_clean(&irb));
}
END_TEST

START_TEST(test_one_on_the_way_is_not_the_last)
{
	memset(total, 0, sizeof(total));
	ck_assert(!add(IRB_CONTROL_START | IRB_CONTROL_SUBCHANNEL_ACTIVE |
			       IRB_CONTROL_DEVICE_ACTIVE | IRB_CONTROL_INTERMEDIATE |
			       IRB_CONTROL_STATUS_PENDING,
		       0, 0));
	ck_assert(add(IRB_CONTROL_START | IRB_CONTROL_PRIMARY | IRB_CONTROL_SECONDARY |
			      IRB_CONTROL_STATUS_PENDING,
		      IRB_DEVICE_CHANNEL_END | IRB_DEVICE_DEVICE_END, 3));
	ck_assert_uint_eq(irb.residual, 3);
}
END_TEST

START_TEST(test_what_nobody_asked_for_adds_nothing)
{
	memset(total, 0, sizeof(total));
	ck_assert(!add(IRB_CONTROL_ALERT | IRB_CONTROL_STATUS_PENDING, IRB_DEVICE_ATTENTION, 0));
	ck_assert_uint_eq(irb.device_status, 0);
}
END_TEST

START_TEST(test_fds_that_are_something_else)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const uint8_t orb[CCWBROKER_ORB_SIZE] = {};

	ck_assert_refused(region_run(null, orb, 1, total), -ENOTTY);
	ck_assert_refused(region_run(-1, orb, 1, total), -EBADF);
}
END_TEST

CHECK_MAIN("region", test_all_at_once, test_device_end_later, test_one_on_the_way_is_not_the_last,
	   test_what_nobody_asked_for_adds_nothing, test_fds_that_are_something_else)
