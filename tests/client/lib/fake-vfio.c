/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns a VFIO device made of nothing, for tests of what uses one. What is not an fd of its own goes on to the kernel.
 */
#include <fcntl.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "ccwbroker.h"
#include "check-main.h"
#include "fake-vfio.h"
#include "iommufd.h"

#define MAPS_MAX   8
#define REGION_IO  0
#define REGION_CMD 1024
#define QUEUE	   8
#define LABEL	   "VOL1ABC123"

struct map {
	uint64_t iova, size;
	uint8_t *memory;
};

int fake_vfio_depth;

static struct fake_vfio fake;
static struct map maps[MAPS_MAX];
static uint8_t queue[QUEUE][CCWBROKER_IRB_SIZE];
static unsigned int queued;
static int event = -1;
static uint32_t ccw_at;
static uint16_t residual;

struct fake_vfio *fake_vfio_start(void)
{
	static const char *const names[] = { "container", "iommufd", "device" };
	int *const fds[] = { &fake.container, &fake.iommufd, &fake.device };

	memset(&fake, 0, sizeof(fake));
	memset(maps, 0, sizeof(maps));
	queued = 0;
	for (unsigned int i = 0; i < 3; i++) {
		*fds[i] = (int)syscall(SYS_memfd_create, names[i], 0);
		ck_assert_int_ge(*fds[i], 0);
	}
	fake.has_request = true;
	return &fake;
}

void fake_vfio_end(void)
{
	ck_assert_uint_eq(fake.maps, 0);
	ck_assert_int_eq(event, -1);
	close(fake.container);
	close(fake.iommufd);
	close(fake.device);
	fake.container = fake.iommufd = fake.device = -1;
}

