/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Who has a device open is found by its nodes, within bounds, and nothing else is taken for it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "check-main.h"
#include "opener.h"
#include "scratch.h"

static struct scratch scratch;
static struct opener_nodes nodes;
static struct opener opener;

static void setup(void)
{
	scratch_init(&scratch);
	nodes = (struct opener_nodes){};
	opener = (struct opener){};
}

static void collect(void)
{
	_cleanup_close_ int fd = openat(scratch.fd, "dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(opener_collect(fd, &nodes), 0);
}

static const struct opener_node *find_node(const char *name)
{
	size_t n;

	for (n = 0; n < nodes.count; n++)
		if (strcmp(nodes.list[n].name, name) == 0)
			return &nodes.list[n];
	return NULL;
}

START_TEST(test_nodes_are_found_where_drivers_put_them)
{
	setup();
	scratch_write(&scratch, "dev/tape/ntibm0/dev", "254:0\n");
	scratch_write(&scratch, "dev/virtio3/block/vda/dev", "253:0\n");
	scratch_write(&scratch, "dev/virtio3/block/vda/vda1/dev", "253:1\n");
	scratch_write(&scratch, "dev/vfio-dev/vfio0/dev", "247:0\n");
	scratch_symlink(&scratch, "../elsewhere", "dev/driver");
	scratch_write(&scratch, "elsewhere/x/dev", "9:9\n");
	collect();
	ck_assert_uint_eq(nodes.count, 3);
	ck_assert(!find_node("ntibm0")->is_block);
	ck_assert(find_node("vda")->is_block);
	ck_assert(find_node("vda1")->number == makedev(253, 1));
	scratch_deinit(&scratch);
}
END_TEST

static void add_nodes(unsigned int n)
{
	char path[64], number[16];

	while (n-- > 0) {
		snprintf(path, sizeof(path), "dev/block/dasda/dasda%u/dev", n);
		snprintf(number, sizeof(number), "94:%u\n", n);
		scratch_write(&scratch, path, number);
	}
}

START_TEST(test_only_so_many_nodes_are_kept)
{
	setup();
	add_nodes(LIMIT_DEVICE_NODES);
	collect();
	ck_assert_uint_eq(nodes.count, LIMIT_DEVICE_NODES);
	nodes.count = 0;
	add_nodes(LIMIT_DEVICE_NODES + 1);
	collect();
	ck_assert_uint_eq(nodes.count, LIMIT_DEVICE_NODES);
	scratch_deinit(&scratch);
}
END_TEST

static int on_opener(const struct opener *found, void *userdata)
{
	opener = *found;
	return 1;
}

static int count_opener(const struct opener *found, void *userdata)
{
	++*(unsigned int *)userdata;
	return 0;
}

/* The null device stands for the device's. */
static int find(bool is_block)
{
	_cleanup_free_ char *proc = scratch_path(&scratch, "proc");

	nodes.count = 1;
	nodes.list[0] =
		(struct opener_node){ .number = makedev(1, 3), .is_block = is_block, .name = "n0" };
	return opener_each(proc, &nodes, on_opener, NULL);
}

START_TEST(test_a_program_is_found_and_named)
{
	setup();
	scratch_write(&scratch, "proc/7/comm", "idle\n");
	scratch_symlink(&scratch, "/dev/zero", "proc/7/fd/0");
	scratch_symlink(&scratch, "/dev/null", "proc/self/fd/0"); /* no number */
	ck_assert_int_eq(find(false), 0);
	scratch_write(&scratch, "proc/42/comm", "mt\033x\n");
	scratch_symlink(&scratch, "/dev/null", "proc/42/fd/9");
	ck_assert_int_eq(find(true), 0); /* a block device of that number is another */
	ck_assert_int_eq(find(false), 1);
	ck_assert_int_eq(opener.pid, 42);
	ck_assert_str_eq(opener.command, "mt?x");
	ck_assert_str_eq(opener.node->name, "n0");
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_all_programs_are_told)
{
	_cleanup_free_ char *proc = NULL;
	unsigned int count = 0;

	setup();
	scratch_symlink(&scratch, "/dev/null", "proc/7/fd/0");
	scratch_symlink(&scratch, "/dev/null", "proc/7/fd/1"); /* once each */
	scratch_symlink(&scratch, "/dev/null", "proc/8/fd/0");
	ck_assert_int_eq(find(false), 1);
	proc = scratch_path(&scratch, "proc");
	ck_assert_int_eq(opener_each(proc, &nodes, count_opener, &count), 0);
	ck_assert_uint_eq(count, 2);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_real_process_is_found)
{
	_cleanup_close_ int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	setup();
	nodes.count = 1;
	nodes.list[0] = (struct opener_node){ .number = makedev(1, 7), .name = "full" };
	ck_assert_int_eq(opener_each("/proc", &nodes, on_opener, NULL), 1);
	scratch_deinit(&scratch);
}
END_TEST

/* The process that is looked at first has as many fds of no interest, the other one the node. */
static void add_two_processes(void)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	char path[64];
	unsigned int n;

	scratch_mkdir(&scratch, "proc/7/fd");
	scratch_mkdir(&scratch, "proc/8/fd");
	dir = fdopendir(openat(scratch.fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	ck_assert_ptr_nonnull(dir);
	do
		entry = readdir(dir);
	while (entry && entry->d_name[0] == '.');
	ck_assert_ptr_nonnull(entry);
	for (n = 0; n < LIMIT_OPENER_FDS - 1; n++) {
		snprintf(path, sizeof(path), "proc/%.1s/fd/%u", entry->d_name, n);
		ck_assert_int_eq(symlinkat("/dev/zero", scratch.fd, path), 0);
	}
	snprintf(path, sizeof(path), "proc/%s/fd/0", *entry->d_name == '7' ? "8" : "7");
	scratch_symlink(&scratch, "/dev/null", path);
	snprintf(path, sizeof(path), "proc/%.1s/fd/more", entry->d_name);
	ck_assert_int_eq(find(false), 1);
	scratch_symlink(&scratch, "/dev/zero", path);
}

START_TEST(test_the_search_ends_at_its_limit)
{
	scratch_use_memory();
	setup();
	add_two_processes(); /* finds it at the limit */
	ck_assert_int_eq(find(false), 0);
	scratch_deinit(&scratch);
}
END_TEST

CHECK_MAIN("opener", test_nodes_are_found_where_drivers_put_them, test_only_so_many_nodes_are_kept,
	   test_a_program_is_found_and_named, test_all_programs_are_told,
	   test_a_real_process_is_found, test_the_search_ends_at_its_limit)
