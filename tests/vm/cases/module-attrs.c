// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Attributes of a bound device, with a client at work.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "module-attrs.h"
#include "module-program.h"

static void test_commands_text(const char *id)
{
	char mask[80];

	memset(mask, 'f', sizeof(mask));
	mask[63] = 0;
	check(attr_write(id, "commands", mask) == -EINVAL, "63 digits of commands are refused", 0);
	mask[63] = 'f';
	mask[65] = 0;
	check(attr_write(id, "commands", mask) == -EINVAL, "65 digits of commands are refused", 0);
	mask[64] = 0;
	mask[10] = 'g';
	check(attr_write(id, "commands", mask) == -EINVAL, "no hex digits are refused", 0);
	mask[10] = 'f';
	mask[1] = 'e'; /* without bit 7: Rewind */
	check(attr_write(id, "commands", mask) == 0 && attr_is(id, "commands", mask),
	      "commands without Rewind", 0);
}

static void test_commands_region(struct device *dev, int event)
{
	struct ccw_io_region io = {};
	const uint8_t *irb = io.irb_area;
	int r;

	device_set_event(dev, VFIO_CCW_IO_IRQ_INDEX, event);
	r = start(dev);
	check(r == 0 && fd_rings(event, 5000), "by the region it ends with an interrupt", r);
	pread(dev->device, &io, sizeof(io), 0);
	check(irb[8] == 0x0e && irb[32] == 0x80 && (irb[1] & 0x02) && (irb[16] & 0x01),
	      "that is unit check with the sense of Command Reject", irb[32]);
	check(irb[7] == 8, "at the refused CCW", irb[7]);
}

void test_commands(const char *id, int event)
{
	struct ccwbroker_cmd_request cmd;
	struct device dev;
	char all[65];
	int r;

	memset(all, 'f', 64);
	all[64] = 0;
	check(attr_is(id, "commands", all), "all commands are permitted at first", 0);
	test_commands_text(id);
	r = device_open(id, &dev);
	check(r == 0, "open", r);
	check(attr_write(id, "commands", all) == -EBUSY, "no change while open", 0);
	program_endless(&dev);
	r = run(&dev, 1000, &cmd);
	check(r == -EPERM && cmd.reason == CCWBROKER_REFUSED_COMMAND &&
		      cmd.refused_ccw == DEVICE_IOVA,
	      "Rewind is refused, and which CCW it was", r);
	test_commands_region(&dev, event);
	check_works(&dev, "other commands work");
	device_close(&dev);
	check(attr_write(id, "commands", all) == 0, "all commands again", 0);
}

struct runner {
	struct device *dev;
	int result;
};

static void *runner_run(void *arg)
{
	struct ccwbroker_cmd_request cmd;
	struct runner *runner = arg;

	runner->result = run(runner->dev, 60000, &cmd);
	return NULL;
}

static void check_dead(struct device *dev)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct ccwbroker_cmd_request cmd;
	uint8_t buf[124] = {};
	int r;

	r = run(dev, 1000, &cmd);
	check(r == -ENODEV, "CMD_REQUEST fails", r);
	check(pread(dev->device, buf, sizeof(buf), 0) < 0 && errno == ENODEV, "so does a read", 0);
	check(pwrite(dev->device, buf, sizeof(buf), 0) < 0 && errno == ENODEV, "and a write", 0);
	r = ioctl(dev->device, VFIO_DEVICE_GET_INFO, &info);
	check(r && errno == ENODEV, "and GET_INFO", errno);
}

void test_revoke(const char *id)
{
	struct device dev;
	struct runner runner = { .dev = &dev };
	pthread_t thread;
	int r;

	r = device_open(id, &dev);
	check(r == 0 && attr_is(id, "state", "open"), "state open", r);
	program_endless(&dev);
	pthread_create(&thread, NULL, runner_run, &runner);
	usleep(300000);
	check(attr_write(id, "revoke", "0") == -EINVAL, "revoke takes nothing but 1", 0);
	check(attr_write(id, "revoke", "1") == 0, "revoke with a program active", 0);
	pthread_join(thread, NULL);
	check(runner.result == -ENODEV, "who waits for the program is told", runner.result);
	check_unpinned("nothing is pinned");
	check(attr_is(id, "state", "revoked"), "state revoked", 0);
	check_dead(&dev);
	device_close(&dev);
	r = device_open(id, &dev);
	check(r == -ENODEV, "and cannot be opened again", r);
	device_close(&dev);
	check(device_unbind(id) == 0 && device_bind(id) == 0, "bind anew", 0);
	check(attr_is(id, "state", "closed"), "state closed", 0);
}

void test_stats(const char *id)
{
	long programs = attr_number(id, "stats/programs"),
	     refused = attr_number(id, "stats/refused");
	struct ccwbroker_cmd_request cmd;
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "open", r);
	check_works(&dev, "one program");
	check(attr_number(id, "stats/programs") == programs + 1, "is counted", programs);
	check(attr_number(id, "stats/bytes_in") >= 64, "with its bytes",
	      attr_number(id, "stats/bytes_in"));
	check(attr_number(id, "stats/pins") == 0 && attr_number(id, "stats/pins_max") >= 1,
	      "and its pins", attr_number(id, "stats/pins_max"));
	check(attr_number(id, "stats/translate_ns") > 0, "and the time to translate it",
	      attr_number(id, "stats/translate_ns"));
	ccw_put(&dev, 0, CMD_TIC, 0, 0, DEVICE_IOVA);
	r = run(&dev, 1000, &cmd);
	check(r && attr_number(id, "stats/refused") == refused + 1, "a refused one, too", r);
	device_close(&dev);
}
