// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The model of device-model.h, call by call.
 */
#include "device-model.h"

#define SCHIB_SIZE 52

struct model model;

const size_t model_region_sizes[4] = { sizeof(struct ccw_io_region), sizeof(struct ccw_cmd_region),
				       SCHIB_SIZE, sizeof(struct ccw_crw_region) };

static bool is_inside(const struct access *a)
{
	return a->region < 4 && a->count && a->pos + a->count <= model_region_sizes[a->region];
}

static void ring(unsigned int index)
{
	model.n_rings += model.has_event[index];
}

/* An IRB is taken by who reads all of it. */
static void model_take_irb(const struct access *a)
{
	struct irb irb;

	if (a->pos > 24 || a->pos + a->count < 24 + sizeof(irb) || !fake_driver.n_irbs)
		return;
	fake_driver_irb(fake_driver.irb_mark, &irb);
	memcpy(model.io.irb_area, &irb, sizeof(irb));
}

static int model_take_word(const struct access *a, struct ccw_crw_region *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (a->pos || a->count < sizeof(ret->crw))
		return -EINVAL;
	if (!model.n_words)
		return 0;
	ret->crw = model.words[0];
	memmove(model.words, model.words + 1, --model.n_words * sizeof(*model.words));
	if (model.n_words)
		ring(VFIO_CCW_CRW_IRQ_INDEX);
	return 0;
}

/* What a read has to give, in bytes; or -errno. */
ssize_t model_read(const struct access *a, uint8_t *bytes)
{
	struct ccw_crw_region crw;
	int r = 0;

	if (model.is_revoked)
		return -ENODEV;
	if (!is_inside(a))
		return -EINVAL;
	if (a->region == 0) {
		model_take_irb(a);
		memcpy(bytes, (uint8_t *)&model.io + a->pos, a->count);
	} else if (a->region == 1) {
		memcpy(bytes, (uint8_t *)&model.cmd + a->pos, a->count);
	} else if (a->region == 2) {
		r = fake_driver.r;
		memset(bytes, 0x5c, a->count);
	} else {
		r = model_take_word(a, &crw);
		memcpy(bytes, &crw, r ? 0 : a->count);
	}
	if (r)
		return r;
	return fake_driver.user_size < a->count ? -EFAULT : (ssize_t)a->count;
}

static ssize_t model_start(const struct ccw_io_region *io)
{
	int r = request_check_scsw(io->scsw_area);

	if (!r) {
		model.n_calls++;
		r = fake_driver.r;
	}
	memcpy(model.io.orb_area, io->orb_area, sizeof(io->orb_area));
	memcpy(model.io.scsw_area, io->scsw_area, sizeof(io->scsw_area));
	model.io.ret_code = r;
	return r ? r : (ssize_t)sizeof(*io);
}

static ssize_t model_command(const struct ccw_cmd_region *cmd)
{
	int r = -EINVAL;

	if (cmd->command == VFIO_CCW_ASYNC_CMD_HSCH || cmd->command == VFIO_CCW_ASYNC_CMD_CSCH) {
		model.n_calls++;
		r = fake_driver.r;
	}
	model.cmd = *cmd;
	model.cmd.ret_code = r;
	return r ? r : (ssize_t)sizeof(*cmd);
}

ssize_t model_write(const struct access *a)
{
	struct ccw_cmd_region cmd;
	struct ccw_io_region io;

	if (model.is_revoked)
		return -ENODEV;
	if (a->region > 1 || a->pos || a->count != model_region_sizes[a->region])
		return -EINVAL;
	if (fake_driver.user_size < a->count)
		return -EFAULT;
	if (a->region == 0) {
		memcpy(&io, fake_driver.user, sizeof(io));
		return model_start(&io);
	}
	memcpy(&cmd, fake_driver.user, sizeof(cmd));
	return model_command(&cmd);
}

bool model_has_user(size_t n)
{
	return fake_driver.user_size >= n;
}

