// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The translator's memory port implemented with VFIO. Everything here may sleep.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>

#include <asm/dma-types.h>

#include "cp-mem-vfio.h"

/* A copy that a kernel thread makes while we wait. */
struct mem_job {
	struct work_struct work;
	struct vfio_device *vdev;
	u64 iova;
	void *buf;
	size_t len;
	bool write;
	int ret;
};

static void mem_job_run(struct work_struct *work)
{
	struct mem_job *job = container_of(work, struct mem_job, work);

	job->ret = vfio_dma_rw(job->vdev, job->iova, job->buf, job->len, job->write);
}

static int mem_copy_by_thread(struct cp_mem *m, u64 iova, void *buf, size_t len, bool write)
{
	struct mem_job job = {
		.vdev = m->vdev,
		.iova = iova,
		.buf = buf,
		.len = len,
		.write = write,
	};

	INIT_WORK_ONSTACK(&job.work, mem_job_run);
	queue_work(system_unbound_wq, &job.work);
	flush_work(&job.work);
	destroy_work_on_stack(&job.work);
	return job.ret;
}

/*
 * VFIO's type1 copies for the process that mapped the memory (-EFAULT for others) and, as a kernel
 * thread has no mm, lends that one the client's. So a thread copies for everybody else who holds
 * the device, also for one that exits: it has no mm either, but may not borrow one.
 */
static int mem_copy(struct cp_mem *m, u64 iova, void *buf, size_t len, bool write)
{
	bool is_thread = current->flags & PF_KTHREAD;
	int ret = -EFAULT;

	if (current->mm || is_thread)
		ret = vfio_dma_rw(m->vdev, iova, buf, len, write);
	if (ret != -EFAULT || is_thread)
		return ret;
	return mem_copy_by_thread(m, iova, buf, len, write);
}

int cp_mem_read(struct cp_mem *m, u64 iova, void *buf, size_t len)
{
	return mem_copy(m, iova, buf, len, false);
}

int cp_mem_write(struct cp_mem *m, u64 iova, const void *buf, size_t len)
{
	return mem_copy(m, iova, (void *)buf, len, true);
}

int cp_mem_pin(struct cp_mem *m, u64 iova, unsigned int npages, bool store, u64 *ret_host)
{
	int prot = IOMMU_READ | (store ? IOMMU_WRITE : 0);
	unsigned int i;
	int ret;

	if (WARN_ON_ONCE(!npages || npages > CP_PIN_PAGES_MAX))
		return -EINVAL;
	ret = vfio_pin_pages(m->vdev, iova, npages, prot, m->pages);
	if (ret < 0)
		return ret;
	if (ret != npages) {
		if (ret)
			vfio_unpin_pages(m->vdev, iova, ret);
		return -EINVAL;
	}
	for (i = 0; i < npages; i++)
		ret_host[i] = page_to_phys(m->pages[i]);
	return 0;
}

void cp_mem_unpin(struct cp_mem *m, u64 iova, unsigned int npages)
{
	vfio_unpin_pages(m->vdev, iova, npages);
}

/* What the kernel has no page for, like the registers of a PCI device, it has not mapped either. */
bool cp_mem_peek(struct cp_mem *m, u64 host, void *buf, size_t len)
{
	if (!pfn_valid(PHYS_PFN(host)))
		return false;
	memcpy(buf, phys_to_virt(host), len);
	return true;
}

/*
 * The channel takes 31-bit addresses for CCWs and IDALs: GFP_DMA memory on s390. More than a page in
 * one piece is often not to be had, and the translator does without.
 */
void *cp_mem_alloc(struct cp_mem *m, size_t size, u32 *ret_host)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT | GFP_DMA | __GFP_ZERO;
	void *p;

	if (size > PAGE_SIZE)
		gfp |= __GFP_NORETRY | __GFP_NOWARN;
	p = size < PAGE_SIZE ? kmalloc(size, gfp) : alloc_pages_exact(size, gfp);
	if (p)
		*ret_host = (__force u32)virt_to_dma32(p);
	return p;
}

void cp_mem_free(struct cp_mem *m, void *p, size_t size)
{
	if (!p)
		return;
	if (size < PAGE_SIZE)
		kfree(p);
	else
		free_pages_exact(p, size);
}
