/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns one leased device in use: memory the device can see, and the start of channel programs.
 * Does not know where the fds come from nor what a program does.
 *
 * Memory is mapped for the device before use and stays so; nothing is pinned by that. Only
 * while a program runs are the pages it touches pinned, and those count against RLIMIT_MEMLOCK.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "ccwbroker.h"
#include "iommufd.h"
#include "region.h"
#include "session.h"

/* Bits of ORB bytes 5 and 6 */
#define ORB_FORMAT_1	  0x80
#define ORB_PREFETCH	  0x40
#define ORB_FORMAT_2_IDAW 0x02
#define ORB_ALL_PATHS	  0xff

/* Bit of SCSW byte 2 */
#define SCSW_START 0x40

_Static_assert(IRB_SIZE <= CCWBROKER_IRB_SIZE, "the kernel gives a whole IRB");

struct map {
	uint8_t *memory;
	uint32_t iova;
	size_t size;
};

struct session {
	int container; /* not ours; -1 with an iommufd */
	int iommufd;   /* not ours; -1 with a container */
	int device;    /* not ours */
	uint32_t ioas; /* with an iommufd */
	struct map maps[SESSION_MAPS_MAX];
	unsigned int n_maps;
	uint32_t next_iova;
	size_t page_size;
};

static const char *const refusal_words[] = {
	[CCWBROKER_REFUSED_NOT] = "it was not refused",
	[CCWBROKER_REFUSED_ORB] = "the operation request block asks for something unsupported",
	[CCWBROKER_REFUSED_ADDRESS] = "the program's address is not valid",
	[CCWBROKER_REFUSED_CCW_UNREADABLE] = "the CCW lies outside of mapped memory",
	[CCWBROKER_REFUSED_CCW_INVALID] =
		"the channel knows no such command code or combination of flags",
	[CCWBROKER_REFUSED_CCW_UNSUPPORTED] =
		"unsupported: a suspend flag, a MIDAW flag or its interruption, or copied data both read and written",
	[CCWBROKER_REFUSED_TIC] =
		"a tic may not come first, lead to a tic, or lead out of the program",
	[CCWBROKER_REFUSED_RUN_LENGTH] = "too many CCWs in a row",
	[CCWBROKER_REFUSED_RUN_COUNT] = "too many pieces joined by tic",
	[CCWBROKER_REFUSED_IDAL_UNREADABLE] = "its address list lies outside of mapped memory",
	[CCWBROKER_REFUSED_IDAW] = "its address list is not aligned",
	[CCWBROKER_REFUSED_DATA_UNMAPPED] = "its data lies outside of mapped memory",
	[CCWBROKER_REFUSED_DATA_PROTECTED] = "the device would store into read-only memory",
	[CCWBROKER_REFUSED_DATA_SIZE] = "the program transfers too much data in one go",
	[CCWBROKER_REFUSED_RESOURCES] =
		"not enough memory, or more than may be locked (see ulimit -l)",
	[CCWBROKER_REFUSED_COMMAND] = "the device may not be given this command",
};

static int check_device(int device)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	if (ioctl(device, VFIO_DEVICE_GET_INFO, &info) < 0)
		return -errno;
	return info.flags & VFIO_DEVICE_FLAGS_CCW ? 0 : -EPROTO;
}

static struct session *session_make(int container, int iommufd, int device)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->container = container;
	session->iommufd = iommufd;
	session->device = device;
	session->next_iova = SESSION_IOVA_FIRST;
	session->page_size = (size_t)sysconf(_SC_PAGESIZE);
	return session;
}

