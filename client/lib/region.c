/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns channel programs by regions and eventfds, as <linux/vfio_ccw.h> has them: a write starts, an event
 * tells of an interrupt, a read gives its IRB. Knows no program and no mapping.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>

#include "region.h"

/* Of the SCSW: byte 2 */
#define AT_FUNCTION    2
#define FUNCTION_START 0x40

#define NSEC_PER_MSEC 1000000
/* milliseconds that the kernel may take for an interrupt of the time before */
#define BUSY_TRIES    100
/* of one region's description with its capabilities; the kernel's has 56 */
#define INFO_BYTES    512
/* regions that are looked at; there are 4 */
#define REGIONS_MAX   32

_Static_assert(sizeof(((struct ccw_io_region *)0)->irb_area) == CCWB_IRB_SIZE,
	       "both give the same IRB");
_Static_assert(sizeof(((struct ccw_io_region *)0)->orb_area) == CCWB_ORB_SIZE,
	       "both take the same ORB");

static int find_io(int device, off_t *ret_offset)
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

/* Whether a region's description names it as that of halt and clear. */
static bool has_command_type(const uint8_t info[INFO_BYTES], size_t at)
{
	struct vfio_region_info_cap_type type;

	/* each capability stands behind the one before */
	while (at && at <= INFO_BYTES - sizeof(type)) {
		memcpy(&type, info + at, sizeof(type));
		if (type.header.id == VFIO_REGION_INFO_CAP_TYPE &&
		    type.type == VFIO_REGION_TYPE_CCW &&
		    type.subtype == VFIO_REGION_SUBTYPE_CCW_ASYNC_CMD)
			return true;
		if (type.header.next <= at)
			return false;
		at = type.header.next;
	}
	return false;
}

static off_t find_command(int device)
{
	struct vfio_device_info device_info = { .argsz = sizeof(device_info) };

	if (ioctl(device, VFIO_DEVICE_GET_INFO, &device_info) < 0)
		return -1;
	for (uint32_t i = VFIO_CCW_NUM_REGIONS; i < device_info.num_regions && i < REGIONS_MAX;
	     i++) {
		union {
			struct vfio_region_info info;
			uint8_t bytes[INFO_BYTES];
		} region = { .info = { .argsz = sizeof(region), .index = i } };

		if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region) >= 0 &&
		    region.info.flags & VFIO_REGION_INFO_FLAG_CAPS &&
		    region.info.size >= sizeof(struct ccw_cmd_region) &&
		    has_command_type(region.bytes, region.info.cap_offset))
			return (off_t)region.info.offset;
	}
	return -1;
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

int region_init(struct region *region, int device_peek)
{
	off_t io = 0;
	int r;

	r = find_io(device_peek, &io);
	if (r < 0)
		return r;
	*region = (struct region){
		.device = device_peek,
		.event = -1,
		.io = io,
		.command = find_command(device_peek),
	};
	return 0;
}

void region_deinit(struct region *region)
{
	if (region->event < 0)
		return;
	(void)set_event(region->device, -1); /* a closed one is left alone as well */
	region->event = macro_close(region->event);
}

int region_event(struct region *region)
{
	_cleanup_close_ int event = -1;
	int r;

	if (region->event >= 0)
		return region->event;
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event < 0)
		return -errno;
	r = set_event(region->device, event);
	if (r < 0)
		return r;
	return region->event = TAKE_FD(event);
}

int region_start(struct region *region, const uint8_t orb[CCWB_ORB_SIZE])
{
	struct ccw_io_region io = { .scsw_area = { [AT_FUNCTION] = FUNCTION_START } };
	ssize_t n;

	memcpy(io.orb_area, orb, CCWB_ORB_SIZE);
	for (int tries = 0;; tries++) {
		n = pwrite(region->device, &io, sizeof(io), region->io);
		if (n == sizeof(io))
			return 0;
		if (n >= 0)
			return -EIO;
		if (errno != EAGAIN || tries >= BUSY_TRIES)
			return -errno;
		(void)poll(NULL, 0, 1); /* cut short is no harm */
	}
}

int region_command(struct region *region, uint32_t command)
{
	const struct ccw_cmd_region what = { .command = command };
	ssize_t n;

	if (region->command < 0)
		return -EOPNOTSUPP;
	n = pwrite(region->device, &what, sizeof(what), region->command);
	if (n < 0)
		return -errno;
	return n == sizeof(what) ? 0 : -EIO;
}

int region_next(struct region *region, struct ccwb_irb *ret)
{
	struct ccw_io_region io;
	eventfd_t count;
	ssize_t n;

	if (region->event < 0)
		return -EINVAL;
	if (eventfd_read(region->event, &count) < 0)
		return errno == EAGAIN ? 0 : -errno;
	n = pread(region->device, &io, sizeof(io), region->io);
	if (n != sizeof(io))
		return n < 0 ? -errno : -EIO;
	ccwb_irb_decode(io.irb_area, ret);
	return 1;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NSEC_PER_MSEC;
}

static int wait_end(struct region *region, unsigned int timeout_ms, struct ccwb_irb *total)
{
	int64_t end_ms = now_ms() + (timeout_ms ?: CCWB_DEVICE_TIMEOUT_MS_DEFAULT);
	struct pollfd wait = { .fd = region->event, .events = POLLIN };
	struct ccwb_irb irb;
	int r;

	for (;;) {
		int64_t left = end_ms - now_ms();

		r = poll(&wait, 1, left > 0 ? (int)left : 0);
		if (r < 0)
			return -errno;
		if (r == 0)
			return -ETIMEDOUT;
		r = region_next(region, &irb);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		ccwb_irb_add(total, &irb);
		if (ccwb_irb_is_final(&irb))
			return 0;
	}
}

int region_run(struct region *region, const uint8_t orb[CCWB_ORB_SIZE], unsigned int timeout_ms,
	       struct ccwb_irb *ret)
{
	struct ccwb_irb total = {};
	int r;

	r = region_event(region);
	if (r >= 0)
		r = region_start(region, orb);
	if (r < 0)
		return r;
	r = wait_end(region, timeout_ms, &total);
	if (r < 0) {
		/* stops whatever is running; one that is gone has nothing running */
		(void)ioctl(region->device, VFIO_DEVICE_RESET);
		return r;
	}
	*ret = total;
	return 0;
}
