/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/lib/device.c on a fake drive: programs that are waited for, by the module's request and by the regions, those
 * that an event loop follows, and everything that is told when it goes wrong. With devices:
 * tests/vm/cases.
 */
#include <errno.h>
#include <libccwbroker.h>
#include <poll.h>
#include <string.h>

#include "ccwbroker.h"
#include "check-main.h"
#include "fake-vfio.h"
#include "macro.h"

static struct ccwb_device *open_device(int iommu, int fd)
{
	struct ccwb_device *device;
	struct ccwb_error error;

	ck_assert_msg(ccwb_device_new_from_fds(iommu, fd, &device, &error) == 0, "%s", error.text);
	return device;
}

/* Rewind, and read a label. */
static struct ccwb_program *label_program(void)
{
	struct ccwb_program *program;

	ck_assert_int_eq(ccwb_program_new(&program), 0);
	ck_assert_int_eq(ccwb_program_add(program, 0x07, 0), 0);
	ck_assert_int_eq(ccwb_program_add_read(program, 0x02, CCWB_SLI, 80), 1);
	return program;
}

static void read_label(struct ccwb_device *device)
{
	struct ccwb_program *program = label_program();
	struct ccwb_error error;
	struct ccwb_irb irb;
	size_t size;

	for (unsigned int times = 0; times < 2; times++) {
		ck_assert_msg(ccwb_device_run(device, program, 1000, &irb, &error) == 0, "%s",
			      error.text);
		ck_assert(ccwb_irb_is_clean(&irb));
		ck_assert_uint_eq(irb.residual, 70);
		ck_assert_int_eq(ccwb_program_last(program, &irb, ccwb_program_iova(program)), 1);
		ck_assert_mem_eq(ccwb_program_data(program, 1, &size), "VOL1ABC123", 10);
		ck_assert_uint_eq(size, 80);
		memset(ccwb_program_data(program, 1, NULL), 0, 80);
	}
	ck_assert_ptr_null(ccwb_program_data(program, 0, NULL));
	ck_assert_ptr_null(ccwb_program_data(program, 2, NULL));
	ck_assert_int_eq(ccwb_program_add(program, 3, 0), -EBUSY);
	ck_assert_int_eq(ccwb_program_load(program, ccwb_device_space(device), NULL), -EBUSY);
	ccwb_program_free(program);
}

START_TEST(test_a_program_runs_by_request_and_by_region)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *device = open_device(vfio->container, vfio->device);

	read_label(device);
	vfio->has_request = false;
	read_label(device);
	ck_assert_uint_eq(vfio->resets, 0);
	ccwb_device_free(device);
	device = open_device(vfio->iommufd, vfio->device);
	ck_assert_uint_eq(vfio->binds, 1);
	ck_assert_uint_eq(vfio->attaches, 1);
	read_label(device);
	ccwb_device_free(device);
	fake_vfio_end();
}
END_TEST

START_TEST(test_memory_of_ones_own)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *device = open_device(vfio->container, vfio->device);
	struct ccwb_program *program;
	struct ccwb_irb irb;
	uint32_t iova;
	void *memory;

	ck_assert_int_eq(ccwb_space_alloc(ccwb_device_space(device), 4096, &memory, &iova), 0);
	memcpy(memory, "hello", 5);
	ck_assert_int_eq(ccwb_program_new(&program), 0);
	ck_assert_int_ge(ccwb_program_add_at(program, 0x01, 0, iova, 5), 0);
	ck_assert_int_eq(ccwb_device_run(device, program, 0, &irb, NULL), 0);
	ck_assert_uint_eq(vfio->n_written, 5);
	ck_assert_mem_eq(vfio->written, "hello", 5);
	/* the device first: the program keeps the space */
	ccwb_device_free(device);
	ck_assert_uint_eq(vfio->maps, 2);
	ccwb_program_free(program);
	fake_vfio_end();
}
END_TEST

START_TEST(test_a_program_runs_in_its_own_space_only)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *one = open_device(vfio->container, vfio->device);
	struct ccwb_device *other = open_device(vfio->iommufd, vfio->device);
	struct ccwb_program *program = label_program();
	struct ccwb_error error;
	struct ccwb_irb irb;

	ck_assert_ptr_ne(ccwb_device_space(one), ccwb_device_space(other));
	ck_assert_int_eq(ccwb_program_load(program, ccwb_device_space(one), NULL), 0);
	ck_assert_int_eq(ccwb_device_run(other, program, 0, &irb, &error), -EXDEV);
	ck_assert_ptr_nonnull(strstr(error.text, "address space of another device"));
	ck_assert_int_eq(ccwb_device_start(other, program, NULL), -EXDEV);
	ck_assert_int_eq(ccwb_device_run(one, program, 0, &irb, NULL), 0);
	ccwb_program_free(program);
	ccwb_device_free(one);
	ccwb_device_free(other);
	fake_vfio_end();
}
END_TEST

