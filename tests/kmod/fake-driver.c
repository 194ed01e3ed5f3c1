// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The fakes of fake-driver.h. None of them has an opinion on what a client may do.
 */
#include "fake-driver.h"

#include "cp.h"
#include "kmod/require.h"
#include "schib.h"

struct fake_driver fake_driver;

static struct ccw_device ccw_device;

/* ---- a client's memory ---- */

static bool is_user(const void *at, size_t n)
{
	const uint8_t *p = at;

	return n <= fake_driver.user_size && p >= fake_driver.user &&
	       (size_t)(p - fake_driver.user) <= fake_driver.user_size - n;
}

unsigned long copy_from_user(void *to, const void *from, unsigned long n)
{
	if (!is_user(from, n))
		return n;
	memcpy(to, from, n);
	return 0;
}

unsigned long copy_to_user(void *to, const void *from, unsigned long n)
{
	if (!is_user(to, n))
		return n;
	memcpy(to, from, n);
	return 0;
}

void *memdup_user(const void *from, size_t n)
{
	void *copy;

	if (!is_user(from, n))
		return ERR_PTR(-EFAULT);
	copy = malloc(n);
	if (!copy)
		return ERR_PTR(-ENOMEM);
	memcpy(copy, from, n);
	return copy;
}

/* ---- eventfds: odd numbers are none ---- */

struct eventfd_ctx {
	int fd;
};

struct eventfd_ctx *eventfd_ctx_fdget(int fd)
{
	struct eventfd_ctx *ctx;

	if (fd % 2)
		return ERR_PTR(-EBADF);
	ctx = malloc(sizeof(*ctx));
	REQUIRE(ctx);
	ctx->fd = fd;
	fake_driver.n_contexts++;
	return ctx;
}

void eventfd_ctx_put(struct eventfd_ctx *ctx)
{
	fake_driver.n_contexts--;
	free(ctx);
}

void eventfd_signal(struct eventfd_ctx *ctx)
{
	REQUIRE(ctx->fd % 2 == 0);
	fake_driver.n_rings++;
}

/* ---- VFIO ---- */

void *shim_vfio_alloc(size_t size, struct device *dev, const struct vfio_device_ops *ops)
{
	struct vfio_device *vdev = calloc(1, size);

	REQUIRE(vdev);
	vdev->dev = dev;
	fake_driver.ops = ops;
	return vdev;
}

void vfio_put_device(struct vfio_device *vdev)
{
	free(vdev);
}

int vfio_info_add_capability(struct vfio_info_cap *caps, struct vfio_info_cap_header *cap,
			     size_t size)
{
	REQUIRE(!caps->buf); /* one a region */
	caps->buf = malloc(size);
	if (!caps->buf)
		return -ENOMEM;
	memcpy(caps->buf, cap, size);
	caps->size = size;
	return 0;
}

void vfio_info_cap_shift(struct vfio_info_cap *caps, size_t offset)
{
	REQUIRE(!caps->buf->next && offset); /* one that is alone has no next one */
}

int vfio_set_irqs_validate_and_prepare(struct vfio_irq_set *hdr, int num_irqs, int max_irq_type,
				       size_t *data_size)
{
	static const size_t sizes[] = { 0, 1, 4 };
	uint32_t data = hdr->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	unsigned int kind = data == VFIO_IRQ_SET_DATA_NONE   ? 0
			    : data == VFIO_IRQ_SET_DATA_BOOL ? 1
							     : 2;

	*data_size = 0;
	if (hdr->argsz < offsetofend(struct vfio_irq_set, count) ||
	    hdr->index >= (uint32_t)max_irq_type || hdr->start >= (uint32_t)num_irqs ||
	    hdr->count > (uint32_t)num_irqs - hdr->start ||
	    hdr->flags & ~(VFIO_IRQ_SET_DATA_TYPE_MASK | VFIO_IRQ_SET_ACTION_TYPE_MASK))
		return -EINVAL;
	if (data != VFIO_IRQ_SET_DATA_NONE && data != VFIO_IRQ_SET_DATA_BOOL &&
	    data != VFIO_IRQ_SET_DATA_EVENTFD)
		return -EINVAL;
	if (hdr->argsz - offsetofend(struct vfio_irq_set, count) < hdr->count * sizes[kind])
		return -EINVAL;
	*data_size = hdr->count * sizes[kind];
	return 0;
}

