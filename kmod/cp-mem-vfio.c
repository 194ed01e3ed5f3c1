// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The translator's memory port implemented with VFIO. Everything here may sleep.
 */
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vfio.h>

#include <asm/dma-types.h>

#include "cp-mem-vfio.h"

/*
 * VFIO takes who has no mm for a kernel thread and lends it the client's. A client that exits has
 * none either, when it was the last to hold the device: it is no kernel thread, the kernel would
 * complain, and nobody waits for its data any more.
 */
static bool cp_mem_may_copy(void)
{
	return current->mm || (current->flags & PF_KTHREAD);
}

int cp_mem_read(struct cp_mem *m, u64 iova, void *buf, size_t len)
{
	return cp_mem_may_copy() ? vfio_dma_rw(m->vdev, iova, buf, len, false) : -ESRCH;
}

int cp_mem_write(struct cp_mem *m, u64 iova, const void *buf, size_t len)
{
	return cp_mem_may_copy() ? vfio_dma_rw(m->vdev, iova, (void *)buf, len, true) : -ESRCH;
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

/* The channel takes 31-bit addresses for CCWs and IDALs: GFP_DMA memory on s390. */
void *cp_mem_alloc(struct cp_mem *m, size_t size, u32 *ret_host)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | GFP_DMA | __GFP_ZERO;
	void *p;

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
