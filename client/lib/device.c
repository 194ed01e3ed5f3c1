/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns one brokered device in use: programs are started here, by the module's one ioctl a program where it is
 * there, else and for callers with an event loop by the regions that the kernel's vfio_ccw has as well.
 * Does not know where the fds come from nor what a program does.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <string.h>
#include <sys/ioctl.h>

#include "ccwbroker.h"
#include "error.h"
#include "program.h"
#include "refusal.h"
#include "region.h"
#include "space.h"

/* Bits of ORB bytes 5 and 6 */
#define ORB_FORMAT_1	  0x80
#define ORB_PREFETCH	  0x40
#define ORB_FORMAT_2_IDAW 0x02
#define ORB_ALL_PATHS	  0xff

/* Bit of SCSW byte 2 */
#define SCSW_START 0x40

/* Fds 0 to 2 stay what they are even when the caller has closed some. */
#define FD_FIRST 3

_Static_assert(CCWBROKER_IRB_SIZE == CCWB_IRB_SIZE && CCWBROKER_ORB_SIZE == CCWB_ORB_SIZE &&
		       CCWBROKER_TIMEOUT_MS_MAX == CCWB_DEVICE_TIMEOUT_MS_MAX &&
		       CCWBROKER_TIMEOUT_MS_DEFAULT == CCWB_DEVICE_TIMEOUT_MS_DEFAULT,
	       "the library and the module mean the same");

struct ccwb_device {
	int fd;
	struct ccwb_space *space;
	struct region region;
	char name[32]; /* "0.0.0580: ", or empty for one of unknown origin */
};

struct ccwb_device *ccwb_device_free(struct ccwb_device *device)
{
	if (!device)
		return NULL;
	region_deinit(&device->region);
	device->fd = macro_close(device->fd); /* with the last copy VFIO stops what runs */
	device->space = space_unref(device->space);
	free(device);
	return NULL;
}

static int check_fd(int fd)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	if (ioctl(fd, VFIO_DEVICE_GET_INFO, &info) < 0)
		return -errno;
	return info.flags & VFIO_DEVICE_FLAGS_CCW ? 0 : -EPROTO;
}

/* Takes a reference of space. */
static int make(struct ccwb_space *space, int fd_peek, const char *name, struct ccwb_device **ret)
{
	_cleanup_(ccwb_device_freep) struct ccwb_device *device = calloc(1, sizeof(*device));
	int r;

	if (!device)
		return -ENOMEM;
	device->region.event = -1;
	device->space = space_ref(space);
	(void)snprintf(device->name, sizeof(device->name), "%s%s", name ?: "", name ? ": " : "");
	device->fd = fcntl(fd_peek, F_DUPFD_CLOEXEC, FD_FIRST);
	if (device->fd < 0)
		return -errno;
	r = space_take_device(space, device->fd);
	if (r >= 0)
		r = check_fd(device->fd);
	if (r >= 0)
		r = region_init(&device->region, device->fd);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(device);
	return 0;
}

static int make_with_fd(int iommu, int fd, const char *name, struct ccwb_device **ret,
			struct ccwb_error *ret_error)
{
	_cleanup_(space_unrefp) struct ccwb_space *space = NULL;
	int r;

	r = space_new(iommu, &space);
	if (r >= 0)
		r = make(space, fd, name, ret);
	if (r < 0)
		return error_set(ret_error, r,
				 "%s%sthe file descriptors are of no use as a channel device: %s",
				 name ?: "", name ? ": " : "", strerror(-r));
	return 0;
}

int ccwb_device_new_from_fds(int iommu, int device, struct ccwb_device **ret,
			     struct ccwb_error *ret_error)
{
	return make_with_fd(iommu, device, NULL, ret, ret_error);
}

int ccwb_device_new(const struct ccwb_lease *lease, struct ccwb_space *space,
		    struct ccwb_device **ret, struct ccwb_error *ret_error)
{
	const char *id = ccwb_lease_device(lease);
	int iommufd = ccwb_lease_fd(lease, CCWB_LEASE_FD_IOMMUFD);
	int iommu = iommufd >= 0 ? iommufd : ccwb_lease_fd(lease, CCWB_LEASE_FD_CONTAINER);
	int fd = ccwb_lease_fd(lease, CCWB_LEASE_FD_DEVICE);
	int r;

	if (fd < 0 || iommu < 0)
		return error_set(
			ret_error, -EBADF,
			"%s: the lease has not the file descriptors: granted by path, or taken",
			id);
	if (!space)
		return make_with_fd(iommu, fd, id, ret, ret_error);
	if (iommufd < 0 || !space_is_iommufd(space))
		return error_set(
			ret_error, -EXDEV,
			"%s: by container it has an address space of its own; acquire both devices with iommu \"iommufd\"",
			id);
	r = make(space, fd, id, ret);
	if (r < 0)
		return error_set(ret_error, r, "%s: cannot share the address space: %s", id,
				 strerror(-r));
	return 0;
}

