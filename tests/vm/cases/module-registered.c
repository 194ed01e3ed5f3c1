// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Registered memory of a device that a client works with, by group or by node. What is pinned is
 * counted by the kernel itself; others in the machine pin for moments, too.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "module-ioas.h"
#include "module-program.h"
#include "module-registered.h"

#define PAGE	   4096u
#define PAGES	   (DEVICE_SIZE / PAGE)
#define BESIDE	   (DEVICE_IOVA + DEVICE_SIZE) /* where another mapping goes */
#define RACE_TURNS 50

static int memory(struct device *dev, unsigned long op, uint32_t flags, uint64_t iova,
		  uint64_t length)
{
	struct ccwbroker_memory memory = {
		.argsz = sizeof(memory),
		.flags = flags,
		.iova = iova,
		.length = length,
	};

	return ioctl(dev->device, op, &memory) ? -errno : 0;
}

static int put(struct device *dev, uint64_t iova, uint64_t length)
{
	return memory(dev, VFIO_DEVICE_CCW_REGISTER_MEMORY, 0, iova, length);
}

static int take_back(struct device *dev, uint64_t iova, uint64_t length)
{
	return memory(dev, VFIO_DEVICE_CCW_UNREGISTER_MEMORY, 0, iova, length);
}

static void put_all(struct device *dev)
{
	int r = put(dev, DEVICE_IOVA, DEVICE_SIZE);

	check(r == 0, "REGISTER_MEMORY", r);
}

static bool is_registered(const char *id, long pages)
{
	return attr_number(id, "stats/registered") == pages;
}

static void check_dropped(const char *id, const char *what)
{
	check(is_registered(id, 0), what, attr_number(id, "stats/registered"));
	check_unpinned("and nothing is pinned");
}

static void check_refused(int r, int expected, const char *what)
{
	check(r == expected, what, r);
}

static void test_arguments(struct device *dev, const char *id)
{
	struct ccwbroker_memory memory_arg = { .argsz = sizeof(memory_arg) - 1,
					       .iova = DEVICE_IOVA,
					       .length = PAGE };
	int r = ioctl(dev->device, VFIO_DEVICE_CCW_REGISTER_MEMORY, &memory_arg);

	check(r && errno == EINVAL, "REGISTER_MEMORY with a short argsz", errno);
	r = memory(dev, VFIO_DEVICE_CCW_REGISTER_MEMORY, 2, DEVICE_IOVA, PAGE);
	check_refused(r, -EINVAL, "with an unknown flag");
	r = memory(dev, VFIO_DEVICE_CCW_UNREGISTER_MEMORY, CCWBROKER_MEMORY_FETCH_ONLY, DEVICE_IOVA,
		   PAGE);
	check_refused(r, -EINVAL, "UNREGISTER_MEMORY with a flag");
	check_refused(put(dev, DEVICE_IOVA, 0), -EINVAL, "without a length");
	check_refused(put(dev, DEVICE_IOVA + 8, PAGE), -EINVAL, "not from a page on");
	check_refused(put(dev, DEVICE_IOVA, PAGE + 8), -EINVAL, "not to the end of a page");
	check_refused(put(dev, 0 - (uint64_t)PAGE, 2 * PAGE), -EOVERFLOW, "around the end");
	check_refused(put(dev, 0x40000000, PAGE), -EFAULT, "of what is not mapped");
	check_refused(put(dev, DEVICE_IOVA, DEVICE_SIZE + PAGE), -EFAULT,
		      "of a page more than is mapped");
	check_refused(put(dev, DEVICE_IOVA, (CCWBROKER_MEMORY_PAGES_MAX + 1ull) * PAGE), -E2BIG,
		      "of 16385 pages");
	check_refused(put(dev, DEVICE_IOVA, CCWBROKER_MEMORY_PAGES_MAX * (uint64_t)PAGE), -EFAULT,
		      "of 16384 pages, which are not there");
	check_refused(take_back(dev, DEVICE_IOVA, PAGE), -ENOENT, "UNREGISTER_MEMORY of nothing");
	check_dropped(id, "nothing is kept of that");
}

static void test_ranges(struct device *dev, const char *id)
{
	unsigned int i;
	int r = 0;

	for (i = 0; !r && i < CCWBROKER_MEMORY_RANGES_MAX; i++)
		r = put(dev, DEVICE_IOVA + i * PAGE, PAGE);
	check(r == 0 && is_registered(id, 16), "16 ranges of a page", r);
	check_refused(put(dev, BESIDE, PAGE), -ENOSPC, "the 17th is refused");
	check_refused(put(dev, DEVICE_IOVA, PAGE), -EEXIST, "so is a page twice");
	check_refused(put(dev, DEVICE_IOVA, DEVICE_SIZE), -EEXIST, "and what overlaps them");
	check_refused(take_back(dev, DEVICE_IOVA, 2 * PAGE), -ENOENT, "two do not go at once");
	for (i = 0; !r && i < CCWBROKER_MEMORY_RANGES_MAX; i++)
		r = take_back(dev, DEVICE_IOVA + i * PAGE, PAGE);
	check(r == 0, "one by one they do", r);
	check_dropped(id, "and none is left");
}

