// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Binding and opening for the raw test of the module: sysfs and VFIO, no judgement.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "module-device.h"
#include "module-ioas.h"

#define DRIVER "/sys/bus/ccw/drivers/ccwbroker"
#define DEVICE "/sys/bus/ccw/devices"

bool device_by_iommufd;

static int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int r;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text) ?: 1); /* an empty write would not reach the kernel */
	r = n < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	buf[n] = 0;
	return n;
}

int claim_write(const char *text)
{
	return file_write(DRIVER "/claim", text);
}

bool claim_lists(const char *id)
{
	char buf[8192], line[32];

	if (file_read(DRIVER "/claim", buf, sizeof(buf)) < 0)
		return false;
	snprintf(line, sizeof(line), "%s\n", id);
	return strstr(buf, line);
}

void device_detach(const char *id)
{
	char path[128];

	snprintf(path, sizeof(path), DEVICE "/%s/online", id);
	file_write(path, "0");
	snprintf(path, sizeof(path), DEVICE "/%s/driver/unbind", id);
	file_write(path, id);
}

int device_bind(const char *id)
{
	return file_write(DRIVER "/bind", id);
}

int device_unbind(const char *id)
{
	return file_write(DRIVER "/unbind", id);
}

int attr_write(const char *id, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), DEVICE "/%s/ccwbroker/%s", id, name);
	return file_write(path, text);
}

bool attr_is(const char *id, const char *name, const char *text)
{
	char path[128], buf[256];

	snprintf(path, sizeof(path), DEVICE "/%s/ccwbroker/%s", id, name);
	if (file_read(path, buf, sizeof(buf)) < 0)
		return false;
	buf[strcspn(buf, "\n")] = 0;
	return !strcmp(buf, text);
}

long attr_number(const char *id, const char *name)
{
	char path[128], buf[64];
	int r;

	snprintf(path, sizeof(path), DEVICE "/%s/ccwbroker/%s", id, name);
	r = file_read(path, buf, sizeof(buf));
	return r < 0 ? r : atol(buf);
}

int device_is_open(const char *id)
{
	return attr_number(id, "open");
}

int device_set_event(struct device *dev, unsigned int index, int event)
{
	struct {
		struct vfio_irq_set hdr;
		int32_t fd;
	} set = {
		.hdr.argsz = sizeof(set),
		.hdr.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		.hdr.index = index,
		.hdr.count = 1,
		.fd = event,
	};

	return ioctl(dev->device, VFIO_DEVICE_SET_IRQS, &set) ? -errno : 0;
}

int device_vary_path(const char *id, bool online)
{
	char path[128], chpids[64];
	int r;

	snprintf(path, sizeof(path), DEVICE "/%s/../chpids", id);
	r = file_read(path, chpids, sizeof(chpids));
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/sys/devices/css0/chp0.%.2s/status", chpids);
	return file_write(path, online ? "online" : "offline");
}

static int device_group_number(const char *id, unsigned int *ret_number)
{
	char path[128], target[256];
	ssize_t n;

	snprintf(path, sizeof(path), DEVICE "/%s/iommu_group", id);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	*ret_number = atoi(strrchr(target, '/') + 1);
	return 0;
}

static int device_map_piece(struct device *dev, uint32_t from, uint32_t to)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)dev->mem + from,
		.iova = DEVICE_IOVA + from,
		.size = to - from,
	};

	if (device_by_iommufd)
		return iommufd_map(dev->container, dev->ioas, dev->mem + from, map.iova, map.size,
				   IOMMUFD_READABLE | IOMMUFD_WRITABLE);
	return ioctl(dev->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

int device_map(struct device *dev)
{
	int r;

	if (!dev->hole)
		return device_map_piece(dev, 0, DEVICE_SIZE);
	r = device_map_piece(dev, 0, dev->hole);
	return r ? r : device_map_piece(dev, dev->hole + 4096, DEVICE_SIZE);
}

int device_unmap(struct device *dev)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = DEVICE_IOVA,
		.size = DEVICE_SIZE,
	};

	if (device_by_iommufd)
		return iommufd_unmap(dev->container, dev->ioas, DEVICE_IOVA, DEVICE_SIZE);
	return ioctl(dev->container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -errno : 0;
}

static int device_open_by_group(const char *id, struct device *dev)
{
	char path[64];

	dev->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	snprintf(path, sizeof(path), "/dev/vfio/%u", dev->group_number);
	dev->group = open(path, O_RDWR | O_CLOEXEC);
	if (dev->container < 0 || dev->group < 0 ||
	    ioctl(dev->group, VFIO_GROUP_SET_CONTAINER, &dev->container) ||
	    ioctl(dev->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	/*
	 * Only who has the device open keeps it from being unbound, and the kernel does not lock a
	 * container that is mapped into while its last group goes: that is its own bug, not ours to find.
	 */
	dev->device = ioctl(dev->group, VFIO_GROUP_GET_DEVICE_FD, id);
	return dev->device < 0 ? -errno : device_map(dev);
}

static int device_open_any(const char *id, struct device *dev)
{
	int r;

	r = device_group_number(id, &dev->group_number);
	if (r)
		return r;
	if (!device_by_iommufd)
		return device_open_by_group(id, dev);
	r = ioas_open_device(id, dev);
	return r ? r : device_map(dev);
}

int device_open(const char *id, struct device *ret)
{
	*ret = (struct device){ .container = -1, .group = -1, .device = -1 };
	ret->mem =
		mmap(NULL, DEVICE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ret->mem == MAP_FAILED)
		return -errno;
	return device_open_any(id, ret);
}

int device_open_lent(const char *id, uint8_t *mem, uint32_t hole, struct device *ret)
{
	*ret = (struct device){ .container = -1, .group = -1, .device = -1 };
	ret->mem = mem;
	ret->hole = hole;
	ret->is_lent = true;
	return device_open_any(id, ret);
}

void device_close(struct device *dev)
{
	close(dev->device);
	close(dev->group);
	close(dev->container);
	if (!dev->is_lent)
		munmap(dev->mem, DEVICE_SIZE);
}

static long vmstat_value(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? atol(at + strlen(name)) : -1;
}

long device_pins(void)
{
	static char buf[65536];

	file_write("/proc/sys/vm/stat_refresh", "1"); /* each CPU keeps some back otherwise */
	if (file_read("/proc/vmstat", buf, sizeof(buf)) < 0)
		return -1;
	return vmstat_value(buf, "nr_foll_pin_acquired ") -
	       vmstat_value(buf, "nr_foll_pin_released ");
}