/* Copies of an fd are the same file. */
static bool is_same(int fd, int other)
{
	struct stat a, b;

	return other > 0 && fstat(fd, &a) >= 0 && fstat(other, &b) >= 0 && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

static uint8_t *memory_at(uint64_t iova, uint64_t size)
{
	for (unsigned int i = 0; i < MAPS_MAX; i++)
		if (maps[i].size && iova >= maps[i].iova &&
		    iova + size <= maps[i].iova + maps[i].size)
			return maps[i].memory + (iova - maps[i].iova);
	return NULL;
}

static int map(uint64_t iova, uint64_t size, uint64_t address)
{
	if (fake.maps_failing) {
		fake.maps_failing--;
		errno = ENOMEM;
		return -1;
	}
	if (fake.has_many_maps)
		return fake.maps++, 0;
	for (unsigned int i = 0; i < MAPS_MAX; i++)
		if (!maps[i].size) {
			maps[i] = (struct map){ iova, size, (uint8_t *)(uintptr_t)address };
			fake.maps++;
			return 0;
		}
	errno = ENOSPC;
	return -1;
}

static int unmap(uint64_t iova, uint64_t size)
{
	if (fake.has_many_maps)
		return fake.maps--, 0;
	for (unsigned int i = 0; i < MAPS_MAX; i++)
		if (maps[i].size == size && maps[i].iova == iova) {
			maps[i].size = 0;
			fake.maps--;
			return 0;
		}
	ck_abort_msg("unmap of what is not mapped: %#llx", (unsigned long long)iova);
	return -1;
}

static uint32_t get_32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/* Device status of one CCW. */
static uint8_t obey(const uint8_t *ccw)
{
	uint16_t count = (uint16_t)(ccw[2] << 8 | ccw[3]);
	uint8_t *data = count ? memory_at(get_32(ccw + 4), count) : NULL;

	residual = count;
	switch (ccw[0]) {
	case 0x02:
		residual = count > 10 ? count - 10 : 0;
		memcpy(data, LABEL, count - residual);
		return 0x0c;
	case 0x01:
		residual = 0;
		ck_assert_uint_le(count, sizeof(fake.written));
		memcpy(fake.written, data, count);
		fake.n_written = count;
		return 0x0c;
	case 0x03:
	case 0x07:
		return 0x0c;
	}
	return 0x0e;
}

static void run(const uint8_t *orb, uint8_t *irb)
{
	const uint8_t *ccw;
	uint8_t status;

	ck_assert_uint_eq(orb[5], 0xc2); /* format 1, prefetch, format-2 IDAWs */
	for (ccw_at = get_32(orb + 8);; ccw_at += 8) {
		ccw = memory_at(ccw_at, 8);
		ck_assert_ptr_nonnull(ccw);
		status = obey(ccw);
		if (status != 0x0c || !(ccw[1] & 0xc0))
			break;
	}
	memset(irb, 0, CCWBROKER_IRB_SIZE);
	irb[2] = 0x40;
	irb[3] = 0x07;
	ccw_at += 8;
	for (unsigned int i = 0; i < 4; i++)
		irb[4 + i] = (uint8_t)(ccw_at >> (24 - 8 * i));
	irb[8] = status;
	irb[10] = (uint8_t)(residual >> 8);
	irb[11] = (uint8_t)residual;
	if (status & 0x02) {
		irb[16] = 1;
		irb[17] = 2;
		irb[32] = 0x80;
	}
}

static int fail_if_asked(void)
{
	if (!fake.fails)
		return 0;
	errno = fake.fails;
	fake.fails = 0;
	return -1;
}

static int request(struct ccwbroker_cmd_request *request)
{
	if (!fake.has_request) {
		errno = ENOTTY;
		return -1;
	}
	ck_assert_uint_eq(request->argsz, sizeof(*request));
	ck_assert_uint_eq(request->scsw_area[2], 0x40);
	if (fail_if_asked() < 0) {
		request->reason = fake.reason;
		request->refused_ccw = fake.refused_ccw;
		return -1;
	}
	run(request->orb_area, request->irb_area);
	return 0;
}

static int region_info(struct vfio_region_info *info)
{
	struct vfio_region_info_cap_type *type = (void *)(info + 1);

	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (info->index == 0) {
		info->size = sizeof(struct ccw_io_region);
		info->offset = REGION_IO;
		return 0;
	}
	info->size = sizeof(struct ccw_cmd_region);
	info->offset = REGION_CMD;
	info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	info->cap_offset = sizeof(*info);
	*type = (struct vfio_region_info_cap_type){
		.header = { .id = VFIO_REGION_INFO_CAP_TYPE, .version = 1 },
		.type = VFIO_REGION_TYPE_CCW,
		.subtype = VFIO_REGION_SUBTYPE_CCW_ASYNC_CMD,
	};
	return 0;
}

static int set_irq(const struct vfio_irq_set *set)
{
	int32_t fd;

	memcpy(&fd, set->data, sizeof(fd));
	if (event >= 0)
		close(event);
	event = fd < 0 ? -1 : dup(fd);
	return 0;
}

static int device_ioctl(unsigned long op, void *arg)
{
	struct vfio_device_info *info = arg;

	switch (op) {
	case VFIO_DEVICE_GET_INFO:
		info->flags = VFIO_DEVICE_FLAGS_CCW;
		info->num_regions = 2;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		return region_info(arg);
	case VFIO_DEVICE_SET_IRQS:
		return set_irq(arg);
	case VFIO_DEVICE_CCW_CMD_REQUEST:
		return request(arg);
	case VFIO_DEVICE_RESET:
		return fake.resets++, 0;
	case VFIO_DEVICE_CCW_HOT_RESET:
		return fake.hot_resets++, 0;
	case VFIO_DEVICE_CCW_REGISTER_MEMORY:
		return fake.registered++, 0;
	case VFIO_DEVICE_CCW_UNREGISTER_MEMORY:
		return fake.registered--, 0;
	case IOMMUFD_DEVICE_BIND:
		return fake.binds++, 0;
	case IOMMUFD_DEVICE_ATTACH:
		return fake.attaches++, 0;
	}
	errno = ENOTTY;
	return -1;
}

static int container_ioctl(unsigned long op, void *arg)
{
	const struct vfio_iommu_type1_dma_unmap *gone = arg;
	const struct vfio_iommu_type1_dma_map *new = arg;

	switch (op) {
	case VFIO_GET_API_VERSION:
		return VFIO_API_VERSION;
	case VFIO_IOMMU_MAP_DMA:
		return map(new->iova, new->size, new->vaddr);
	case VFIO_IOMMU_UNMAP_DMA:
		return unmap(gone->iova, gone->size);
	}
	errno = ENOTTY;
	return -1;
}

static int iommufd_ioctl(unsigned long op, void *arg)
{
	const uint32_t *words = arg;
	uint64_t long_words[5];

	switch (op) {
	case VFIO_GET_API_VERSION: /* as the kernel's answers, for programs that take it for a container */
		return VFIO_API_VERSION;
	case IOMMUFD_IOAS:
		((uint32_t *)arg)[2] = 5;
		return 0;
	case IOMMUFD_MAP: /* four words, then address, length, IOVA */
		ck_assert_uint_eq(words[2], 5);
		memcpy(long_words, arg, sizeof(long_words));
		return map(long_words[4], long_words[3], long_words[2]);
	case IOMMUFD_UNMAP: /* two words, then IOVA, length */
		memcpy(long_words, arg, 3 * sizeof(*long_words));
		return unmap(long_words[1], long_words[2]);
	}
	errno = ENOTTY;
	return -1;
}

static int any_ioctl(int fd, unsigned long op, void *arg)
{
	if (is_same(fd, fake.device))
		return device_ioctl(op, arg);
	if (is_same(fd, fake.container))
		return container_ioctl(op, arg);
	if (is_same(fd, fake.iommufd))
		return iommufd_ioctl(op, arg);
	return (int)syscall(SYS_ioctl, fd, op, arg);
}

int ioctl(int fd, unsigned long op, ...)
{
	void *arg;
	va_list args;
	int r;

	va_start(args, op);
	arg = va_arg(args, void *);
	va_end(args);
	fake_vfio_depth++;
	r = any_ioctl(fd, op, arg);
	fake_vfio_depth--;
	return r;
}

static void interrupt(const uint8_t *irb)
{
	ck_assert_uint_lt(queued, QUEUE);
	memcpy(queue[queued++], irb, CCWBROKER_IRB_SIZE);
	if (event >= 0)
		ck_assert_int_eq(eventfd_write(event, 1), 0);
}

void fake_vfio_attention(void)
{
	const uint8_t irb[CCWBROKER_IRB_SIZE] = { [3] = 0x11, [8] = 0x80 };

	interrupt(irb);
}

/* Channel end first, device end with a second interruption. */
static void start(const struct ccw_io_region *io)
{
	uint8_t irb[CCWBROKER_IRB_SIZE];

	if (fake.never_ends)
		return;
	run(io->orb_area, irb);
	if (irb[8] == 0x0c) {
		uint8_t first[CCWBROKER_IRB_SIZE];

		memcpy(first, irb, sizeof(first));
		first[3] = 0x45; /* device active, primary status */
		first[8] = 0x08;
		interrupt(first);
		memset(irb + 4, 0, 8);
		irb[3] = 0x03;
		irb[8] = 0x04;
	}
	interrupt(irb);
}

static ssize_t command(const struct ccw_cmd_region *what, size_t size)
{
	uint8_t irb[CCWBROKER_IRB_SIZE] = { [3] = 0x01 };

	if (what->command == VFIO_CCW_ASYNC_CMD_HSCH) {
		fake.halts++;
		irb[2] = 0x20;
	} else {
		fake.clears++;
		irb[2] = 0x10;
	}
	interrupt(irb);
	return (ssize_t)size;
}

static ssize_t any_pwrite(int fd, const void *data, size_t size, off_t at)
{
	if (!is_same(fd, fake.device))
		return (ssize_t)syscall(SYS_pwrite64, fd, data, size, at);
	if (at == REGION_CMD)
		return command(data, size);
	if (fail_if_asked() < 0)
		return -1;
	start(data);
	return (ssize_t)size;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	ssize_t n;

	fake_vfio_depth++;
	n = any_pwrite(fd, data, size, at);
	fake_vfio_depth--;
	return n;
}

static ssize_t any_pread(int fd, void *data, size_t size, off_t at)
{
	struct ccw_io_region *io = data;

	if (!is_same(fd, fake.device))
		return (ssize_t)syscall(SYS_pread64, fd, data, size, at);
	ck_assert_uint_gt(queued, 0);
	memset(io, 0, sizeof(*io));
	memcpy(io->irb_area, queue[0], sizeof(io->irb_area));
	memmove(queue[0], queue[1], (--queued) * sizeof(queue[0]));
	if (queued)
		ck_assert_int_eq(eventfd_write(event, 1), 0);
	return (ssize_t)size;
}

ssize_t pread(int fd, void *data, size_t size, off_t at)
{
	ssize_t n;

	fake_vfio_depth++;
	n = any_pread(fd, data, size, at);
	fake_vfio_depth--;
	return n;
}
