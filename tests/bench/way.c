// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	const char *devices;					 /* the directory in sysfs */
	int (*run)(struct port *port, struct port_irb *ret_irb); /* NULL: the floor's */
};

struct way {
	const struct way_kind *kind;
	char *floor; /* its attribute */
	struct port port;
	const struct shape *written;
};

static const struct way_kind kinds[] = {
	{ "floor", CCW_DEVICES, NULL },
	{ "vfio_ccw", MDEV_DEVICES, port_run_region },
	{ "region", CCW_DEVICES, port_run_region },
	{ "request", CCW_DEVICES, port_run_request },
};

const char *way_name(unsigned int index)
{
	return index < ARRAY_SIZE(kinds) ? kinds[index].name : NULL;
}

const char *way_of(const struct way *way)
{
	return way->kind->name;
}

static const struct way_kind *way_kind_find(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

int way_open(const char *name, const char *device, struct way **ret)
{
	const struct way_kind *kind = way_kind_find(name);
	_cleanup_free_ struct way *way = NULL;
	_cleanup_free_ char *dir = NULL;
	int r;

	if (!kind)
		return -EINVAL;
	way = calloc(1, sizeof(*way));
	if (!way || asprintf(&dir, "%s/%s", kind->devices, device) < 0)
		return -ENOMEM;
	way->kind = kind;
	if (kind->run)
		r = port_open(dir, device, SHAPE_PAGES * SHAPE_PAGE, &way->port);
	else
		r = asprintf(&way->floor, "%s/floor", dir) < 0 ? -ENOMEM : 0;
	if (r < 0)
		return r;
	*ret = TAKE_PTR(way);
	return 0;
}

static int way_run_port(struct way *way, unsigned int programs, uint64_t *ret_ns)
{
	struct port_irb irb;
	uint64_t since = rounds_now_ns();
	int r;

	for (unsigned int i = 0; i < programs; i++) {
		r = way->kind->run(&way->port, &irb);
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

int way_run(struct way *way, const struct shape *shape, unsigned int programs, uint64_t *ret_ns)
{
	if (!way->kind->run)
		return way_run_floor(way, shape, programs, ret_ns);
	if (way->written != shape)
		shape_write(shape, way->port.memory, PORT_IOVA);
	way->written = shape;
	return way_run_port(way, programs, ret_ns);
}