/* ---- the end of the device: nothing ---- */

void vfio_dev_end_init(struct vfio_dev *dev)
{
}

void vfio_dev_end_tell(struct vfio_dev *dev, bool is_waiting)
{
}

/* ---- the request ---- */

static int asked(enum fake_call call)
{
	fake_driver.call = call;
	fake_driver.n_calls++;
	return fake_driver.r;
}

int request_init(struct request *req, struct ccw_device *cdev, struct vfio_device *vdev,
		 struct notify *notify)
{
	req->notify = notify;
	return 0;
}

void request_deinit(struct request *req)
{
}

int request_open(struct request *req)
{
	return 0;
}

void request_close(struct request *req)
{
	fake_driver.n_irbs = 0;
}

int request_reset(struct request *req)
{
	return asked(FAKE_RESET);
}

int request_hot_reset(struct request *req)
{
	return asked(FAKE_HOT_RESET);
}

/* As the comment in request.h says it; byte 2 has the functions. */
int request_check_scsw(const u8 *scsw)
{
	if (scsw[2] & 0x30)
		return -EOPNOTSUPP;
	return scsw[2] & 0x40 ? 0 : -EINVAL;
}

int request_start(struct request *req, const u8 *orb, struct cp_refusal *refusal)
{
	memcpy(fake_driver.orb, orb, sizeof(fake_driver.orb));
	return asked(FAKE_START);
}

int request_run(struct request *req, struct ccwbroker_cmd_request *cmd)
{
	memcpy(fake_driver.orb, cmd->orb_area, sizeof(fake_driver.orb));
	memset(cmd->irb_area, 0xab, sizeof(cmd->irb_area));
	return asked(FAKE_RUN);
}

int request_halt(struct request *req)
{
	return asked(FAKE_HALT);
}

int request_clear(struct request *req)
{
	return asked(FAKE_CLEAR);
}

void fake_driver_irb(uint8_t mark, struct irb *ret)
{
	memset(ret, mark, sizeof(*ret));
}

bool request_get_irb(struct request *req, struct irb *ret_irb)
{
	if (!fake_driver.n_irbs)
		return false;
	fake_driver.n_irbs--;
	fake_driver_irb(fake_driver.irb_mark++, ret_irb);
	return true;
}

void request_revoke(struct request *req)
{
	req->is_revoked = true;
}

int request_store_schib(struct request *req, u8 *ret_schib)
{
	memset(ret_schib, 0x5c, SCHIB_SIZE);
	return fake_driver.r;
}

int request_register_memory(struct request *req, u64 iova, u64 length, bool store)
{
	fake_driver.iova = iova;
	fake_driver.length = length;
	fake_driver.store = store;
	return asked(FAKE_REGISTER);
}

int request_unregister_memory(struct request *req, u64 iova, u64 length)
{
	fake_driver.iova = iova;
	fake_driver.length = length;
	return asked(FAKE_UNREGISTER);
}

void request_unmap(struct request *req, u64 iova, u64 length)
{
}

/* ---- for the test ---- */

void fake_driver_begin(void)
{
	memset(&fake_driver, 0, sizeof(fake_driver));
	fake_driver.dev = vfio_dev_new(&ccw_device);
	REQUIRE(!fake_driver.ops->init(&fake_driver.dev->vdev));
	REQUIRE(!fake_driver.ops->open_device(&fake_driver.dev->vdev));
}

void fake_driver_end(void)
{
	fake_driver.ops->close_device(&fake_driver.dev->vdev);
	REQUIRE(!fake_driver.n_contexts); /* no eventfd is left after the close */
	fake_driver.ops->release(&fake_driver.dev->vdev);
	vfio_put_device(&fake_driver.dev->vdev);
}
