// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * What a channel program costs inside the kernel: takes one ccw device, starts the same program
 * again and again, each after the last one's interrupt, and times it. The least that any way from
 * user space can cost. Knows nothing of VFIO; never installed.
 *
 * Attribute `floor` of the device: write "COMMAND CCWS BYTES IDAL PROGRAMS" (hex, then numbers; IDAL 0
 * or 1), which returns when all have ended; read the nanoseconds and how many ended badly.
 */
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include <asm/ccwdev.h>
#include <asm/cio.h>
#include <asm/dma-types.h>
#include <asm/scsw.h>

#define FLOOR_CCWS_MAX	   64
#define FLOOR_PAGES	   64
#define FLOOR_PROGRAMS_MAX 1000000
#define FLOOR_TIMEOUT	   (10 * HZ)

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "bus id of the one device to take");

struct floor {
	struct mutex lock; /* one run at a time; guards all but what the interrupt writes */
	struct ccw1 *ccws;
	dma64_t *idal;
	void *page[FLOOR_PAGES];
	struct completion ended;
	bool was_good; /* written by the interrupt, before ended */
	u64 ns;
	unsigned int bad;
};

struct floor_shape {
	unsigned int command;
	unsigned int ccws;
	unsigned int bytes; /* of each CCW */
	unsigned int idal;
	unsigned int programs;
};

static void floor_interrupt(struct ccw_device *cdev, unsigned long intparm, struct irb *irb)
{
	struct floor *floor = dev_get_drvdata(&cdev->dev);

	if (!intparm)
		return; /* not an answer to a start */
	if (!IS_ERR(irb) && !(scsw_stctl(&irb->scsw) & SCSW_STCTL_SEC_STATUS))
		return;
	floor->was_good = !IS_ERR(irb) && !scsw_cstat(&irb->scsw) &&
			  scsw_dstat(&irb->scsw) == (DEV_STAT_CHN_END | DEV_STAT_DEV_END);
	complete(&floor->ended);
}

static int floor_start(struct ccw_device *cdev, struct floor *floor)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(get_ccwdev_lock(cdev), flags);
	ret = ccw_device_start(cdev, floor->ccws, 1, 0, 0);
	spin_unlock_irqrestore(get_ccwdev_lock(cdev), flags);
	if (ret)
		return ret;
	if (!wait_for_completion_timeout(&floor->ended, FLOOR_TIMEOUT))
		return -ETIMEDOUT;
	floor->bad += !floor->was_good;
	return 0;
}

static void floor_build(struct floor *floor, const struct floor_shape *shape)
{
	unsigned int i;

	for (i = 0; i < shape->ccws; i++)
		floor->ccws[i] = (struct ccw1){
			.cmd_code = shape->command,
			.flags = CCW_FLAG_SLI | (i + 1 < shape->ccws ? CCW_FLAG_CC : 0) |
				 (shape->idal ? CCW_FLAG_IDA : 0),
			.count = shape->bytes,
			.cda = virt_to_dma32(shape->idal ? (void *)floor->idal : floor->page[i]),
		};
	for (i = 0; i < FLOOR_PAGES; i++)
		floor->idal[i] = virt_to_dma64(floor->page[i]);
}

static int floor_run(struct ccw_device *cdev, struct floor *floor, const struct floor_shape *shape)
{
	unsigned int i;
	int ret = 0;
	u64 since;

	floor_build(floor, shape);
	floor->bad = 0;
	reinit_completion(&floor->ended);
	since = ktime_get_ns();
	for (i = 0; i < shape->programs && !ret; i++)
		ret = floor_start(cdev, floor);
	floor->ns = ktime_get_ns() - since;
	return ret;
}

static ssize_t floor_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	struct floor *floor = dev_get_drvdata(dev);
	struct floor_shape shape;
	int ret;

	if (sscanf(buf, "%x %u %u %u %u", &shape.command, &shape.ccws, &shape.bytes, &shape.idal,
		   &shape.programs) != 5)
		return -EINVAL;
	if (!shape.ccws || shape.ccws > FLOOR_CCWS_MAX || shape.programs > FLOOR_PROGRAMS_MAX ||
	    shape.bytes > (shape.idal ? U16_MAX : PAGE_SIZE))
		return -EINVAL;
	mutex_lock(&floor->lock);
	ret = floor_run(to_ccwdev(dev), floor, &shape);
	mutex_unlock(&floor->lock);
	return ret ?: count;
}

static ssize_t floor_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct floor *floor = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%llu %u\n", floor->ns, floor->bad);
}
static DEVICE_ATTR_RW(floor);

static void floor_free(struct floor *floor)
{
	unsigned int i;

	for (i = 0; i < FLOOR_PAGES; i++)
		free_page((unsigned long)floor->page[i]);
	free_page((unsigned long)floor->idal);
	free_page((unsigned long)floor->ccws);
	kfree(floor);
}

static void *floor_page(void)
{
	return (void *)get_zeroed_page(GFP_KERNEL | GFP_DMA); /* where 31-bit addresses reach */
}

static struct floor *floor_new(void)
{
	struct floor *floor = kzalloc(sizeof(*floor), GFP_KERNEL);
	bool is_whole;
	unsigned int i;

	if (!floor)
		return NULL;
	mutex_init(&floor->lock);
	init_completion(&floor->ended);
	floor->ccws = floor_page();
	floor->idal = floor_page();
	is_whole = floor->ccws && floor->idal;
	for (i = 0; i < FLOOR_PAGES; i++) {
		floor->page[i] = floor_page();
		is_whole &= !!floor->page[i];
	}
	if (is_whole)
		return floor;
	floor_free(floor);
	return NULL;
}

static int floor_probe(struct ccw_device *cdev)
{
	struct floor *floor;
	int ret;

	if (!device || !sysfs_streq(device, dev_name(&cdev->dev)))
		return -ENODEV;
	floor = floor_new();
	if (!floor)
		return -ENOMEM;
	dev_set_drvdata(&cdev->dev, floor);
	cdev->handler = floor_interrupt;
	ret = device_create_file(&cdev->dev, &dev_attr_floor);
	if (ret) {
		cdev->handler = NULL;
		floor_free(floor);
	}
	return ret;
}

static void floor_remove(struct ccw_device *cdev)
{
	device_remove_file(&cdev->dev, &dev_attr_floor);
	if (cdev->online)
		ccw_device_set_offline(cdev);
	cdev->handler = NULL;
	floor_free(dev_get_drvdata(&cdev->dev));
}

static int floor_set_online(struct ccw_device *cdev)
{
	return 0;
}

static struct ccw_device_id floor_ids[] = {
	{ .match_flags = 0x8000 }, /* no field compared: every device; probe takes one */
	{},
};

static struct ccw_driver floor_driver = {
	.driver = { .owner = THIS_MODULE, .name = "ccwfloor" },
	.ids = floor_ids,
	.probe = floor_probe,
	.remove = floor_remove,
	.set_online = floor_set_online,
	.set_offline = floor_set_online,
	.int_class = IRQIO_CIO,
};
module_driver(floor_driver, ccw_driver_register, ccw_driver_unregister);

MODULE_DESCRIPTION("What a channel program costs inside the kernel");
MODULE_LICENSE("GPL");