static void check_pinned(const char *id, const char *what)
{
	long pins = device_pins();
	int i;

	for (i = 0; i < 100 && pins != PAGES; i++) {
		usleep(10000);
		pins = device_pins();
	}
	check(pins == PAGES && is_registered(id, PAGES) && attr_number(id, "stats/pins") == PAGES,
	      what, pins);
}

/* Sense ID, with the pages that stay pinned. */
static void check_works_pinned(struct device *dev, const char *id, const char *what)
{
	struct ccwbroker_cmd_request cmd;
	int r;

	program_sense_id(dev);
	r = run(dev, 5000, &cmd);
	check(!r && cmd.irb_area[8] == 0x0c && dev->mem[4096] == 0xff, what, r);
	check_pinned(id, "with what is registered pinned, and no more");
}

static void test_programs(struct device *dev, const char *id)
{
	int r;

	put_all(dev);
	check(attr_number(id, "stats/pins_max") >= PAGES, "it counts as pinned",
	      attr_number(id, "stats/pins_max"));
	check_works_pinned(dev, id, "a program uses it");
	program_endless(dev);
	r = start(dev);
	check(r == 0, "so does an endless one", r);
	check_pinned(id, "without another pin");
	check_refused(take_back(dev, DEVICE_IOVA, DEVICE_SIZE), -EBUSY, "it stays meanwhile");
	r = ioctl(dev->device, VFIO_DEVICE_RESET) ? -errno : 0;
	check(r == 0, "RESET", r);
	check_works_pinned(dev, id, "keeps it");
	r = ioctl(dev->device, VFIO_DEVICE_CCW_HOT_RESET) ? -errno : 0;
	check(r == 0, "HOT_RESET", r);
	check_works_pinned(dev, id, "keeps it, too");
	r = take_back(dev, DEVICE_IOVA, DEVICE_SIZE);
	check(r == 0, "UNREGISTER_MEMORY", r);
	check_dropped(id, "takes it back");
	check_works(dev, "programs pin again");
}

static int map_beside(struct device *dev, void *mem, bool writable)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | (writable ? VFIO_DMA_MAP_FLAG_WRITE : 0),
		.vaddr = (uintptr_t)mem,
		.iova = BESIDE,
		.size = PAGE,
	};

	if (device_by_iommufd)
		return iommufd_map(dev->container, dev->ioas, mem, BESIDE, PAGE,
				   IOMMUFD_READABLE | (writable ? IOMMUFD_WRITABLE : 0));
	return ioctl(dev->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

static int unmap_beside(struct device *dev)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = BESIDE,
		.size = PAGE,
	};

	if (device_by_iommufd)
		return iommufd_unmap(dev->container, dev->ioas, BESIDE, PAGE);
	return ioctl(dev->container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -errno : 0;
}

static void test_fetch_only(struct device *dev, const char *id, void *mem)
{
	const unsigned long op = VFIO_DEVICE_CCW_REGISTER_MEMORY;
	struct ccwbroker_cmd_request cmd;
	int r;

	r = map_beside(dev, mem, false);
	check(r == 0, "map for reading only", r);
	check_refused(put(dev, BESIDE, PAGE), -EPERM, "it is registered for nothing else");
	r = memory(dev, op, CCWBROKER_MEMORY_FETCH_ONLY, BESIDE, PAGE);
	check(r == 0 && is_registered(id, 1), "but for that", r);
	r = memory(dev, op, CCWBROKER_MEMORY_FETCH_ONLY, DEVICE_IOVA, DEVICE_SIZE);
	check(r == 0 && is_registered(id, PAGES + 1), "so is memory that takes stores", r);
	program_sense_id(dev);
	r = run(dev, 5000, &cmd);
	check(r == -EPERM && cmd.reason == CCWBROKER_REFUSED_DATA_PROTECTED,
	      "no program stores into it", cmd.reason);
	program_endless(dev);
	r = run(dev, 300, &cmd);
	check(r == -ETIMEDOUT, "one that writes from it runs", r);
	r = take_back(dev, DEVICE_IOVA, DEVICE_SIZE) ?: take_back(dev, BESIDE, PAGE);
	check(r == 0 && unmap_beside(dev) == 0, "take it back, unmap", r);
	check_dropped(id, "it is gone");
	check_works(dev, "the device works");
}

