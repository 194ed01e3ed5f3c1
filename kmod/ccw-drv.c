// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The ccw_driver. Who holds what, when:
 *
 * probe sets the interrupt handler and registers a VFIO device; the ccw device is offline then. A
 * client's open takes it online (request_open), its close offline again; "online" and "open" are the
 * same. There is no set_online or set_offline callback, so nobody can do it through sysfs.
 * notify answers "keep" while a client holds the device: were it unregistered, remove would wait
 * for that client on cio's only work queue and stop hotplug of the whole system (F6).
 * remove waits for the client, or until it is revoked; after that no handler can be called any more.
 * A device that is deleted, and not only unbound, is revoked before that: cio asks nobody about one that is
 * offline, and an fd that was opened and never bound to an iommufd would hold up its work queue.
 */
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/notifier.h>

#include <asm/ccwdev.h>

#include "attrs.h"
#include "ccw-drv.h"
#include "claim.h"
#include "danger.h"
#include "vfio-dev.h"

static void ccw_drv_irq(struct ccw_device *cdev, unsigned long intparm, struct irb *irb)
{
	struct vfio_dev *dev = dev_get_drvdata(&cdev->dev);

	inc_irq_stat(IRQIO_CIO);
	request_interrupt(&dev->request, irb);
}

static void ccw_drv_set_handler(struct ccw_device *cdev,
				void (*handler)(struct ccw_device *, unsigned long, struct irb *))
{
	unsigned long flags;
	spinlock_t *lock = get_ccwdev_lock(cdev);

	spin_lock_irqsave(lock, flags);
	cdev->handler = handler;
	spin_unlock_irqrestore(lock, flags);
}

static void ccw_drv_forget(struct ccw_device *cdev, struct vfio_dev *dev)
{
	ccw_drv_set_handler(cdev, NULL);
	/* cio keeps options for the next driver, and not every driver sets its own */
	ccw_device_clear_options(cdev, CCWDEV_REPORT_ALL);
	dev_set_drvdata(&cdev->dev, NULL);
	vfio_dev_put(dev);
}

static int ccw_drv_probe(struct ccw_device *cdev)
{
	u8 commands[CP_COMMANDS_SIZE];
	struct vfio_dev *dev;
	struct ccw_dev_id id;
	int ret;

	ccw_device_get_id(cdev, &id);
	if (!claim_has(&id))
		return -ENODEV; /* other drivers may have it */
	ret = danger_check(cdev);
	if (ret == -EOPNOTSUPP)
		dev_notice(&cdev->dev, "refused: a QDIO device works on host memory by itself\n");
	if (ret)
		return ret;

	/* Every interrupt is the client's to see, one call for each. */
	ret = ccw_device_set_options(cdev, CCWDEV_REPORT_ALL);
	if (ret)
		return ret;
	dev = vfio_dev_new(cdev);
	if (IS_ERR(dev)) {
		ccw_device_clear_options(cdev, CCWDEV_REPORT_ALL);
		return PTR_ERR(dev);
	}
	danger_commands(cdev, commands);
	(void)request_set_commands(&dev->request, commands); /* nobody has it open yet */
	dev_set_drvdata(&cdev->dev, dev);
	ccw_drv_set_handler(cdev, ccw_drv_irq);
	ret = vfio_dev_register(dev);
	if (ret)
		goto err_forget;
	dev->attrs = attrs_create(dev);
	if (IS_ERR(dev->attrs)) {
		ret = PTR_ERR(dev->attrs);
		goto err_retire;
	}
	return 0;

err_retire:
	vfio_dev_retire(dev);
err_forget:
	ccw_drv_forget(cdev, dev);
	return ret;
}

static void ccw_drv_remove(struct ccw_device *cdev)
{
	struct vfio_dev *dev = dev_get_drvdata(&cdev->dev);

	vfio_dev_retire(dev);
	attrs_remove(dev->attrs); /* not before: `revoke` is how a wait ends */
	ccw_drv_forget(cdev, dev);
}

/* ccwdev lock held; only while online, that is, open. */
static int ccw_drv_notify(struct ccw_device *cdev, int event)
{
	struct vfio_dev *dev = dev_get_drvdata(&cdev->dev);

	switch (event) {
	case CIO_GONE:
	case CIO_NO_PATH:
	case CIO_BOXED:
		request_lost(&dev->request);
		if (event == CIO_GONE)
			vfio_dev_ask_release(dev);
		return 1;
	case CIO_OPER:
		return 1;
	default:
		return 0;
	}
}

/* After paths were verified; there is one event mask for each of the eight paths. */
static void ccw_drv_path_event(struct ccw_device *cdev, int *events)
{
	struct vfio_dev *dev = dev_get_drvdata(&cdev->dev);
	bool reported = false;
	u8 chpid;
	int i;

	for (i = 0; i < 8; i++) {
		if (!(events[i] & (PE_PATH_GONE | PE_PATH_AVAILABLE)) ||
		    ccw_device_get_chpid(cdev, i, &chpid))
			continue;
		crw_queue_put_path(&dev->regions.crws, chpid, events[i] & PE_PATH_AVAILABLE);
		reported = true;
	}
	if (reported)
		notify_signal(&dev->notify, VFIO_CCW_CRW_IRQ_INDEX);
}

/*
 * A flag that cio tests for none of its criteria: every device matches, the claim list decides.
 * There is no MODULE_DEVICE_TABLE, or the module would load itself for every device.
 */
static struct ccw_device_id ccw_drv_ids[] = {
	{ .match_flags = 0x8000 },
	{},
};

static struct ccw_driver ccw_drv = {
	.driver = {
		.owner = THIS_MODULE, /* VFIO takes a reference to it for each open */
		.name = "ccwbroker",
		.groups = claim_groups,
	},
	.ids = ccw_drv_ids,
	.probe = ccw_drv_probe,
	.remove = ccw_drv_remove,
	.notify = ccw_drv_notify,
	.path_event = ccw_drv_path_event,
	.int_class = IRQIO_CIO,
};

/* Unplugged, purged or taken to another subchannel: whoever holds it has nothing left to lose. */
static int ccw_drv_bus_event(struct notifier_block *block, unsigned long event, void *data)
{
	struct device *device = data;

	if (event != BUS_NOTIFY_DEL_DEVICE)
		return NOTIFY_DONE;
	device_lock(device); /* neither probe nor remove is under way */
	if (device->driver == &ccw_drv.driver)
		vfio_dev_revoke(dev_get_drvdata(device));
	device_unlock(device);
	return NOTIFY_OK;
}

static struct notifier_block ccw_drv_bus_events = {
	.notifier_call = ccw_drv_bus_event,
};

/* The bus is known from the driver only, and nothing is claimed before the module is there. */
int ccw_drv_register(void)
{
	int ret;

	ret = ccw_driver_register(&ccw_drv);
	if (ret)
		return ret;
	ret = bus_register_notifier(ccw_drv.driver.bus, &ccw_drv_bus_events);
	if (ret)
		ccw_driver_unregister(&ccw_drv);
	return ret;
}

void ccw_drv_unregister(void)
{
	bus_unregister_notifier(ccw_drv.driver.bus, &ccw_drv_bus_events);
	ccw_driver_unregister(&ccw_drv);
}
