/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/qemu.c. That QEMU takes the words: tests/vm/cases/qemu-guest.sh.
 */
#include <string.h>

#include "check-main.h"
#include "qemu.h"

static void expect(const char *const *ids, size_t n, struct qemu_way way, const char *want)
{
	_cleanup_(qemu_free_wordsp) char **words = qemu_words(ids, n, way);
	char line[1024] = "";

	ck_assert_ptr_nonnull(words);
	for (char **word = words; *word; word++) {
		/* nothing that a shell would read otherwise */
		ck_assert_uint_eq((*word)[strcspn(*word, " \t\n'\"\\$`*?[]<>|&;()!#~")], '\0');
		ck_assert_ptr_null(strstr(*word, ".."));
		strcat(strcat(line, *word), " ");
	}
	ck_assert_str_eq(line, want);
}

START_TEST(test_by_path)
{
	static const char *const ids[] = { "0.0.1234", "0.1.abcd" };

	expect(ids, 1, (struct qemu_way){},
	       "-device vfio-ccw,id=ccw-0.0.1234,sysfsdev=/sys/bus/ccw/devices/0.0.1234,devno=fe.0.1234 ");
	expect(ids, 2, (struct qemu_way){},
	       "-device vfio-ccw,id=ccw-0.0.1234,sysfsdev=/sys/bus/ccw/devices/0.0.1234,devno=fe.0.1234 "
	       "-device vfio-ccw,id=ccw-0.1.abcd,sysfsdev=/sys/bus/ccw/devices/0.1.abcd,devno=fe.1.abcd ");
	expect(ids, 1, (struct qemu_way){ .by_vfio_ccw = true },
	       "-device vfio-ccw,id=ccw-0.0.1234,sysfsdev={sysfs:0.0.1234},devno=fe.0.1234 ");
}
END_TEST

START_TEST(test_by_iommufd_all_share_the_first_ones)
{
	static const char *const ids[] = { "0.0.1234", "0.1.abcd" };

	expect(ids, 2, (struct qemu_way){ .by_iommufd = true },
	       "-object iommufd,id=ccwbroker,fd={iommufd-fd:0.0.1234} "
	       "-device vfio-ccw,id=ccw-0.0.1234,sysfsdev=/sys/bus/ccw/devices/0.0.1234,iommufd=ccwbroker,fd={device-fd:0.0.1234},devno=fe.0.1234 "
	       "-device vfio-ccw,id=ccw-0.1.abcd,sysfsdev=/sys/bus/ccw/devices/0.1.abcd,iommufd=ccwbroker,fd={device-fd:0.1.abcd},devno=fe.1.abcd ");
}
END_TEST

START_TEST(test_a_number_that_the_guest_cannot_have_is_left_to_qemu)
{
	static const char *const ids[] = { "1.0.1234" };
	char number[CCW_ID_STRING_SIZE];

	expect(ids, 1, (struct qemu_way){},
	       "-device vfio-ccw,id=ccw-1.0.1234,sysfsdev=/sys/bus/ccw/devices/1.0.1234 ");
	ck_assert_str_eq(qemu_guest_number("0.3.ffff", number), "fe.3.ffff");
	ck_assert_str_eq(qemu_guest_number("tape", number), "");
}
END_TEST

CHECK_MAIN("qemu", test_by_path, test_by_iommufd_all_share_the_first_ones,
	   test_a_number_that_the_guest_cannot_have_is_left_to_qemu)