static void test_unmap(struct device *dev, const char *id, void *mem)
{
	int r;

	put_all(dev);
	r = device_unmap(dev);
	check(r == 0, "unmap with nothing active", r);
	check_dropped(id, "drops it");
	check_refused(take_back(dev, DEVICE_IOVA, DEVICE_SIZE), -ENOENT, "so it cannot go again");
	check(device_map(dev) == 0, "map again", 0);
	put_all(dev);
	program_endless(dev);
	check(start(dev) == 0, "endless program", 0);
	r = device_unmap(dev);
	check(r == 0, "unmap ends it", r);
	check_dropped(id, "and drops its memory");
	check(device_map(dev) == 0 && map_beside(dev, mem, true) == 0, "map, and beside it", 0);
	r = put(dev, DEVICE_IOVA, DEVICE_SIZE + PAGE);
	check(r == 0 && is_registered(id, PAGES + 1), "a range over both", r);
	program_endless(dev);
	check(start(dev) == 0, "endless program in the first", 0);
	r = unmap_beside(dev);
	check(r == 0, "unmap of the second ends it", r);
	check_dropped(id, "and drops all of the range");
	check_works(dev, "the device works after it");
}

static void test_detach(struct device *dev, const char *id)
{
	int r;

	put_all(dev);
	program_endless(dev);
	check(start(dev) == 0, "endless program", 0);
	r = ioas_detach(dev->device);
	check(r == 0, "DETACH ends it", r);
	check_dropped(id, "and drops its memory");
	check_refused(put(dev, DEVICE_IOVA, PAGE), -EFAULT, "nothing can be registered now");
	r = iommufd_attach(dev->device, dev->ioas);
	check(r == 0, "ATTACH again", r);
	check_works(dev, "the device works after it");
}

struct racer {
	struct device *dev;
	volatile bool ends;
	long turns;
	int worst;
};

/* What can be said while the memory comes and goes. */
static void *racer_run(void *arg)
{
	struct racer *racer = arg;
	int r;

	while (!racer->ends) {
		r = put(racer->dev, DEVICE_IOVA, DEVICE_SIZE);
		if (r && r != -EFAULT)
			racer->worst = r;
		r = r ?: take_back(racer->dev, DEVICE_IOVA, DEVICE_SIZE);
		if (r && r != -EFAULT && r != -ENOENT)
			racer->worst = r;
		racer->turns++;
	}
	return NULL;
}

/* VFIO's type1 panics when it finds the memory that it takes away pinned again and again. */
static void test_race(struct device *dev, const char *id)
{
	struct racer racer = { .dev = dev };
	pthread_t thread;
	int i, r = 0;

	pthread_create(&thread, NULL, racer_run, &racer);
	for (i = 0; !r && i < RACE_TURNS; i++) {
		usleep(i % 16 * 1000); /* some of it while nothing may be pinned yet */
		r = device_unmap(dev) ?: device_map(dev);
	}
	racer.ends = true;
	pthread_join(thread, NULL);
	check(r == 0, "unmapped and mapped while it is registered all the time", r);
	check(racer.worst == 0, "which never fails otherwise", racer.worst);
	check(racer.turns > RACE_TURNS / 8, "and is tried often enough", racer.turns);
	(void)take_back(dev, DEVICE_IOVA, DEVICE_SIZE); /* what it may have left */
	check_dropped(id, "nothing stays");
	check_works(dev, "the device works after it");
}

static void test_revoked(const char *id)
{
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "open", r);
	put_all(&dev);
	program_endless(&dev);
	check(start(&dev) == 0, "endless program", 0);
	check(attr_write(id, "revoke", "1") == 0, "revoke", 0);
	check_dropped(id, "drops its memory");
	check_refused(put(&dev, DEVICE_IOVA, PAGE), -ENODEV, "nothing can be registered any more");
	device_close(&dev);
	check(device_unbind(id) == 0 && device_bind(id) == 0, "bind anew", 0);
}

static void test_closed(struct device *dev, const char *id)
{
	put_all(dev);
	program_endless(dev);
	check(start(dev) == 0, "endless program", 0);
	device_close(dev);
	check_dropped(id, "close drops it");
}

void test_registered(const char *id)
{
	struct device dev;
	void *mem;
	int r;

	r = device_open(id, &dev);
	mem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(r == 0 && mem != MAP_FAILED, "open", r);
	if (r || mem == MAP_FAILED)
		return;
	check(is_registered(id, 0), "nothing is registered at first", 0);
	test_arguments(&dev, id);
	test_ranges(&dev, id);
	test_programs(&dev, id);
	test_fetch_only(&dev, id, mem);
	test_unmap(&dev, id, mem);
	if (device_by_iommufd)
		test_detach(&dev, id);
	test_race(&dev, id);
	test_closed(&dev, id);
	munmap(mem, PAGE);
	test_revoked(id);
}
