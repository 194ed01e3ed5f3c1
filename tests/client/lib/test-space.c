/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/space.c: where memory is placed, what is refused, and that nothing stays mapped. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "check-main.h"
#include "fake-vfio.h"
#include "space.h"

#define PAGE 4096

static uint8_t *pages(size_t n)
{
	uint8_t *memory =
		mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	return memory;
}

static void check_places(int iommu)
{
	struct ccwb_space *space;
	uint8_t *own = pages(4);
	void *memory;
	uint32_t iova;

	ck_assert_int_eq(space_new(iommu, &space), 0);
	ck_assert_int_eq(ccwb_space_alloc(space, 1, &memory, &iova), 0);
	ck_assert_uint_eq(iova, SPACE_IOVA_FIRST);
	ck_assert_int_eq(((uint8_t *)memory)[PAGE - 1], 0);
	/* ours goes around what the caller has put where the next would be */
	ck_assert_int_eq(ccwb_space_map(space, own, 4 * PAGE, iova + PAGE,
					CCWB_SPACE_FETCH | CCWB_SPACE_STORE),
			 0);
	ck_assert_int_eq(ccwb_space_alloc(space, 2 * PAGE + 1, &memory, &iova), 0);
	ck_assert_uint_eq(iova, SPACE_IOVA_FIRST + 5 * PAGE);
	/* and what was given back is free again */
	ck_assert_int_eq(ccwb_space_unmap(space, SPACE_IOVA_FIRST), 0);
	ck_assert_int_eq(ccwb_space_unmap(space, SPACE_IOVA_FIRST), -ENOENT);
	ck_assert_int_eq(ccwb_space_unmap(space, SPACE_IOVA_FIRST + 2 * PAGE), -ENOENT);
	ck_assert_int_eq(ccwb_space_alloc(space, 0, &memory, &iova), 0);
	ck_assert_uint_eq(iova, SPACE_IOVA_FIRST);
	own[0] = 7; /* the caller's, also after the end */
	ck_assert_ptr_eq(space_ref(space), space);
	ck_assert_ptr_null(space_unref(space));
	ck_assert_int_eq(ccwb_space_unmap(space, SPACE_IOVA_FIRST), 0);
	ck_assert_ptr_null(space_unref(space));
	ck_assert_int_eq(own[0], 7);
	munmap(own, 4 * PAGE);
}

START_TEST(test_memory_is_placed_where_there_is_room)
{
	struct fake_vfio *vfio = fake_vfio_start();

	check_places(vfio->container);
	check_places(vfio->iommufd);
	fake_vfio_end();
}
END_TEST

START_TEST(test_what_cannot_be_mapped_is_refused)
{
	struct fake_vfio *vfio = fake_vfio_start();
	struct ccwb_space *space;
	uint8_t *own = pages(2);
	void *memory = NULL;
	uint32_t iova;

	ck_assert_int_eq(space_new(vfio->container, &space), 0);
	ck_assert_int_eq(ccwb_space_map(space, own + 8, PAGE, 0x20000, CCWB_SPACE_FETCH), -EINVAL);
	ck_assert_int_eq(ccwb_space_map(space, own, PAGE + 8, 0x20000, CCWB_SPACE_FETCH), -EINVAL);
	ck_assert_int_eq(ccwb_space_map(space, own, PAGE, 0x20008, CCWB_SPACE_FETCH), -EINVAL);
	ck_assert_int_eq(ccwb_space_map(space, own, 0, 0x20000, CCWB_SPACE_FETCH), -EINVAL);
	ck_assert_int_eq(ccwb_space_map(space, own, PAGE, 0x20000, 0), -EINVAL);
	ck_assert_int_eq(ccwb_space_map(space, own, PAGE, 0x20000, 4), -EINVAL);
	ck_assert_int_eq(ccwb_space_map(space, own, 2 * PAGE, UINT64_MAX - PAGE + 1,
					CCWB_SPACE_FETCH),
			 -EINVAL);
	ck_assert_int_eq(ccwb_space_map(space, own, 2 * PAGE, 0x20000, CCWB_SPACE_FETCH), 0);
	ck_assert_int_eq(ccwb_space_map(space, own, PAGE, 0x21000, CCWB_SPACE_FETCH), -EEXIST);
	ck_assert_int_eq(ccwb_space_map(space, own, 2 * PAGE, 0x1f000, CCWB_SPACE_FETCH), -EEXIST);
	ck_assert_int_eq(ccwb_space_map(space, own, PAGE, 0x1f000, CCWB_SPACE_FETCH), 0);
	ck_assert_int_eq(ccwb_space_alloc(space, SPACE_IOVA_END, &memory, &iova), -E2BIG);
	ck_assert_int_eq(ccwb_space_alloc(space, SIZE_MAX, &memory, &iova), -E2BIG);
	vfio->maps_failing = 1;
	ck_assert_int_eq(ccwb_space_alloc(space, 8, &memory, &iova), -ENOMEM);
	ck_assert_ptr_null(memory);
	ck_assert_uint_eq(vfio->maps, 2);
	space_unref(space);
	munmap(own, 2 * PAGE);
	fake_vfio_end();
}
END_TEST

START_TEST(test_4096_maps_are_the_most)
{
	struct fake_vfio *vfio = fake_vfio_start();
	uint8_t *own = pages(1);
	struct ccwb_space *space;

	vfio->has_many_maps = true;
	ck_assert_int_eq(space_new(vfio->container, &space), 0);
	for (uint64_t i = 0; i < CCWB_SPACE_MAPS_MAX; i++)
		ck_assert_int_eq(ccwb_space_map(space, own, PAGE, i * PAGE, CCWB_SPACE_FETCH), 0);
	ck_assert_int_eq(ccwb_space_map(space, own, PAGE, (uint64_t)CCWB_SPACE_MAPS_MAX * PAGE,
					CCWB_SPACE_FETCH),
			 -E2BIG);
	space_unref(space);
	munmap(own, PAGE);
	fake_vfio_end();
}
END_TEST

START_TEST(test_fds_that_are_something_else)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct ccwb_space *space = NULL;

	ck_assert_int_ge(null, 0);
	ck_assert_refused(space_new(null, &space), -ENOTTY);
	ck_assert_refused(space_new(-1, &space), -EBADF);
	ck_assert_ptr_null(space);
	ck_assert_ptr_null(space_unref(NULL));
}
END_TEST

CHECK_MAIN("space", test_memory_is_placed_where_there_is_room,
	   test_what_cannot_be_mapped_is_refused, test_4096_maps_are_the_most,
	   test_fds_that_are_something_else)
