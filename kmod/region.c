// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Regions: a table of {size, flags, read, write}, one lookup, one handler for each access.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "cp.h"
#include "notify.h"
#include "region.h"
#include "request.h"
#include "schib.h"

#define REGION_SHIFT 10 /* index << 10 | position: larger than the largest region */
#define REGION_MASK  ((1ULL << REGION_SHIFT) - 1)

struct region {
	u32 flags; /* VFIO_REGION_INFO_FLAG_* */
	size_t size;
	u32 subtype; /* VFIO_REGION_SUBTYPE_CCW_*, 0: found by its index */
	ssize_t (*read)(struct region_set *regions, struct request *req, char __user *buf,
			size_t count, size_t pos);
	ssize_t (*write)(struct region_set *regions, struct request *req, const char __user *buf,
			 size_t count);
};

static bool region_read_wants_irb(size_t count, size_t pos)
{
	return pos <= offsetof(struct ccw_io_region, irb_area) &&
	       pos + count >= offsetof(struct ccw_io_region, irb_area) + sizeof(struct irb);
}

static ssize_t region_read_io(struct region_set *regions, struct request *req, char __user *buf,
			      size_t count, size_t pos)
{
	struct ccw_io_region io;
	struct irb irb;

	mutex_lock(&regions->mutex);
	if (region_read_wants_irb(count, pos) && request_get_irb(req, &irb))
		memcpy(regions->io.irb_area, &irb, sizeof(irb));
	io = regions->io;
	mutex_unlock(&regions->mutex);
	if (count == sizeof(io)) /* of a size known beforehand the kernel checks nothing */
		return copy_to_user(buf, &io, sizeof(io)) ? -EFAULT : count;
	return copy_to_user(buf, (u8 *)&io + pos, count) ? -EFAULT : count;
}

static int region_start(struct request *req, const struct ccw_io_region *io)
{
	struct cp_refusal refusal = {};
	int ret = request_check_scsw(io->scsw_area);

	if (ret)
		return ret;
	return request_start(req, io->orb_area, &refusal);
}

/* Only as a whole: a write in pieces would start a program with each of them (o5). */
static ssize_t region_write_io(struct region_set *regions, struct request *req,
			       const char __user *buf, size_t count)
{
	struct ccw_io_region io;
	int ret;

	if (count != sizeof(io))
		return -EINVAL;
	if (copy_from_user(&io, buf, sizeof(io)))
		return -EFAULT;
	ret = region_start(req, &io);
	mutex_lock(&regions->mutex);
	memcpy(regions->io.orb_area, io.orb_area, sizeof(io.orb_area));
	memcpy(regions->io.scsw_area, io.scsw_area, sizeof(io.scsw_area));
	regions->io.ret_code = ret;
	mutex_unlock(&regions->mutex);
	return ret ?: count;
}

static ssize_t region_read_cmd(struct region_set *regions, struct request *req, char __user *buf,
			       size_t count, size_t pos)
{
	struct ccw_cmd_region cmd;

	mutex_lock(&regions->mutex);
	cmd = regions->cmd;
	mutex_unlock(&regions->mutex);
	return copy_to_user(buf, (u8 *)&cmd + pos, count) ? -EFAULT : count;
}

static int region_command(struct request *req, u32 command)
{
	switch (command) {
	case VFIO_CCW_ASYNC_CMD_HSCH:
		return request_halt(req);
	case VFIO_CCW_ASYNC_CMD_CSCH:
		return request_clear(req);
	default:
		return -EINVAL;
	}
}

static ssize_t region_write_cmd(struct region_set *regions, struct request *req,
				const char __user *buf, size_t count)
{
	struct ccw_cmd_region cmd;

	if (count != sizeof(cmd))
		return -EINVAL;
	if (copy_from_user(&cmd, buf, sizeof(cmd)))
		return -EFAULT;
	cmd.ret_code = region_command(req, cmd.command);
	mutex_lock(&regions->mutex);
	regions->cmd = cmd;
	mutex_unlock(&regions->mutex);
	return (int)cmd.ret_code ?: count;
}

