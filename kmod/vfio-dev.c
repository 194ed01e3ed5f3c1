// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * vfio_device_ops: argument checks of every ioctl, nothing of channel programs.
 */
#include <linux/err.h>
#include <linux/iommufd.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include <asm/ccwdev.h>

#include "compat/compat.h"
#include "uapi/ccwbroker.h"
#include "vfio-dev.h"

static struct vfio_dev *vfio_dev_from(struct vfio_device *vdev)
{
	return container_of(vdev, struct vfio_dev, vdev);
}

static int vfio_dev_init(struct vfio_device *vdev)
{
	struct vfio_dev *dev = vfio_dev_from(vdev);

	dev->cdev = to_ccwdev(vdev->dev);
	notify_init(&dev->notify);
	vfio_dev_end_init(dev);
	region_init(&dev->regions);
	return request_init(&dev->request, dev->cdev, vdev, &dev->notify);
}

static void vfio_dev_release(struct vfio_device *vdev)
{
	request_deinit(&vfio_dev_from(vdev)->request);
}

static void vfio_dev_tell_state(struct vfio_dev *dev)
{
	sysfs_notify(&dev->cdev->dev.kobj, "ccwbroker", "open");
	sysfs_notify(&dev->cdev->dev.kobj, "ccwbroker", "state");
}

static int vfio_dev_open(struct vfio_device *vdev)
{
	struct vfio_dev *dev = vfio_dev_from(vdev);
	int ret;

	region_clear(&dev->regions);
	ret = request_open(&dev->request);
	if (!ret)
		vfio_dev_tell_state(dev);
	return ret;
}

static void vfio_dev_close(struct vfio_device *vdev)
{
	struct vfio_dev *dev = vfio_dev_from(vdev);

	request_close(&dev->request);
	notify_drop_all(&dev->notify);
	if (!request_is_severed(&dev->request))
		vfio_dev_tell_state(dev);
}

static ssize_t vfio_dev_read(struct vfio_device *vdev, char __user *buf, size_t count, loff_t *ppos)
{
	struct vfio_dev *dev = vfio_dev_from(vdev);

	if (request_is_revoked(&dev->request))
		return -ENODEV;
	return region_read(&dev->regions, &dev->request, buf, count, ppos);
}

static ssize_t vfio_dev_write(struct vfio_device *vdev, const char __user *buf, size_t count,
			      loff_t *ppos)
{
	struct vfio_dev *dev = vfio_dev_from(vdev);

	if (request_is_revoked(&dev->request))
		return -ENODEV;
	return region_write(&dev->regions, &dev->request, buf, count, ppos);
}

static long vfio_dev_get_info(struct vfio_dev *dev, void __user *arg)
{
	const unsigned long size = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, size))
		return -EFAULT;
	if (info.argsz < size)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_CCW | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = region_count();
	info.num_irqs = VFIO_CCW_NUM_IRQS;
	return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}

static int vfio_dev_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
				struct vfio_info_cap *caps)
{
	return region_info(info, caps);
}

static long vfio_dev_get_irq_info(struct vfio_dev *dev, void __user *arg)
{
	const unsigned long size = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;

	if (copy_from_user(&info, arg, size))
		return -EFAULT;
	if (info.argsz < size || info.index >= VFIO_CCW_NUM_IRQS)
		return -EINVAL;
	info.flags = VFIO_IRQ_INFO_EVENTFD;
	info.count = 1;
	return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}

