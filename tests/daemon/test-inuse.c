/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Every use that is found is explained by its name; nothing else is taken for one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "check-main.h"
#include "inuse.h"
#include "scratch.h"

static struct scratch scratch;
static struct inuse_tables tables;
static struct fault fault;
static bool is_forced;

static void setup(void)
{
	scratch_init(&scratch);
	scratch_write(&scratch, "dev/block/dasda/dev", "94:0\n");
	scratch_write(&scratch, "dev/block/dasda/dasda1/dev", "94:1\n");
	scratch_write(&scratch, "dev/block/dasda/queue/rotational", "1\n");
	scratch_mkdir(&scratch, "dev/block/dasda/holders");
	scratch_mkdir(&scratch, "dev/block/dasda/dasda1/holders");
	tables = (struct inuse_tables){};
	fault = (struct fault){};
	is_forced = false;
}

static int check(const char *driver)
{
	_cleanup_close_ int fd = openat(scratch.fd, "dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return inuse_check(fd, "0.0.0120", driver, &tables, is_forced, &fault);
}

static void expect(int code, const char *words)
{
	ck_assert_int_eq(fault.code, (enum fault_code)code);
	ck_assert_msg(strncmp(fault.text, "0.0.0120 ", 9) == 0, "%s", fault.text);
	ck_assert_msg(strstr(fault.text, words) != NULL, "%s", fault.text);
	scratch_deinit(&scratch);
}

static char other_mounts[] = "20 1 0:5 / /proc rw - proc proc rw\n"
			     "21 1 94:10 / /x rw - ext4 /dev/x rw\n"
			     "22 1 194:1 / /94:1 rw - ext4 /dev/94:1 rw\n";

START_TEST(test_a_free_disk_is_free)
{
	setup();
	tables.mountinfo = other_mounts;
	ck_assert_int_eq(check("dasd-eckd"), 0);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_mounted_partition_is_named_with_its_directory)
{
	char mounts[] = "20 1 0:5 / /proc rw - proc proc rw\n"
			"25 1 94:1 / /mnt/my\\040data rw - ext4 /dev/dasda1 rw\n";

	setup();
	tables.mountinfo = mounts;
	ck_assert_int_eq(check("dasd-eckd"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "dasda1 is mounted on /mnt/my data;");
}
END_TEST

START_TEST(test_a_mounted_disk_is_in_use)
{
	char mounts[] = "25 1 94:0 / /mnt rw - ext4 /dev/dasda rw";

	setup();
	tables.mountinfo = mounts;
	ck_assert_int_eq(check("dasd-eckd"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "mounted on /mnt;");
}
END_TEST

START_TEST(test_swap_space_is_in_use)
{
	char swaps[] = "Filename Type Size Used Priority\n"
		       "/dev/dasda1                             partition\t1024\t0\t-2\n";

	setup();
	tables.swaps = swaps;
	ck_assert_int_eq(check("dasd-eckd"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "swapoff /dev/dasda1");
}
END_TEST

START_TEST(test_a_disk_under_another_block_device_is_in_use)
{
	setup();
	scratch_symlink(&scratch, "../../../dm-7", "dev/block/dasda/dasda1/holders/dm-7");
	ck_assert_int_eq(check("dasd-eckd"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "part of block device dm-7; to free it, remove");
}
END_TEST

START_TEST(test_a_logical_volume_is_named_with_its_group)
{
	setup();
	scratch_write(&scratch, "dev/block/dasda/dasda1/holders/dm-7/dm/name", "vg0-home\n");
	scratch_write(&scratch, "dev/block/dasda/dasda1/holders/dm-7/dm/uuid", "LVM-abc\n");
	is_forced = true; /* makes no difference */
	ck_assert_int_eq(check("dasd-eckd"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "dasda1 is part of LVM logical volume vg0/home (dm-7)");
}
END_TEST

/* A program with the null device open, which stands for one of the device's nodes. */
static void add_program(void)
{
	scratch_write(&scratch, "proc/4711/comm", "dasdfmt\n");
	scratch_symlink(&scratch, "/dev/null", "proc/4711/fd/3");
	scratch_write(&scratch, "dev/tty/x3270/dev", "1:3\n");
}

START_TEST(test_a_program_that_has_a_node_open_is_named)
{
	_cleanup_free_ char *proc = NULL;

	setup();
	add_program();
	proc = scratch_path(&scratch, "proc");
	tables.proc_root = proc;
	ck_assert_int_eq(check("dasd-eckd"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "x3270 is open in process 4711 (dasdfmt)");
}
END_TEST

START_TEST(test_force_passes_over_programs_and_interfaces_only)
{
	_cleanup_free_ char *proc = NULL;
	char mounts[] = "25 1 94:1 / /mnt rw - ext4 /dev/dasda1 rw";

	setup();
	add_program();
	scratch_write(&scratch, "dev/virtio1/net/eth0/flags", "0x1003\n");
	proc = scratch_path(&scratch, "proc");
	tables.proc_root = proc;
	is_forced = true;
	ck_assert_int_eq(check("dasd-eckd"), 0);
	tables.mountinfo = mounts;
	ck_assert_int_eq(check("dasd-eckd"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "mounted on /mnt; run umount");
}
END_TEST

static int note_use(const struct inuse_use *use, void *userdata)
{
	char *told = userdata;

	ck_assert_msg(strncmp(use->fault.text, "0.0.0120 is in use: ", 20) == 0, "%s",
		      use->fault.text);
	strcat(strcat(told, inuse_kind_to_string(use->kind)), " ");
	strcat(strcat(told, use->object), ",");
	return 0;
}

START_TEST(test_all_uses_are_told)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *proc = NULL;
	char mounts[] = "25 1 94:0 / /mnt rw - ext4 /dev/dasda rw";
	char swaps[] = "/dev/dasda1 partition 1024 0 -2\n";
	char told[256] = "";

	setup();
	add_program();
	scratch_write(&scratch, "dev/virtio1/net/eth0/flags", "0x1003\n");
	scratch_symlink(&scratch, "../../../dm-7", "dev/block/dasda/dasda1/holders/dm-7");
	proc = scratch_path(&scratch, "proc");
	tables = (struct inuse_tables){ mounts, swaps, NULL, proc };
	fd = openat(scratch.fd, "dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(inuse_each(fd, "0.0.0120", "dasd-eckd", &tables, note_use, told), 0);
	ck_assert_str_eq(told,
			 "mount dasda,swap dasda1,holder dasda1,interface eth0,process x3270,");
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_what_hangs_below_a_virtio_device_counts)
{
	char mounts[] = "25 1 254:0 / /data rw - ext4 /dev/vda rw\n";

	setup();
	scratch_write(&scratch, "dev/virtio3/block/vda/dev", "254:0\n");
	tables.mountinfo = mounts;
	ck_assert_int_eq(check("virtio_ccw"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "vda is mounted on /data;");
}
END_TEST

START_TEST(test_a_disk_behind_an_adapter_counts)
{
	char mounts[] = "25 1 8:1 / / rw - ext4 /dev/sda1 rw\n";
	const char *lun = "dev/host0/rport-0:0-0/target0:0:0/0:0:0:0/block/sda";
	char path[128];

	setup();
	snprintf(path, sizeof(path), "%s/dev", lun);
	scratch_write(&scratch, path, "8:0\n");
	snprintf(path, sizeof(path), "%s/sda1/dev", lun);
	scratch_write(&scratch, path, "8:1\n");
	ck_assert_int_eq(check("zfcp"), 0);
	tables.mountinfo = mounts;
	ck_assert_int_eq(check("zfcp"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "its sda1 is mounted on /;");
}
END_TEST

START_TEST(test_a_disk_of_a_mounted_btrfs_is_in_use)
{
	char mounts[] = "25 1 0:40 / / rw - btrfs /dev/vda rw\n"; /* it has no number of a disk */

	setup();
	tables.mountinfo = mounts;
	scratch_mkdir(&scratch, "class/block");
	scratch_symlink(&scratch, "../../../class/block", "dev/block/dasda/subsystem");
	scratch_symlink(&scratch, "../../../../class/block", "dev/block/dasda/dasda1/subsystem");
	scratch_mkdir(&scratch, "fs/btrfs/features");
	scratch_mkdir(&scratch, "fs/btrfs/0b5c/devices");
	scratch_symlink(&scratch, "../../../../dev/block/vda", "fs/btrfs/0b5c/devices/vda");
	ck_assert_int_eq(check("dasd-eckd"), 0);
	scratch_symlink(&scratch, "../../../../dev/block/dasda/dasda1",
			"fs/btrfs/0b5c/devices/dasda1");
	ck_assert_int_eq(check("dasd-eckd"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "its dasda1 is part of the mounted btrfs 0b5c;");
}
END_TEST

START_TEST(test_only_an_interface_that_is_up_is_in_use)
{
	setup();
	scratch_write(&scratch, "dev/virtio1/net/eth0/flags", "0x1002\n");
	ck_assert_int_eq(check("virtio_ccw"), 0);
	scratch_write(&scratch, "dev/virtio1/net/eth0/flags", "0x1003\n");
	ck_assert_int_eq(check("virtio_ccw"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "eth0 is up");
}
END_TEST

START_TEST(test_a_member_of_a_device_group_is_in_use)
{
	setup();
	scratch_symlink(&scratch, "../../qeth/0.0.f500", "dev/group_device");
	ck_assert_int_eq(check("qeth"), -EBUSY);
	expect(FAULT_DEVICE_IN_USE, "0.0.f500");
}
END_TEST

START_TEST(test_a_terminal_that_may_be_the_console_is_never_given)
{
	char consoles[] = "tty3270              -W- (EC  p  )  227:1\n";

	setup();
	tables.consoles = consoles;
	ck_assert_int_eq(check("dasd-eckd"), 0);
	ck_assert_int_eq(check("3215"), 0);
	ck_assert_int_eq(check("3270"), -EOPNOTSUPP);
	expect(FAULT_UNSUPPORTED_DEVICE, "console");
}
END_TEST

START_TEST(test_tables_are_read_and_may_be_missing)
{
	setup();
	scratch_write(&scratch, "1/mountinfo", "of the host");
	scratch_write(&scratch, "self/mountinfo", "of us");
	scratch_write(&scratch, "swaps", "Filename");
	ck_assert_int_eq(inuse_tables_read(scratch.path, &tables), 0);
	ck_assert_str_eq(tables.mountinfo, "of the host");
	ck_assert_str_eq(tables.swaps, "Filename");
	ck_assert_ptr_null(tables.consoles);
	inuse_tables_deinit(&tables);
	scratch_remove(&scratch, "1");
	ck_assert_int_eq(inuse_tables_read(scratch.path, &tables), 0);
	ck_assert_str_eq(tables.mountinfo, "of us");
	inuse_tables_deinit(&tables);
	scratch_deinit(&scratch);
}
END_TEST

CHECK_MAIN("inuse", test_a_free_disk_is_free, test_a_mounted_partition_is_named_with_its_directory,
	   test_a_mounted_disk_is_in_use, test_swap_space_is_in_use,
	   test_a_disk_under_another_block_device_is_in_use,
	   test_a_logical_volume_is_named_with_its_group,
	   test_a_program_that_has_a_node_open_is_named,
	   test_force_passes_over_programs_and_interfaces_only, test_all_uses_are_told,
	   test_what_hangs_below_a_virtio_device_counts, test_a_disk_behind_an_adapter_counts,
	   test_a_disk_of_a_mounted_btrfs_is_in_use, test_only_an_interface_that_is_up_is_in_use,
	   test_a_member_of_a_device_group_is_in_use,
	   test_a_terminal_that_may_be_the_console_is_never_given,
	   test_tables_are_read_and_may_be_missing)