START_TEST(test_an_event_loop_follows_a_program)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *device = open_device(vfio->container, vfio->device);
	struct ccwb_program *program = label_program();
	struct ccwb_irb irb, total = {};
	struct pollfd loop = { .fd = ccwb_device_fd(device), .events = POLLIN };
	unsigned int interruptions = 0;

	ck_assert_int_eq(ccwb_device_next(device, &irb, NULL), 0);
	ck_assert_int_eq(poll(&loop, 1, 0), 0);
	fake_vfio_attention();
	ck_assert_int_eq(ccwb_device_start(device, program, NULL), 0);
	while (!ccwb_irb_is_final(&total)) {
		ck_assert_int_eq(poll(&loop, 1, 1000), 1);
		ck_assert_int_eq(ccwb_device_next(device, &irb, NULL), 1);
		ccwb_irb_add(&total, &irb);
		interruptions++;
	}
	ck_assert_uint_eq(interruptions, 3); /* attention, channel end, device end */
	ck_assert(ccwb_irb_is_clean(&total));
	ck_assert_uint_eq(total.residual, 70);
	ck_assert_int_eq(ccwb_device_next(device, &irb, NULL), 0);
	ccwb_program_free(program);
	ccwb_device_free(device);
	fake_vfio_end();
}
END_TEST

START_TEST(test_halt_clear_and_the_rest)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *device = open_device(vfio->container, vfio->device);
	struct ccwb_irb irb;

	ck_assert_int_ge(ccwb_device_fd(device), 0);
	ck_assert_int_eq(ccwb_device_halt(device, NULL), 0);
	ck_assert_int_eq(ccwb_device_next(device, &irb, NULL), 1);
	ck_assert(irb.control & CCWB_IRB_CONTROL_HALT);
	ck_assert_int_eq(ccwb_device_clear(device, NULL), 0);
	ck_assert_int_eq(ccwb_device_next(device, &irb, NULL), 1);
	ck_assert(irb.control & CCWB_IRB_CONTROL_CLEAR);
	ck_assert_int_eq(ccwb_device_reset(device, NULL), 0);
	ck_assert_int_eq(ccwb_device_hot_reset(device, NULL), 0);
	ck_assert_int_eq(ccwb_device_register(device, 0x10000, 4096, false, NULL), 0);
	ck_assert_uint_eq(vfio->registered, 1);
	ck_assert_int_eq(ccwb_device_unregister(device, 0x10000, 4096, NULL), 0);
	ck_assert_uint_eq(vfio->halts * 1000 + vfio->clears * 100 + vfio->resets * 10 +
				  vfio->hot_resets,
			  1111);
	ccwb_device_free(device);
	fake_vfio_end();
}
END_TEST

START_TEST(test_a_unit_check_has_its_sense)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *device = open_device(vfio->container, vfio->device);
	struct ccwb_program *program;
	struct ccwb_irb irb;
	char text[128];

	ck_assert_int_eq(ccwb_program_new(&program), 0);
	ck_assert_int_ge(ccwb_program_add(program, 0xff, 0), 0);
	ck_assert_int_eq(ccwb_device_run(device, program, 0, &irb, NULL), 0);
	ck_assert_uint_gt(ccwb_irb_format(&irb, "3490/50", text, sizeof(text)), 0);
	ck_assert_str_eq(text, "channel end, device end, unit check; sense: command reject");
	ccwb_program_free(program);
	ccwb_device_free(device);
	fake_vfio_end();
}
END_TEST

static void expect_failure(struct ccwb_device *device, struct ccwb_program *program, int number,
			   const char *text)
{
	struct ccwb_irb irb = { .residual = 7 };
	struct ccwb_error error;

	ck_assert_int_eq(ccwb_device_run(device, program, 20, &irb, &error), number);
	ck_assert_int_eq(error.number, number);
	ck_assert_msg(strstr(error.text, text) != NULL, "%s", error.text);
	ck_assert_uint_eq(irb.residual, 7);
}