struct ccwb_space *ccwb_device_space(const struct ccwb_device *device)
{
	return device->space;
}

/* program may be NULL: it is not one of ours. */
static int tell_refusal(const struct ccwb_device *device, const struct ccwb_program *program, int r,
			const struct ccwbroker_cmd_request *request, struct ccwb_error *ret)
{
	const char *words = refusal_words(request->reason);
	uint32_t ccw = (uint32_t)request->refused_ccw;
	uint32_t i = program ? (ccw - ccwb_program_iova(program)) / CCWB_PROGRAM_CCW_SIZE : 0;

	if (program && ccw && i < ccwb_program_count(program))
		(void)error_set(ret, r,
				"%sthe program was refused, nothing was started; CCW %u (%02x): %s",
				device->name, i, ccwb_program_get(program, i)->command, words);
	else if (ccw)
		(void)error_set(
			ret, r,
			"%sthe program was refused, nothing was started; the CCW at %#x: %s",
			device->name, ccw, words);
	else
		(void)error_set(ret, r, "%sthe program was refused, nothing was started: %s",
				device->name, words);
	if (ret) {
		ret->refusal = request->reason;
		ret->refused_ccw = ccw;
	}
	return r;
}

static int tell(const struct ccwb_device *device, int r, unsigned int timeout_ms,
		struct ccwb_error *ret)
{
	switch (r) {
	case -ETIMEDOUT:
		timeout_ms = timeout_ms ?: CCWB_DEVICE_TIMEOUT_MS_DEFAULT;
		return error_set(
			ret, r,
			"%sthe program did not end in %u.%03u s and was stopped; give it more time",
			device->name, timeout_ms / 1000, timeout_ms % 1000);
	case -EACCES:
	case -ENODEV:
		return error_set(
			ret, r,
			"%sthe device is gone or no channel path to it works: %s; look at it with ccwctl info",
			device->name, strerror(-r));
	case -EBUSY:
		return error_set(ret, r,
				 "%sanother program is active; wait for its end, or clear it",
				 device->name);
	}
	return error_set(ret, r, "%sthe program was not run to its end: %s", device->name,
			 strerror(-r));
}

static int run(struct ccwb_device *device, const struct ccwb_program *program,
	       const uint8_t orb[CCWB_ORB_SIZE], unsigned int timeout_ms, struct ccwb_irb *ret,
	       struct ccwb_error *ret_error)
{
	struct ccwbroker_cmd_request request = {
		.argsz = sizeof(request),
		.timeout_ms = timeout_ms,
		.scsw_area = { [2] = SCSW_START },
	};
	int r = 0;

	if (timeout_ms > CCWB_DEVICE_TIMEOUT_MS_MAX)
		return error_set(ret_error, -EINVAL, "%sa program may take %u ms at most, not %u",
				 device->name, CCWB_DEVICE_TIMEOUT_MS_MAX, timeout_ms);
	memcpy(request.orb_area, orb, CCWB_ORB_SIZE);
	if (ioctl(device->fd, VFIO_DEVICE_CCW_CMD_REQUEST, &request) < 0)
		r = -errno;
	else
		ccwb_irb_decode(request.irb_area, ret);
	if (r == -ENOTTY) /* by the kernel's own vfio_ccw, which gives no reasons either */
		r = region_run(&device->region, orb, timeout_ms, ret);
	if (r < 0 && request.reason)
		return tell_refusal(device, program, r, &request, ret_error);
	return r < 0 ? tell(device, r, timeout_ms, ret_error) : 0;
}

int ccwb_device_run_orb(struct ccwb_device *device, const uint8_t orb[CCWB_ORB_SIZE],
			unsigned int timeout_ms, struct ccwb_irb *ret, struct ccwb_error *ret_error)
{
	return run(device, NULL, orb, timeout_ms, ret, ret_error);
}