static long vfio_dev_set_irqs(struct vfio_dev *dev, void __user *arg)
{
	const unsigned long size = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set hdr;
	size_t data_size = 0;
	void *data = NULL;
	long ret;

	if (copy_from_user(&hdr, arg, size))
		return -EFAULT;
	ret = vfio_set_irqs_validate_and_prepare(&hdr, 1, VFIO_CCW_NUM_IRQS, &data_size);
	if (ret)
		return ret;
	if (data_size) {
		data = memdup_user(arg + size, data_size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	ret = notify_set(&dev->notify, &hdr, data);
	kfree(data);
	return ret;
}

static long vfio_dev_cmd_request(struct vfio_dev *dev, void __user *arg)
{
	struct ccwbroker_cmd_request cmd;
	long ret;

	if (copy_from_user(&cmd, arg, sizeof(cmd)))
		return -EFAULT;
	if (cmd.argsz < sizeof(cmd) || cmd.flags || cmd.timeout_ms > CCWBROKER_TIMEOUT_MS_MAX)
		return -EINVAL;
	ret = request_check_scsw(cmd.scsw_area);
	if (ret)
		return ret;

	cmd.reason = CCWBROKER_REFUSED_NOT;
	cmd.refused_ccw = 0;
	memset(cmd.irb_area, 0, sizeof(cmd.irb_area));
	ret = request_run(&dev->request, &cmd);
	return copy_to_user(arg, &cmd, sizeof(cmd)) ? -EFAULT : ret;
}

static long vfio_dev_memory(struct vfio_dev *dev, void __user *arg, bool registers)
{
	struct ccwbroker_memory memory;
	bool store;

	if (copy_from_user(&memory, arg, sizeof(memory)))
		return -EFAULT;
	if (memory.argsz < sizeof(memory))
		return -EINVAL;
	if (memory.flags & ~(registers ? CCWBROKER_MEMORY_FETCH_ONLY : 0))
		return -EINVAL;
	store = !(memory.flags & CCWBROKER_MEMORY_FETCH_ONLY);
	return registers ? request_register_memory(&dev->request, memory.iova, memory.length, store)
			 : request_unregister_memory(&dev->request, memory.iova, memory.length);
}

static long vfio_dev_ioctl(struct vfio_device *vdev, unsigned int op, unsigned long arg)
{
	struct vfio_dev *dev = vfio_dev_from(vdev);
	void __user *p = (void __user *)arg;

	if (request_is_revoked(&dev->request))
		return -ENODEV;
	switch (op) {
	case VFIO_DEVICE_GET_INFO:
		return vfio_dev_get_info(dev, p);
	case VFIO_DEVICE_GET_REGION_INFO:
		return compat_region_info(vdev, p, vfio_dev_region_info);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return vfio_dev_get_irq_info(dev, p);
	case VFIO_DEVICE_SET_IRQS:
		return vfio_dev_set_irqs(dev, p);
	case VFIO_DEVICE_RESET:
		return request_reset(&dev->request);
	case VFIO_DEVICE_CCW_HOT_RESET:
		return request_hot_reset(&dev->request);
	case VFIO_DEVICE_CCW_CMD_REQUEST:
		return vfio_dev_cmd_request(dev, p);
	case VFIO_DEVICE_CCW_REGISTER_MEMORY:
		return vfio_dev_memory(dev, p, true);
	case VFIO_DEVICE_CCW_UNREGISTER_MEMORY:
		return vfio_dev_memory(dev, p, false);
	default:
		return -ENOTTY;
	}
}

void vfio_dev_ask_release(struct vfio_dev *dev)
{
	notify_signal(&dev->notify, VFIO_CCW_REQ_IRQ_INDEX);
}

void vfio_dev_revoke(struct vfio_dev *dev)
{
	request_revoke(&dev->request);
	vfio_dev_ask_release(dev);
	vfio_dev_tell_state(dev);
	vfio_dev_end_tell(dev, false);
}

static void vfio_dev_request(struct vfio_device *vdev, unsigned int count)
{
	struct vfio_dev *dev = vfio_dev_from(vdev);

	vfio_dev_ask_release(dev);
	vfio_dev_end_tell(dev, true);
	if (count % 10 == 0 && !request_is_revoked(&dev->request))
		dev_notice(vdev->dev, "waiting for the client to close the device\n");
}

static void vfio_dev_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length)
{
	request_unmap(&vfio_dev_from(vdev)->request, iova, length);
}

static const struct vfio_device_ops vfio_dev_ops = {
	.name = "ccwbroker",
	.init = vfio_dev_init,
	.release = vfio_dev_release,
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
	.open_device = vfio_dev_open,
	.close_device = vfio_dev_close,
	.read = vfio_dev_read,
	.write = vfio_dev_write,
	.ioctl = vfio_dev_ioctl,
	.request = vfio_dev_request,
	.dma_unmap = vfio_dev_dma_unmap,
	COMPAT_REGION_INFO_OP(vfio_dev_region_info),
};

struct vfio_dev *vfio_dev_new(struct ccw_device *cdev)
{
	return vfio_alloc_device(vfio_dev, vdev, &cdev->dev, &vfio_dev_ops);
}

int vfio_dev_register(struct vfio_dev *dev)
{
	return vfio_register_emulated_iommu_dev(&dev->vdev);
}

unsigned int vfio_dev_fds(struct vfio_dev *dev)
{
	unsigned int count = refcount_read(&dev->vdev.refcount);

	/* until it retires one of them is the registration's own */
	return count && !READ_ONCE(dev->end.is_retired) ? count - 1 : count;
}
