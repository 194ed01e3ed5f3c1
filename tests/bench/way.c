// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "macro.h"
#include "port.h"
#include "rounds.h"
#include "way.h"

#define CCW_DEVICES  "/sys/bus/ccw/devices"
#define MDEV_DEVICES "/sys/bus/mdev/devices"

#define ENDED_WELL 0x0c /* channel end, device end */

struct way_kind {
	const char *name;
	int (*open)(struct way *way, const char *device);
	int (*run)(struct way *way, const struct shape *shape, unsigned int programs,
		   uint64_t *ret_ns);
	int (*run_port)(struct port *port, struct port_irb *ret_irb); /* one program, by VFIO */
	bool is_empty;						      /* runs no program */
};

struct way {
	const struct way_kind *kind;
	char *floor; /* its attribute */
	int fd;	     /* of the empty way */
	struct port port;
	const struct shape *written; /* in the port's memory */
};

const char *way_of(const struct way *way)
{
	return way->kind->name;
}

bool way_is_empty(const struct way *way)
{
	return way->kind->is_empty;
}

static int way_open_ccw(struct way *way, const char *device)
{
	_cleanup_free_ char *dir = NULL;

	if (asprintf(&dir, CCW_DEVICES "/%s", device) < 0)
		return -ENOMEM;
	return port_open(dir, device, SHAPE_PAGES * SHAPE_PAGE, &way->port);
}

static int way_open_registered(struct way *way, const char *device)
{
	int r = way_open_ccw(way, device);

	return r < 0 ? r : port_register(&way->port);
}

static int way_open_mdev(struct way *way, const char *device)
{
	_cleanup_free_ char *dir = NULL;

	if (asprintf(&dir, MDEV_DEVICES "/%s", device) < 0)
		return -ENOMEM;
	return port_open(dir, device, SHAPE_PAGES * SHAPE_PAGE, &way->port);
}

static int way_run_port(struct way *way, const struct shape *shape, unsigned int programs,
			uint64_t *ret_ns)
{
	struct port_irb irb;
	uint64_t since;
	int r;

	if (way->written != shape)
		shape_write(shape, way->port.memory, PORT_IOVA);
	way->written = shape;
	since = rounds_now_ns();
	for (unsigned int i = 0; i < programs; i++) {
		r = way->kind->run_port(&way->port, &irb);
		if (r < 0)
			return r;
		if (port_irb_device_status(&irb) != ENDED_WELL || port_irb_channel_status(&irb)) {
			fprintf(stderr, "device status %02x, channel status %02x\n",
				port_irb_device_status(&irb), port_irb_channel_status(&irb));
			return -EIO;
		}
	}
	*ret_ns = rounds_now_ns() - since;
	return 0;
}

static int way_open_floor(struct way *way, const char *device)
{
	return asprintf(&way->floor, CCW_DEVICES "/%s/floor", device) < 0 ? -ENOMEM : 0;
}

static int way_run_floor(struct way *way, const struct shape *shape, unsigned int programs,
			 uint64_t *ret_ns)
{
	_cleanup_close_ int fd = open(way->floor, O_RDWR | O_CLOEXEC);
	unsigned int bad;
	char text[64];
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%x %u %u %u %u", shape->command, shape->ccws,
		     shape->bytes, shape->idal, programs);
	if (write(fd, text, (size_t)n) < 0)
		return -errno;
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n < 0)
		return -errno;
	text[n] = 0;
	if (sscanf(text, "%" SCNu64 " %u", ret_ns, &bad) != 2)
		return -EPROTO;
	if (bad)
		fprintf(stderr, "%u programs ended badly\n", bad);
	return bad ? -EIO : 0;
}

static int way_open_empty(struct way *way, const char *device)
{
	(void)device; /* none is needed */
	way->fd = eventfd(0, EFD_CLOEXEC);
	return way->fd < 0 ? -errno : 0;
}

/* An ioctl that nobody knows. */
static int way_run_empty(struct way *way, const struct shape *shape, unsigned int programs,
			 uint64_t *ret_ns)
{
	uint64_t since = rounds_now_ns();

	(void)shape;
	for (unsigned int i = 0; i < programs; i++)
		if (!ioctl(way->fd, 0, NULL) || errno != ENOTTY)
			return -EPROTO;
	*ret_ns = rounds_now_ns() - since;
	return 0;
}

static const struct way_kind kinds[] = {
	{ "empty", way_open_empty, way_run_empty, .is_empty = true },
	{ "floor", way_open_floor, way_run_floor },
	{ "vfio_ccw", way_open_mdev, way_run_port, port_run_region },
	{ "region", way_open_ccw, way_run_port, port_run_region },
	{ "request", way_open_ccw, way_run_port, port_run_request },
	{ "registered", way_open_registered, way_run_port, port_run_request },
};

int way_open(const char *name, const char *device, struct way **ret)
{
	_cleanup_free_ struct way *way = calloc(1, sizeof(*way));
	int r;

	if (!way)
		return -ENOMEM;
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			way->kind = &kinds[i];
	if (!way->kind)
		return -EINVAL;
	r = way->kind->open(way, device);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(way);
	return 0;
}

int way_run(struct way *way, const struct shape *shape, unsigned int programs, uint64_t *ret_ns)
{
	return way->kind->run(way, shape, programs, ret_ns);
}
