// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The end of a VFIO device. VFIO takes it back only when every client has closed it. A client that
 * was revoked must not hold up the ccw device by keeping its fd: so a work item waits for that
 * client, and when the device was revoked the binding ends without it. What the client still
 * holds is then cut off from the ccw device: its calls fail, its close finds VFIO a stand-in. That
 * may be the device opened, or an fd with which that was never done.
 */
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

#include <asm/ccwdev.h>

#include "vfio-dev.h"

static struct workqueue_struct *vfio_dev_ends;

int vfio_dev_ends_init(void)
{
	vfio_dev_ends = alloc_workqueue("ccwbroker", WQ_UNBOUND, WQ_MAX_ACTIVE);
	return vfio_dev_ends ? 0 : -ENOMEM;
}

void vfio_dev_ends_exit(void)
{
	destroy_workqueue(vfio_dev_ends);
}

static void vfio_dev_end_work(struct work_struct *work)
{
	struct vfio_dev *dev = container_of(work, struct vfio_dev, end.work);

	vfio_unregister_group_dev(&dev->vdev);
	complete_all(&dev->end.done);
	wake_up_all(&dev->end.wait);
	vfio_dev_put(dev);
}

void vfio_dev_end_init(struct vfio_dev *dev)
{
	INIT_WORK(&dev->end.work, vfio_dev_end_work);
	init_completion(&dev->end.done);
	init_waitqueue_head(&dev->end.wait);
}

void vfio_dev_end_tell(struct vfio_dev *dev, bool is_waiting)
{
	if (is_waiting)
		WRITE_ONCE(dev->end.is_waiting, true);
	wake_up_all(&dev->end.wait);
}

/*
 * VFIO itself looks at the device's driver, to give back the reference to the module that it took at
 * open, and at its IOMMU group. By now another driver may have the real one, with another group.
 */
static void vfio_dev_part(struct request *req)
{
	struct vfio_dev *dev = container_of(req, struct vfio_dev, request);

	dev->end.stand_in.init_name = "revoked";
	dev->end.stand_in.driver = dev->cdev->dev.driver;
	smp_wmb(); /* whole before it is seen */
	WRITE_ONCE(dev->vdev.dev, &dev->end.stand_in);
	iommu_group_remove_device(&dev->cdev->dev);
}

/*
 * What is held are fds that were never bound to an iommufd, and cannot be any more. A close that is
 * on its way has left our callbacks, but VFIO may still look at the device: it holds this lock.
 */
static void vfio_dev_sever_closed(struct vfio_dev *dev)
{
	mutex_lock(&dev->vdev.dev_set->lock);
	request_sever(&dev->request, true, vfio_dev_part);
	mutex_unlock(&dev->vdev.dev_set->lock);
}

/*
 * VFIO waits for who has registered a use of the device; one of our own keeps it from ending in the
 * middle of our parting: both would take the ccw device out of its group. false: it has ended.
 */
static bool vfio_dev_use(struct vfio_dev *dev)
{
	return refcount_inc_not_zero(&dev->vdev.refcount);
}

static void vfio_dev_unuse(struct vfio_dev *dev)
{
	if (refcount_dec_and_test(&dev->vdev.refcount))
		complete(&dev->vdev.comp);
}

void vfio_dev_retire(struct vfio_dev *dev)
{
	WRITE_ONCE(dev->end.is_retired, true);
	get_device(&dev->vdev.device); /* the work's */
	queue_work(vfio_dev_ends, &dev->end.work);
	/* VFIO asks for the device when it is unknown to everybody but those who hold it. */
	wait_event(dev->end.wait,
		   completion_done(&dev->end.done) ||
			   (READ_ONCE(dev->end.is_waiting) && request_is_revoked(&dev->request)));
	if (completion_done(&dev->end.done))
		return;
	if (!vfio_dev_use(dev)) {
		wait_for_completion(&dev->end.done);
		return;
	}
	if (!request_sever(&dev->request, false, vfio_dev_part))
		vfio_dev_sever_closed(dev);
	dev_notice(&dev->cdev->dev, "given up, although a revoked client keeps it open\n");
	vfio_dev_unuse(dev);
}