/* An ORB for a format-1 program of ours, loaded if it is not. */
static int make_orb(struct ccwb_device *device, struct ccwb_program *program,
		    uint8_t ret[CCWB_ORB_SIZE], struct ccwb_error *ret_error)
{
	uint32_t iova;
	int r;

	if (!ccwb_program_iova(program)) {
		r = ccwb_program_load(program, device->space, ret_error);
		if (r < 0)
			return r;
	}
	if (!program_is_in(program, device->space))
		return error_set(
			ret_error, -EXDEV,
			"%sthe program is loaded in the address space of another device; make one for this",
			device->name);
	iova = ccwb_program_iova(program);
	memset(ret, 0, CCWB_ORB_SIZE);
	ret[5] = ORB_FORMAT_1 | ORB_PREFETCH | ORB_FORMAT_2_IDAW;
	ret[6] = ORB_ALL_PATHS;
	ret[8] = (uint8_t)(iova >> 24);
	ret[9] = (uint8_t)(iova >> 16);
	ret[10] = (uint8_t)(iova >> 8);
	ret[11] = (uint8_t)iova;
	return 0;
}

int ccwb_device_run(struct ccwb_device *device, struct ccwb_program *program,
		    unsigned int timeout_ms, struct ccwb_irb *ret, struct ccwb_error *ret_error)
{
	uint8_t orb[CCWB_ORB_SIZE];
	int r;

	r = make_orb(device, program, orb, ret_error);
	return r < 0 ? r : run(device, program, orb, timeout_ms, ret, ret_error);
}

int ccwb_device_start_orb(struct ccwb_device *device, const uint8_t orb[CCWB_ORB_SIZE],
			  struct ccwb_error *ret_error)
{
	int r;

	r = region_event(&device->region);
	if (r >= 0)
		r = region_start(&device->region, orb);
	return r < 0 ? tell(device, r, 0, ret_error) : 0;
}

int ccwb_device_start(struct ccwb_device *device, struct ccwb_program *program,
		      struct ccwb_error *ret_error)
{
	uint8_t orb[CCWB_ORB_SIZE];
	int r;

	r = make_orb(device, program, orb, ret_error);
	return r < 0 ? r : ccwb_device_start_orb(device, orb, ret_error);
}

int ccwb_device_fd(struct ccwb_device *device)
{
	return region_event(&device->region);
}

/* What was asked of the device besides programs: 0, or what it is in words. */
static int finish(const struct ccwb_device *device, const char *what, int r,
		  struct ccwb_error *ret_error)
{
	if (r == -ENOTTY)
		r = -EOPNOTSUPP;
	if (r >= 0)
		return r;
	return error_set(ret_error, r, "%scannot %s: %s%s", device->name, what, strerror(-r),
			 r == -EOPNOTSUPP ? "; that takes the backend ccwbroker" : "");
}

int ccwb_device_next(struct ccwb_device *device, struct ccwb_irb *ret, struct ccwb_error *ret_error)
{
	int r = region_event(&device->region);

	if (r >= 0)
		r = region_next(&device->region, ret);
	return finish(device, "read an interruption", r, ret_error);
}

int ccwb_device_halt(struct ccwb_device *device, struct ccwb_error *ret_error)
{
	return finish(device, "halt", region_command(&device->region, VFIO_CCW_ASYNC_CMD_HSCH),
		      ret_error);
}

int ccwb_device_clear(struct ccwb_device *device, struct ccwb_error *ret_error)
{
	return finish(device, "clear", region_command(&device->region, VFIO_CCW_ASYNC_CMD_CSCH),
		      ret_error);
}

static int call(const struct ccwb_device *device, unsigned long op, void *arg)
{
	return ioctl(device->fd, op, arg) < 0 ? -errno : 0;
}

int ccwb_device_reset(struct ccwb_device *device, struct ccwb_error *ret_error)
{
	return finish(device, "reset", call(device, VFIO_DEVICE_RESET, NULL), ret_error);
}

int ccwb_device_hot_reset(struct ccwb_device *device, struct ccwb_error *ret_error)
{
	return finish(device, "set offline and online again",
		      call(device, VFIO_DEVICE_CCW_HOT_RESET, NULL), ret_error);
}

int ccwb_device_register(struct ccwb_device *device, uint64_t iova, uint64_t size, bool fetch_only,
			 struct ccwb_error *ret_error)
{
	struct ccwbroker_memory memory = {
		.argsz = sizeof(memory),
		.flags = fetch_only ? CCWBROKER_MEMORY_FETCH_ONLY : 0,
		.iova = iova,
		.length = size,
	};

	return finish(device, "register memory",
		      call(device, VFIO_DEVICE_CCW_REGISTER_MEMORY, &memory), ret_error);
}

int ccwb_device_unregister(struct ccwb_device *device, uint64_t iova, uint64_t size,
			   struct ccwb_error *ret_error)
{
	struct ccwbroker_memory memory = {
		.argsz = sizeof(memory),
		.iova = iova,
		.length = size,
	};

	return finish(device, "unregister memory",
		      call(device, VFIO_DEVICE_CCW_UNREGISTER_MEMORY, &memory), ret_error);
}
