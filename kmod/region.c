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

#include "cp.h"
#include "region.h"
#include "request.h"

#define REGION_SHIFT 10 /* index << 10 | position: larger than the largest region */
#define REGION_MASK  ((1ULL << REGION_SHIFT) - 1)

struct region {
	u32 flags; /* VFIO_REGION_INFO_FLAG_* */
	size_t size;
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

static const struct region region_table[] = {
	[VFIO_CCW_CONFIG_REGION_INDEX] = {
		.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
		.size = sizeof(struct ccw_io_region),
		.read = region_read_io,
		.write = region_write_io,
	},
};

unsigned int region_count(void)
{
	return ARRAY_SIZE(region_table);
}

void region_init(struct region_set *regions)
{
	mutex_init(&regions->mutex);
}

void region_clear(struct region_set *regions)
{
	mutex_lock(&regions->mutex);
	memset(&regions->io, 0, sizeof(regions->io));
	mutex_unlock(&regions->mutex);
}

static const struct region *region_lookup(u64 index)
{
	if (index >= ARRAY_SIZE(region_table))
		return NULL;
	return &region_table[array_index_nospec(index, ARRAY_SIZE(region_table))];
}

int region_info(struct vfio_region_info *info)
{
	const struct region *region = region_lookup(info->index);

	if (!region)
		return -EINVAL;
	info->flags = region->flags;
	info->size = region->size;
	info->offset = (u64)info->index << REGION_SHIFT;
	return 0;
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
	return region && !pos ? region->write(regions, req, buf, count) : -EINVAL;
}