static ssize_t region_read_schib(struct region_set *regions, struct request *req, char __user *buf,
				 size_t count, size_t pos)
{
	u8 schib[SCHIB_SIZE];
	int ret;

	static_assert(sizeof(struct ccw_schib_region) == SCHIB_SIZE);
	ret = request_store_schib(req, schib);
	if (ret)
		return ret;
	return copy_to_user(buf, schib + pos, count) ? -EFAULT : count;
}

static ssize_t region_read_crw(struct region_set *regions, struct request *req, char __user *buf,
			       size_t count, size_t pos)
{
	struct ccw_crw_region crw = {};
	bool more;

	if (pos || count < sizeof(crw.crw)) /* a part would lose the rest */
		return -EINVAL;
	crw.crw = crw_queue_get(&regions->crws, &more);
	if (more)
		notify_signal(req->notify, VFIO_CCW_CRW_IRQ_INDEX);
	return copy_to_user(buf, &crw, count) ? -EFAULT : count;
}

static const struct region region_table[] = {
	[VFIO_CCW_CONFIG_REGION_INDEX] = {
		.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
		.size = sizeof(struct ccw_io_region),
		.read = region_read_io,
		.write = region_write_io,
	},
	{
		.subtype = VFIO_REGION_SUBTYPE_CCW_ASYNC_CMD,
		.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
		.size = sizeof(struct ccw_cmd_region),
		.read = region_read_cmd,
		.write = region_write_cmd,
	},
	{
		.subtype = VFIO_REGION_SUBTYPE_CCW_SCHIB,
		.flags = VFIO_REGION_INFO_FLAG_READ,
		.size = sizeof(struct ccw_schib_region),
		.read = region_read_schib,
	},
	{
		.subtype = VFIO_REGION_SUBTYPE_CCW_CRW,
		.flags = VFIO_REGION_INFO_FLAG_READ,
		.size = sizeof(struct ccw_crw_region),
		.read = region_read_crw,
	},
};

unsigned int region_count(void)
{
	return ARRAY_SIZE(region_table);
}

void region_init(struct region_set *regions)
{
	mutex_init(&regions->mutex);
	crw_queue_init(&regions->crws);
}

void region_clear(struct region_set *regions)
{
	mutex_lock(&regions->mutex);
	memset(&regions->io, 0, sizeof(regions->io));
	memset(&regions->cmd, 0, sizeof(regions->cmd));
	mutex_unlock(&regions->mutex);
	crw_queue_clear(&regions->crws);
}

static const struct region *region_lookup(u64 index)
{
	if (index >= ARRAY_SIZE(region_table))
		return NULL;
	return &region_table[array_index_nospec(index, ARRAY_SIZE(region_table))];
}

int region_info(struct vfio_region_info *info, struct vfio_info_cap *caps)
{
	const struct region *region = region_lookup(info->index);
	struct vfio_region_info_cap_type type = {
		.header.id = VFIO_REGION_INFO_CAP_TYPE,
		.header.version = 1,
		.type = VFIO_REGION_TYPE_CCW,
	};

	if (!region)
		return -EINVAL;
	info->flags = region->flags;
	info->size = region->size;
	info->offset = (u64)info->index << REGION_SHIFT;
	if (!region->subtype)
		return 0;
	type.subtype = region->subtype;
	return vfio_info_add_capability(caps, &type.header, sizeof(type));
}

/* The region of an access that lies wholly inside it; NULL otherwise. */
static const struct region *region_find(loff_t offset, size_t count, size_t *ret_pos)
{
	const struct region *region = region_lookup((u64)offset >> REGION_SHIFT);
	size_t pos = offset & REGION_MASK;

	if (!region || !count || count > region->size || pos > region->size - count)
		return NULL;
	*ret_pos = pos;
	return region;
}

ssize_t region_read(struct region_set *regions, struct request *req, char __user *buf, size_t count,
		    loff_t *ppos)
{
	const struct region *region;
	size_t pos;

	region = region_find(*ppos, count, &pos);
	return region ? region->read(regions, req, buf, count, pos) : -EINVAL;
}

ssize_t region_write(struct region_set *regions, struct request *req, const char __user *buf,
		     size_t count, loff_t *ppos)
{
	const struct region *region;
	size_t pos;

	region = region_find(*ppos, count, &pos);
	return region && region->write && !pos ? region->write(regions, req, buf, count) : -EINVAL;
}
