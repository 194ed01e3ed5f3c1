/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Who may open a node. That the kernel heeds the list is seen in the machine (cases/qemu-guest); here
 * only what is written, and only where nodes can be made, which takes root.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check-main.h"
#include "node.h"
#include "scratch.h"

#define NODE   "dev/7"
#define ALICE  1001
#define DEVICE makedev(1, 3)

static struct scratch scratch;

/* False: not root, or no device nodes here. */
static bool setup(void)
{
	scratch_init(&scratch);
	scratch_mkdir(&scratch, "dev");
	return mknodat(scratch.fd, NODE, S_IFCHR | 0600, DEVICE) == 0;
}

static void teardown(void)
{
	scratch_deinit(&scratch);
}

static ssize_t read_list(unsigned char *list, size_t size)
{
	_cleanup_free_ char *path = scratch_path(&scratch, NODE);

	return getxattr(path, "system.posix_acl_access", list, size);
}

static unsigned int mode(void)
{
	struct stat st;

	ck_assert_int_eq(fstatat(scratch.fd, NODE, &st, 0), 0);
	return st.st_mode & 07777;
}

START_TEST(test_one_user_more_may_open_it)
{
	static const unsigned char expected[] = {
		2,    0, 0, 0, 0x01, 0,	   6,	 0,    0xff, 0xff, 0xff, 0xff, /* owner */
		0x02, 0, 6, 0, 0xe9, 0x03, 0,	 0,			       /* alice */
		0x04, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,			       /* group */
		0x10, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,			       /* mask */
		0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,			       /* others */
	};
	unsigned char list[256];
	int r;

	if (setup()) {
		r = node_share(scratch.fd, NODE, DEVICE, ALICE);
		if (r != -EOPNOTSUPP) { /* as some file systems for scratch are */
			ck_assert_int_eq(r, 0);
			ck_assert_int_eq(read_list(list, sizeof(list)), sizeof(expected));
			ck_assert_mem_eq(list, expected, sizeof(expected));
		}
	}
	teardown();
}
END_TEST

START_TEST(test_closed_it_is_its_owners_alone)
{
	unsigned char list[256];

	if (setup() && node_share(scratch.fd, NODE, DEVICE, ALICE) != -EOPNOTSUPP) {
		ck_assert_int_eq(node_close(scratch.fd, NODE, DEVICE), 0);
		ck_assert_int_eq(read_list(list, sizeof(list)), -1);
		ck_assert_int_eq(errno, ENODATA);
		ck_assert_uint_eq(mode(), 0600);
		/* again is no harm, and what an administrator's rule opened is closed as well */
		ck_assert_int_eq(fchmodat(scratch.fd, NODE, 0666, 0), 0);
		ck_assert_int_eq(node_close(scratch.fd, NODE, DEVICE), 0);
		ck_assert_uint_eq(mode(), 0600);
	}
	teardown();
}
END_TEST

START_TEST(test_nothing_but_the_device_is_touched)
{
	struct stat st;

	(void)setup();
	ck_assert_int_eq(node_share(scratch.fd, "dev/none", DEVICE, ALICE), -ENOENT);
	scratch_write(&scratch, "dev/file", "no device");
	ck_assert_int_eq(node_share(scratch.fd, "dev/file", DEVICE, ALICE), -ENODEV);
	ck_assert_int_eq(node_close(scratch.fd, "dev/file", DEVICE), -ENODEV);
	scratch_symlink(&scratch, "/dev/null", "dev/link");
	ck_assert_int_eq(node_share(scratch.fd, "dev/link", DEVICE, ALICE), -ENODEV);
	if (faccessat(scratch.fd, NODE, F_OK, 0) == 0)
		ck_assert_int_eq(node_share(scratch.fd, NODE, makedev(1, 5), ALICE), -ENODEV);
	ck_assert_int_eq(fstatat(scratch.fd, "dev/file", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0644);
	teardown();
}
END_TEST

CHECK_MAIN("node", test_one_user_more_may_open_it, test_closed_it_is_its_owners_alone,
	   test_nothing_but_the_device_is_touched)