uint32_t model_user_word(size_t at)
{
	uint32_t word;

	memcpy(&word, fake_driver.user + at, sizeof(word));
	return word;
}

static long model_argsz(size_t size)
{
	if (!model_has_user(size))
		return -EFAULT;
	return model_user_word(0) < size ? -EINVAL : 0;
}

static long model_region_info(void)
{
	uint32_t argsz, index;
	long r = model_argsz(32);

	if (r)
		return r;
	argsz = model_user_word(0);
	index = model_user_word(8);
	if (index >= 4)
		return -EINVAL;
	return index && argsz >= 48 && !model_has_user(48) ? -EFAULT : 0;
}

static long model_irq_info(void)
{
	long r = model_argsz(16);

	return r ? r : model_user_word(8) >= VFIO_CCW_NUM_IRQS ? -EINVAL : 0;
}

static long model_install(unsigned int index, int32_t fd)
{
	if (fd < -1)
		return -EINVAL;
	if (fd >= 0 && fd % 2)
		return -EBADF;
	model.has_event[index] = fd >= 0;
	return 0;
}

static long model_set_irqs(void)
{
	struct vfio_irq_set hdr;
	size_t data;
	long r;

	if (!model_has_user(20))
		return -EFAULT;
	memcpy(&hdr, fake_driver.user, 20);
	r = vfio_set_irqs_validate_and_prepare(&hdr, 1, VFIO_CCW_NUM_IRQS, &data);
	if (r)
		return r;
	if (!model_has_user(20 + data))
		return -EFAULT;
	if (!(hdr.flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return -EINVAL;
	if (hdr.flags & VFIO_IRQ_SET_DATA_NONE) {
		if (hdr.count)
			ring(hdr.index);
		else
			model.has_event[hdr.index] = false;
		return 0;
	}
	if (!hdr.count)
		return -EINVAL;
	if (hdr.flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return model_install(hdr.index, (int32_t)model_user_word(20));
	if (fake_driver.user[20])
		ring(hdr.index);
	return 0;
}

static long model_request(long r)
{
	if (r)
		return r;
	model.n_calls++;
	return fake_driver.r;
}

static long model_cmd_request(void)
{
	struct ccwbroker_cmd_request cmd;

	if (!model_has_user(sizeof(cmd)))
		return -EFAULT;
	memcpy(&cmd, fake_driver.user, sizeof(cmd));
	if (cmd.argsz < sizeof(cmd) || cmd.flags || cmd.timeout_ms > CCWBROKER_TIMEOUT_MS_MAX)
		return -EINVAL;
	return model_request(request_check_scsw(cmd.scsw_area));
}

static long model_memory(uint32_t flags)
{
	long r = model_argsz(sizeof(struct ccwbroker_memory));

	if (!r && model_user_word(4) & ~flags)
		r = -EINVAL;
	return model_request(r);
}

long model_ioctl(unsigned int op)
{
	if (model.is_revoked)
		return -ENODEV;
	switch (op) {
	case VFIO_DEVICE_GET_INFO:
		return model_argsz(16);
	case VFIO_DEVICE_GET_REGION_INFO:
		return model_region_info();
	case VFIO_DEVICE_GET_IRQ_INFO:
		return model_irq_info();
	case VFIO_DEVICE_SET_IRQS:
		return model_set_irqs();
	case VFIO_DEVICE_RESET:
	case VFIO_DEVICE_CCW_HOT_RESET:
		return model_request(0);
	case VFIO_DEVICE_CCW_CMD_REQUEST:
		return model_cmd_request();
	case VFIO_DEVICE_CCW_REGISTER_MEMORY:
		return model_memory(CCWBROKER_MEMORY_FETCH_ONLY);
	case VFIO_DEVICE_CCW_UNREGISTER_MEMORY:
		return model_memory(0);
	}
	return -ENOTTY;
}
