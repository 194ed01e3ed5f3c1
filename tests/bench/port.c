// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "port.h"
#include "shape.h"

/* ORB bytes 5 and 6, SCSW byte 2. */
#define ORB_FORMAT_1	  0x80
#define ORB_PREFETCH	  0x40
#define ORB_FORMAT_2_IDAW 0x02
#define ORB_ALL_PATHS	  0xff
#define SCSW_START	  0x40

#define TIMEOUT_MS 30000

static int port_open_group(const char *dir)
{
	char path[256], target[256];
	const char *number;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/iommu_group", dir);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	number = strrchr(target, '/');
	if (!number)
		return -EPROTO;
	snprintf(path, sizeof(path), "/dev/vfio%s", number);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int port_map(struct port *port, size_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = PORT_IOVA,
		.size = size,
	};

	port->size = size;
	port->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (port->memory == MAP_FAILED)
		return -errno;
	memset(port->memory, 0x5a, size);
	map.vaddr = (uintptr_t)port->memory;
	return ioctl(port->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

static int port_set_event(struct port *port)
{
	_Alignas(struct vfio_irq_set)
		uint8_t buf[sizeof(struct vfio_irq_set) + sizeof(int32_t)] = {};
	struct vfio_irq_set *set = (struct vfio_irq_set *)buf;

	port->event = eventfd(0, EFD_CLOEXEC);
	if (port->event < 0)
		return -errno;
	set->argsz = sizeof(buf);
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = VFIO_CCW_IO_IRQ_INDEX;
	set->count = 1;
	memcpy(set->data, &port->event, sizeof(int32_t));
	return ioctl(port->device, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
}

int port_open(const char *dir, const char *name, size_t size, struct port *ret)
{
	struct port port = {};
	int r;

	port.container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (port.container < 0)
		return -errno;
	port.group = port_open_group(dir);
	if (port.group < 0)
		return port.group;
	if (ioctl(port.group, VFIO_GROUP_SET_CONTAINER, &port.container) ||
	    ioctl(port.container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	r = port_map(&port, size);
	if (r < 0)
		return r;
	port.device = ioctl(port.group, VFIO_GROUP_GET_DEVICE_FD, name);
	if (port.device < 0)
		return -errno;
	r = port_set_event(&port);
	if (r < 0)
		return r;
	*ret = port;
	return 0;
}

static int port_memory(struct port *port, unsigned long op)
{
	struct ccwbroker_memory memory = {
		.argsz = sizeof(memory),
		.iova = PORT_IOVA,
		.length = port->size,
	};

	return ioctl(port->device, op, &memory) ? -errno : 0;
}

int port_register(struct port *port)
{
	return port_memory(port, VFIO_DEVICE_CCW_REGISTER_MEMORY);
}

int port_unregister(struct port *port)
{
	return port_memory(port, VFIO_DEVICE_CCW_UNREGISTER_MEMORY);
}

static void orb_write(uint8_t *orb, uint8_t *scsw)
{
	orb[5] = ORB_FORMAT_1 | ORB_PREFETCH | ORB_FORMAT_2_IDAW;
	orb[6] = ORB_ALL_PATHS;
	shape_put_word(orb + 8, PORT_IOVA);
	scsw[2] = SCSW_START;
}

int port_run_region(struct port *port, struct port_irb *ret_irb)
{
	struct ccw_io_region io = {};
	uint64_t rings;

	orb_write(io.orb_area, io.scsw_area);
	if (pwrite(port->device, &io, sizeof(io), 0) != sizeof(io) ||
	    read(port->event, &rings, sizeof(rings)) != sizeof(rings) ||
	    pread(port->device, &io, sizeof(io), 0) != sizeof(io))
		return -errno;
	memcpy(ret_irb->bytes, io.irb_area, sizeof(ret_irb->bytes));
	return 0;
}

int port_run_request(struct port *port, struct port_irb *ret_irb)
{
	struct ccwbroker_cmd_request request = { .argsz = sizeof(request),
						 .timeout_ms = TIMEOUT_MS };

	orb_write(request.orb_area, request.scsw_area);
	if (ioctl(port->device, VFIO_DEVICE_CCW_CMD_REQUEST, &request))
		return -errno;
	memcpy(ret_irb->bytes, request.irb_area, sizeof(ret_irb->bytes));
	return 0;
}

uint8_t port_irb_device_status(const struct port_irb *irb)
{
	return irb->bytes[8];
}

uint8_t port_irb_channel_status(const struct port_irb *irb)
{
	return irb->bytes[9];
}
