/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The kernel for the part of the driver that clients call, in user space and one thread: locks that end the
 * test when they are taken twice, a client's memory that ends where it ends. What has no body here is the test's.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "cp-kernel.h"

#include_next <linux/vfio.h>

#include <linux/spinlock.h>

#define __user
typedef int32_t s32;
typedef int64_t s64;

#define offsetofend(type, member)     (offsetof(type, member) + sizeof(((type *)0)->member))
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))
#define READ_ONCE(x)		      (x)
#define array_index_nospec(i, n)      (i)

/* ---- errors in pointers, memory ---- */

#define ERR_PTR(e) ((void *)(intptr_t)(e))
#define PTR_ERR(p) ((long)(intptr_t)(p))
#define IS_ERR(p)  ((uintptr_t)(p) >= (uintptr_t)-4095)
#define kfree(p)   free(p)

/* Bytes that could not be copied, all or none. */
unsigned long copy_from_user(void *to, const void *from, unsigned long n);
unsigned long copy_to_user(void *to, const void *from, unsigned long n);
void *memdup_user(const void *from, size_t n);

/* ---- locks, and what is only there for its size ---- */

struct mutex {
	bool is_taken;
};

#define mutex_init(m) ((m)->is_taken = false)

static inline void mutex_lock(struct mutex *mutex)
{
	assert(!mutex->is_taken);
	mutex->is_taken = true;
}

static inline void mutex_unlock(struct mutex *mutex)
{
	assert(mutex->is_taken);
	mutex->is_taken = false;
}

typedef struct {
	int unused;
} wait_queue_head_t;

struct work_struct {
	int unused;
};

struct delayed_work {
	int unused;
};

struct completion {
	int unused;
};

typedef struct {
	int count;
} refcount_t;

#define refcount_read(r) ((unsigned int)(r)->count)

/* ---- devices ---- */

struct kobject {
	int unused;
};

struct device {
	struct kobject kobj;
};

struct ccw_device {
	struct device dev;
};

#define to_ccwdev(d)	      container_of(d, struct ccw_device, dev)
#define sysfs_notify(k, d, a) ((void)(k))
#define dev_notice(d, text)   ((void)(d))

struct eventfd_ctx;
struct eventfd_ctx *eventfd_ctx_fdget(int fd);
void eventfd_ctx_put(struct eventfd_ctx *ctx);
void eventfd_signal(struct eventfd_ctx *ctx);

/* ---- VFIO ---- */

struct vfio_device {
	struct device *dev;
	refcount_t refcount;
};

struct vfio_info_cap {
	struct vfio_info_cap_header *buf;
	size_t size;
};

struct vfio_device_ops {
	const char *name;
	int (*init)(struct vfio_device *vdev);
	void (*release)(struct vfio_device *vdev);
	void *bind_iommufd, *unbind_iommufd, *attach_ioas, *detach_ioas, *mmap;
	int (*open_device)(struct vfio_device *vdev);
	void (*close_device)(struct vfio_device *vdev);
	ssize_t (*read)(struct vfio_device *vdev, char *buf, size_t count, loff_t *ppos);
	ssize_t (*write)(struct vfio_device *vdev, const char *buf, size_t count, loff_t *ppos);
	long (*ioctl)(struct vfio_device *vdev, unsigned int op, unsigned long arg);
	void (*request)(struct vfio_device *vdev, unsigned int count);
	void (*dma_unmap)(struct vfio_device *vdev, u64 iova, u64 length);
};

#define vfio_iommufd_emulated_bind	  NULL
#define vfio_iommufd_emulated_unbind	  NULL
#define vfio_iommufd_emulated_attach_ioas NULL
#define vfio_iommufd_emulated_detach_ioas NULL

/* The test's: makes one and keeps the operations for itself. */
void *shim_vfio_alloc(size_t size, struct device *dev, const struct vfio_device_ops *ops);
#define vfio_alloc_device(type, member, dev, ops)                                                  \
	((struct type *)shim_vfio_alloc(sizeof(struct type), dev, ops))
#define vfio_register_emulated_iommu_dev(vdev) ((void)(vdev), 0)
void vfio_put_device(struct vfio_device *vdev);

int vfio_info_add_capability(struct vfio_info_cap *caps, struct vfio_info_cap_header *cap,
			     size_t size);
void vfio_info_cap_shift(struct vfio_info_cap *caps, size_t offset);
int vfio_set_irqs_validate_and_prepare(struct vfio_irq_set *hdr, int num_irqs, int max_irq_type,
				       size_t *data_size);
