/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns channel programs by regions and eventfds, as <linux/vfio_ccw.h> has them: a write starts, an event
 * tells of an interrupt, a read gives its IRB. Knows no program and no mapping.
 */
#include "region.h"

#include <errno.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Where things stand in the SCSW, which the IRB begins with */
enum {
	AT_FUNCTION = 2,
	AT_ACTIVITY = 3,
	AT_CCW_ADDRESS = 4,
	AT_DEVICE_STATUS = 8,
	AT_SUBCHANNEL_STATUS = 9,
	AT_RESIDUAL = 10,
};

#define FUNCTION_START 0x40
#define ACTIVE	       0xc0 /* subchannel or device */
#define STATUS	       0x1f
#define STATUS_PRIMARY 0x04
#define NSEC_PER_MSEC  1000000
#define BUSY_TRIES                                                                                 \
	100 /* milliseconds that the kernel may take for an interrupt of the time before */

_Static_assert(sizeof(((struct ccw_io_region *)0)->irb_area) == CCWBROKER_IRB_SIZE,
	       "both give the same IRB");

bool region_add_irb(uint8_t total[static CCWBROKER_IRB_SIZE],
		    const uint8_t irb[static CCWBROKER_IRB_SIZE])
{
	uint8_t before[AT_RESIDUAL + 2];

	if (!(irb[AT_FUNCTION] & FUNCTION_START))
		return false;
	memcpy(before, total, sizeof(before));
	memcpy(total, irb, CCWBROKER_IRB_SIZE);
	total[AT_ACTIVITY] |= before[AT_ACTIVITY] & STATUS;
	total[AT_DEVICE_STATUS] |= before[AT_DEVICE_STATUS];
	total[AT_SUBCHANNEL_STATUS] |= before[AT_SUBCHANNEL_STATUS];
	/* how far the program came is said with primary status, and device end may come later */
	if (before[AT_ACTIVITY] & STATUS_PRIMARY && !(irb[AT_ACTIVITY] & STATUS_PRIMARY)) {
		memcpy(total + AT_CCW_ADDRESS, before + AT_CCW_ADDRESS, 4);
		memcpy(total + AT_RESIDUAL, before + AT_RESIDUAL, 2);
	}
	return !(irb[AT_ACTIVITY] & ACTIVE);
}

static int find_region(int device, off_t *ret_offset)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_CCW_CONFIG_REGION_INDEX,
	};

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
		return -errno;
	if (info.size < sizeof(struct ccw_io_region))
		return -ENOTTY;
	*ret_offset = (off_t)info.offset;
	return 0;
}

/* fd -1: no more events. */
static int set_event(int device, int fd)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} irq = {
		.set = {
			.argsz = sizeof(irq),
			.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_CCW_IO_IRQ_INDEX,
			.count = 1,
		},
		.fd = fd,
	};

	return ioctl(device, VFIO_DEVICE_SET_IRQS, &irq) < 0 ? -errno : 0;
}

static int start(int device, off_t offset, const uint8_t *orb)
{
	struct ccw_io_region region = { .scsw_area = { [AT_FUNCTION] = FUNCTION_START } };
	ssize_t n;
	int tries;

	memcpy(region.orb_area, orb, CCWBROKER_ORB_SIZE);
	for (tries = 0;; tries++) {
		n = pwrite(device, &region, sizeof(region), offset);
		if (n == sizeof(region))
			return 0;
		if (n >= 0)
			return -EIO;
		if (errno != EAGAIN || tries >= BUSY_TRIES)
			return -errno;
		(void)poll(NULL, 0, 1); /* cut short is no harm */
	}
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NSEC_PER_MSEC;
}

static int wait_event(int event, int64_t end_ms)
{
	struct pollfd wait = { .fd = event, .events = POLLIN };
	int64_t left = end_ms - now_ms();
	eventfd_t count;
	int r;

	r = poll(&wait, 1, left > 0 ? (int)left : 0);
	if (r < 0)
		return -errno;
	if (r == 0)
		return -ETIMEDOUT;
	return eventfd_read(event, &count) < 0 ? -errno : 0;
}

static int wait_end(int device, off_t offset, int event, unsigned int timeout_ms, uint8_t *total)
{
	int64_t end_ms = now_ms() + (timeout_ms ?: CCWBROKER_TIMEOUT_MS_DEFAULT);
	struct ccw_io_region region;
	ssize_t n;
	int r;

	do {
		r = wait_event(event, end_ms);
		if (r < 0)
			return r;
		n = pread(device, &region, sizeof(region), offset);
		if (n != sizeof(region))
			return n < 0 ? -errno : -EIO;
	} while (!region_add_irb(total, region.irb_area));
	return 0;
}

int region_run(int device_peek, const uint8_t orb[static CCWBROKER_ORB_SIZE],
	       unsigned int timeout_ms, uint8_t ret_irb[static CCWBROKER_IRB_SIZE])
{
	_cleanup_close_ int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uint8_t total[CCWBROKER_IRB_SIZE] = {};
	off_t offset = 0;
	int r;

	if (event < 0)
		return -errno;
	r = find_region(device_peek, &offset);
	if (r >= 0)
		r = set_event(device_peek, event);
	if (r < 0)
		return r;
	r = start(device_peek, offset, orb);
	if (r >= 0) {
		r = wait_end(device_peek, offset, event, timeout_ms, total);
		/* stops whatever is running; one that is gone has nothing running */
		if (r < 0)
			(void)ioctl(device_peek, VFIO_DEVICE_RESET);
	}
	(void)set_event(device_peek, -1); /* a closed one is left alone as well */
	if (r >= 0)
		memcpy(ret_irb, total, sizeof(total));
	return r;
}
