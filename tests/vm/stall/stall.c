// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * A driver that does not come back: it takes one ccw device, and whoever gives it that or takes it away waits in
 * the kernel, deaf to signals, as long as the parameter `hang` is not 0. Does nothing with the device; never installed.
 */
#include <linux/delay.h>
#include <linux/module.h>

#include <asm/ccwdev.h>

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "bus id of the one device to take");

static int hang;
module_param(hang, int, 0644);
MODULE_PARM_DESC(hang, "1: whoever binds or unbinds it waits until this is 0");

static void stall_wait(void)
{
	while (READ_ONCE(hang))
		msleep(20);
}

static int stall_probe(struct ccw_device *cdev)
{
	if (!device || !sysfs_streq(device, dev_name(&cdev->dev)))
		return -ENODEV;
	stall_wait();
	return 0;
}

static void stall_remove(struct ccw_device *cdev)
{
	stall_wait();
}

static int stall_set_state(struct ccw_device *cdev)
{
	return 0;
}

static struct ccw_device_id stall_ids[] = {
	{ .match_flags = 0x8000 }, /* no field compared: every device; probe takes one */
	{},
};

static struct ccw_driver stall_driver = {
	.driver = { .owner = THIS_MODULE, .name = "ccwstall" },
	.ids = stall_ids,
	.probe = stall_probe,
	.remove = stall_remove,
	.set_online = stall_set_state,
	.set_offline = stall_set_state,
	.int_class = IRQIO_CIO,
};
module_driver(stall_driver, ccw_driver_register, ccw_driver_unregister);

MODULE_DESCRIPTION("A driver whose device does not come back");
MODULE_LICENSE("GPL");