START_TEST(test_what_keeps_a_program_from_its_end)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *device = open_device(vfio->container, vfio->device);
	struct ccwb_program *program = label_program();
	struct ccwb_error error;
	struct ccwb_irb irb;

	ck_assert_int_eq(ccwb_program_load(program, ccwb_device_space(device), NULL), 0);
	vfio->fails = EPERM;
	vfio->reason = CCWBROKER_REFUSED_COMMAND;
	vfio->refused_ccw = ccwb_program_iova(program) + 8;
	expect_failure(device, program, -EPERM,
		       "the program was refused, nothing was started; CCW 1 (02): the device may "
		       "not be given this command");
	vfio->fails = EINVAL;
	vfio->refused_ccw = 0;
	ck_assert_int_eq(ccwb_device_run(device, program, 0, &irb, &error), -EINVAL);
	ck_assert_uint_eq(error.refusal, CCWBROKER_REFUSED_COMMAND);
	ck_assert_ptr_nonnull(strstr(error.text, "nothing was started: the device may not"));
	vfio->reason = 0;
	vfio->fails = EBUSY;
	expect_failure(device, program, -EBUSY, "another program is active");
	vfio->fails = ENODEV;
	expect_failure(device, program, -ENODEV, "the device is gone or no channel path to it");
	vfio->fails = EIO;
	expect_failure(device, program, -EIO, "the program was not run to its end");
	vfio->has_request = false;
	vfio->never_ends = true;
	expect_failure(device, program, -ETIMEDOUT, "did not end in 0.020 s and was stopped");
	ck_assert_uint_eq(vfio->resets, 1);
	ck_assert_int_eq(ccwb_device_run(device, program, CCWB_DEVICE_TIMEOUT_MS_MAX + 1, &irb,
					 &error),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "3600000 ms at most"));
	ccwb_program_free(program);
	ccwb_device_free(device);
	fake_vfio_end();
}
END_TEST

START_TEST(test_a_guests_own_orb_runs)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *device = open_device(vfio->container, vfio->device);
	struct ccwb_program *program = label_program();
	uint8_t orb[CCWB_ORB_SIZE] = { [5] = 0xc2, [6] = 0xff };
	struct ccwb_error error;
	struct ccwb_irb irb;
	uint32_t iova;
	void *memory;

	ck_assert_int_eq(ccwb_space_alloc(ccwb_device_space(device), ccwb_program_place(program),
					  &memory, &iova),
			 0);
	ccwb_program_write(program, memory, iova);
	orb[8] = (uint8_t)(iova >> 24);
	orb[9] = (uint8_t)(iova >> 16);
	orb[10] = (uint8_t)(iova >> 8);
	orb[11] = (uint8_t)iova;
	ck_assert_int_eq(ccwb_device_run_orb(device, orb, 0, &irb, NULL), 0);
	ck_assert_uint_eq(irb.ccw_address, iova + 16);
	vfio->fails = EPERM;
	vfio->reason = CCWBROKER_REFUSED_COMMAND;
	vfio->refused_ccw = iova;
	ck_assert_int_eq(ccwb_device_run_orb(device, orb, 0, &irb, &error), -EPERM);
	ck_assert_ptr_nonnull(strstr(error.text, "the CCW at 0x10000: "));
	ccwb_program_free(program);
	ccwb_device_free(device);
	fake_vfio_end();
}
END_TEST

START_TEST(test_fds_that_are_something_else)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_device *device = NULL;
	struct ccwb_error error;

	ck_assert_refused(ccwb_device_new_from_fds(null, vfio->device, &device, &error), -ENOTTY);
	ck_assert_ptr_nonnull(strstr(error.text, "of no use as a channel device"));
	ck_assert_refused(ccwb_device_new_from_fds(vfio->container, null, &device, NULL), -ENOTTY);
	ck_assert_refused(ccwb_device_new_from_fds(-1, -1, &device, NULL), -EBADF);
	ck_assert_ptr_null(device);
	ck_assert_ptr_null(ccwb_device_free(NULL));
	fake_vfio_end();
}
END_TEST

CHECK_MAIN("device", test_a_program_runs_by_request_and_by_region, test_memory_of_ones_own,
	   test_a_program_runs_in_its_own_space_only, test_an_event_loop_follows_a_program,
	   test_halt_clear_and_the_rest, test_a_unit_check_has_its_sense,
	   test_what_keeps_a_program_from_its_end, test_a_guests_own_orb_runs,
	   test_fds_that_are_something_else)