int session_new(int container_peek, int device_peek, struct session **ret)
{
	struct session *session;
	int r;

	if (ioctl(container_peek, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		return -ENOTTY;
	r = check_device(device_peek);
	if (r < 0)
		return r;
	session = session_make(container_peek, -1, device_peek);
	if (!session)
		return -ENOMEM;
	*ret = session;
	return 0;
}

int session_new_iommufd(int iommufd_peek, int device_peek, struct session **ret)
{
	_cleanup_(session_freep) struct session *session =
		session_make(-1, iommufd_peek, device_peek);
	int r;

	if (!session)
		return -ENOMEM;
	r = iommufd_new_ioas(iommufd_peek, &session->ioas);
	if (r >= 0)
		r = iommufd_bind(device_peek, iommufd_peek);
	if (r >= 0)
		r = iommufd_attach(device_peek, session->ioas);
	if (r >= 0)
		r = check_device(device_peek);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(session);
	return 0;
}

static int dma_map(const struct session *session, const struct map *map)
{
	struct vfio_iommu_type1_dma_map dma = {
		.argsz = sizeof(dma),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)map->memory,
		.iova = map->iova,
		.size = map->size,
	};

	if (session->iommufd >= 0)
		return iommufd_map(session->iommufd, session->ioas, map->memory, map->iova,
				   map->size, IOMMUFD_READABLE | IOMMUFD_WRITABLE);
	return ioctl(session->container, VFIO_IOMMU_MAP_DMA, &dma) < 0 ? -errno : 0;
}

/* Fails only when the container or iommufd is gone, and its mappings with it. */
static void dma_unmap(const struct session *session, const struct map *map)
{
	struct vfio_iommu_type1_dma_unmap dma = {
		.argsz = sizeof(dma),
		.iova = map->iova,
		.size = map->size,
	};

	if (session->iommufd < 0)
		(void)ioctl(session->container, VFIO_IOMMU_UNMAP_DMA, &dma);
	else if (iommufd_unmap(session->iommufd, session->ioas, map->iova, map->size) < 0)
		return;
}

struct session *session_free(struct session *session)
{
	if (!session)
		return NULL;
	for (unsigned int i = 0; i < session->n_maps; i++) {
		dma_unmap(session, &session->maps[i]);
		(void)munmap(session->maps[i].memory,
			     session->maps[i].size); /* ours: cannot fail */
	}
	free(session);
	return NULL;
}

int session_map(struct session *session, size_t size, uint8_t **ret_memory, uint32_t *ret_iova)
{
	struct map map = { .iova = session->next_iova };
	void *memory;
	int r;

	if (session->n_maps >= SESSION_MAPS_MAX || size > SESSION_IOVA_END)
		return -E2BIG;
	size = (size + !size + session->page_size - 1) / session->page_size * session->page_size;
	if (size > SESSION_IOVA_END - session->next_iova)
		return -E2BIG;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	map.memory = memory;
	map.size = size;
	r = dma_map(session, &map);
	if (r < 0) {
		(void)munmap(memory, size); /* just mapped: cannot fail */
		return r;
	}
	session->maps[session->n_maps++] = map;
	*ret_memory = memory;
	*ret_iova = session->next_iova;
	session->next_iova += (uint32_t)size;
	return 0;
}

int session_run(struct session *session, uint32_t iova, unsigned int timeout_ms,
		struct irb *ret_irb, struct session_refusal *ret_refusal)
{
	struct ccwbroker_cmd_request request = {
		.argsz = sizeof(request),
		.timeout_ms = timeout_ms,
		.orb_area = {
			[5] = ORB_FORMAT_1 | ORB_PREFETCH | ORB_FORMAT_2_IDAW,
			[6] = ORB_ALL_PATHS,
			[8] = (uint8_t)(iova >> 24),
			[9] = (uint8_t)(iova >> 16),
			[10] = (uint8_t)(iova >> 8),
			[11] = (uint8_t)iova,
		},
		.scsw_area = { [2] = SCSW_START },
	};
	int r = 0;

	if (ioctl(session->device, VFIO_DEVICE_CCW_CMD_REQUEST, &request) < 0)
		r = -errno;
	if (r == -ENOTTY) /* by the kernel's own vfio_ccw, which gives no reasons either */
		r = region_run(session->device, request.orb_area, timeout_ms, request.irb_area);
	*ret_refusal = (struct session_refusal){
		.reason = r < 0 ? request.reason : CCWBROKER_REFUSED_NOT,
		.ccw = r < 0 ? (uint32_t)request.refused_ccw : 0,
	};
	if (r < 0)
		return r;
	irb_decode(request.irb_area, ret_irb);
	return 0;
}

const char *session_refusal_words(uint32_t reason)
{
	if (reason >= ARRAY_SIZE(refusal_words) || !refusal_words[reason])
		return "a reason that this program does not know";
	return refusal_words[reason];
}
