/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what a device sees of our memory, by a VFIO container or by an iommufd. Knows no program.
 *
 * Nothing is pinned by a map; only while a program runs are the pages pinned that it touches, and those count
 * against RLIMIT_MEMLOCK. Devices and loaded programs keep references, so that their ends may come in
 * any order; the lock makes it good for several threads, as a space may be of several devices.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "iommufd.h"
#include "space.h"

#define ROOM_FIRST 16

struct map {
	uint64_t iova;
	size_t size;
	void *memory;
	bool is_own; /* to be given back with munmap */
};

struct ccwb_space {
	pthread_mutex_t lock; /* of maps, n and room */
	unsigned int references;
	int container; /* -1 with an iommufd */
	int iommufd;   /* -1 with a container */
	uint32_t ioas; /* with an iommufd */
	size_t page_size;
	struct map *maps; /* in the order of their addresses */
	size_t n, room;
};

bool space_is_iommufd(const struct ccwb_space *space)
{
	return space->iommufd >= 0;
}

/* Takes fd. An iommufd answers to a container's ioctls as well, but no container to an iommufd's. */
static int recognize(struct ccwb_space *space, int fd)
{
	int r;

	space->iommufd = fd;
	r = iommufd_new_ioas(fd, &space->ioas);
	if (r >= 0)
		return 0;
	if (ioctl(fd, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		return r;
	space->iommufd = -1;
	space->container = fd;
	return 0;
}

int space_new(int iommu, struct ccwb_space **ret)
{
	_cleanup_(space_unrefp) struct ccwb_space *space = calloc(1, sizeof(*space));
	int fd, r;

	if (!space)
		return -ENOMEM;
	space->container = space->iommufd = -1;
	space->references = 1;
	space->page_size = (size_t)sysconf(_SC_PAGESIZE);
	r = pthread_mutex_init(&space->lock, NULL);
	if (r)
		return -r;
	fd = fcntl(iommu, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	r = recognize(space, fd);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(space);
	return 0;
}

struct ccwb_space *space_ref(struct ccwb_space *space)
{
	(void)__atomic_add_fetch(&space->references, 1, __ATOMIC_RELAXED); /* the new count */
	return space;
}

int space_take_device(struct ccwb_space *space, int device)
{
	int r;

	if (!space_is_iommufd(space))
		return 0;
	r = iommufd_bind(device, space->iommufd);
	return r < 0 ? r : iommufd_attach(device, space->ioas);
}

static int dma_map(const struct ccwb_space *space, const struct map *map, unsigned int access)
{
	struct vfio_iommu_type1_dma_map dma = {
		.argsz = sizeof(dma),
		.flags = (access & CCWB_SPACE_FETCH ? VFIO_DMA_MAP_FLAG_READ : 0) |
			 (access & CCWB_SPACE_STORE ? VFIO_DMA_MAP_FLAG_WRITE : 0),
		.vaddr = (uintptr_t)map->memory,
		.iova = map->iova,
		.size = map->size,
	};

	if (space_is_iommufd(space))
		return iommufd_map(space->iommufd, space->ioas, map->memory, map->iova, map->size,
				   (access & CCWB_SPACE_FETCH ? IOMMUFD_READABLE : 0) |
					   (access & CCWB_SPACE_STORE ? IOMMUFD_WRITABLE : 0));
	return ioctl(space->container, VFIO_IOMMU_MAP_DMA, &dma) < 0 ? -errno : 0;
}

/* Fails only when the container or iommufd is gone, and its mappings with it. */
static void dma_unmap(const struct ccwb_space *space, const struct map *map)
{
	struct vfio_iommu_type1_dma_unmap dma = {
		.argsz = sizeof(dma),
		.iova = map->iova,
		.size = map->size,
	};

	if (!space_is_iommufd(space))
		(void)ioctl(space->container, VFIO_IOMMU_UNMAP_DMA, &dma);
	else if (iommufd_unmap(space->iommufd, space->ioas, map->iova, map->size) < 0)
		return;
}

static void map_end(const struct ccwb_space *space, const struct map *map)
{
	dma_unmap(space, map);
	if (map->is_own)
		(void)munmap(map->memory, map->size); /* ours: cannot fail */
}

struct ccwb_space *space_unref(struct ccwb_space *space)
{
	if (!space || __atomic_sub_fetch(&space->references, 1, __ATOMIC_ACQ_REL))
		return NULL;
	for (size_t i = 0; i < space->n; i++)
		map_end(space, &space->maps[i]);
	free(space->maps);
	space->container = macro_close(space->container);
	space->iommufd = macro_close(space->iommufd);
	(void)pthread_mutex_destroy(&space->lock); /* nobody holds it any more */
	free(space);
	return NULL;
}

/* Where in the order a map at iova stands or would stand. */
static size_t find(const struct ccwb_space *space, uint64_t iova)
{
	size_t i = 0;

	while (i < space->n && space->maps[i].iova < iova)
		i++;
	return i;
}

static int make_room(struct ccwb_space *space)
{
	size_t room = space->room ? 2 * space->room : ROOM_FIRST;
	struct map *maps;

	if (space->n >= CCWB_SPACE_MAPS_MAX)
		return -E2BIG;
	if (space->n < space->room)
		return 0;
	maps = realloc(space->maps, room * sizeof(*maps));
	if (!maps)
		return -ENOMEM;
	space->maps = maps;
	space->room = room;
	return 0;
}

/* With the lock held. */
static int add(struct ccwb_space *space, const struct map *map, unsigned int access)
{
	size_t at = find(space, map->iova);
	int r;

	if (at > 0 && space->maps[at - 1].iova + space->maps[at - 1].size > map->iova)
		return -EEXIST;
	if (at < space->n && space->maps[at].iova - map->iova < map->size)
		return -EEXIST;
	r = make_room(space);
	if (r >= 0)
		r = dma_map(space, map, access);
	if (r < 0)
		return r;
	memmove(space->maps + at + 1, space->maps + at, (space->n - at) * sizeof(*map));
	space->maps[at] = *map;
	space->n++;
	return 0;
}

int ccwb_space_map(struct ccwb_space *space, void *memory, size_t size, uint64_t iova,
		   unsigned int access)
{
	const struct map map = { .iova = iova, .size = size, .memory = memory };
	const uint64_t mask = space->page_size - 1;
	int r;

	if (!size || (size | iova | (uintptr_t)memory) & mask || iova + size < iova || !access ||
	    access & ~(unsigned int)(CCWB_SPACE_FETCH | CCWB_SPACE_STORE))
		return -EINVAL;
	(void)pthread_mutex_lock(&space->lock); /* fails for a lock that is broken only */
	r = add(space, &map, access);
	(void)pthread_mutex_unlock(&space->lock); /* ours */
	return r;
}

/* With the lock held: the lowest free range. */
static int find_free(const struct ccwb_space *space, size_t size, uint64_t *ret)
{
	uint64_t iova = SPACE_IOVA_FIRST;

	for (size_t i = 0; i < space->n && space->maps[i].iova < SPACE_IOVA_END; i++) {
		const struct map *map = &space->maps[i];

		if (map->iova >= iova && map->iova - iova >= size)
			break;
		if (map->iova + map->size > iova)
			iova = map->iova + map->size;
	}
	if (iova > SPACE_IOVA_END || size > SPACE_IOVA_END - iova)
		return -E2BIG;
	*ret = iova;
	return 0;
}

int ccwb_space_alloc(struct ccwb_space *space, size_t size, void **ret_memory, uint32_t *ret_iova)
{
	struct map map = { .is_own = true };
	int r;

	if (size > SPACE_IOVA_END)
		return -E2BIG;
	map.size = (size + !size + space->page_size - 1) / space->page_size * space->page_size;
	map.memory =
		mmap(NULL, map.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map.memory == MAP_FAILED)
		return -errno;
	(void)pthread_mutex_lock(&space->lock); /* as above */
	r = find_free(space, map.size, &map.iova);
	if (r >= 0)
		r = add(space, &map, CCWB_SPACE_FETCH | CCWB_SPACE_STORE);
	(void)pthread_mutex_unlock(&space->lock); /* as above */
	if (r < 0) {
		(void)munmap(map.memory, map.size); /* just mapped: cannot fail */
		return r;
	}
	*ret_memory = map.memory;
	*ret_iova = (uint32_t)map.iova;
	return 0;
}

int ccwb_space_unmap(struct ccwb_space *space, uint64_t iova)
{
	size_t at;
	int r = -ENOENT;

	(void)pthread_mutex_lock(&space->lock); /* as above */
	at = find(space, iova);
	if (at < space->n && space->maps[at].iova == iova) {
		map_end(space, &space->maps[at]);
		space->n--;
		memmove(space->maps + at, space->maps + at + 1,
			(space->n - at) * sizeof(*space->maps));
		r = 0;
	}
	(void)pthread_mutex_unlock(&space->lock); /* as above */
	return r;
}
