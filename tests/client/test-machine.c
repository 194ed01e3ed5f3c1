/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/machine.c as far as that goes without a broker: what the kernel has. With one:
 * tests/client/cli-bus and tests/vm/cases/qemu-guest.sh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-main.h"
#include "machine.h"

static char dir[64];

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "we");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	ck_assert_int_eq(fclose(out), 0);
}

static bool has_iommufd(const char *devices)
{
	char path[128];

	write_file("devices", devices);
	snprintf(path, sizeof(path), "%s/devices", dir);
	return machine_has_iommufd(dir, path);
}

static void remove_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(test_iommufd_takes_its_node_and_the_devices_nodes)
{
	strcpy(dir, "/tmp/test-machine.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert(!has_iommufd("Character devices:\n  1 mem\n243 vfio-dev\n"));
	write_file("iommu", "");
	ck_assert(has_iommufd("Character devices:\n  1 mem\n243 vfio-dev\n"));
	ck_assert(!has_iommufd("Character devices:\n  1 mem\n243 vfio-device\n"));
	ck_assert(!has_iommufd("Character devices:\n243 no-vfio-dev\n244 vfio\n"));
	ck_assert(!has_iommufd(""));
	remove_file("devices");
	ck_assert(!machine_has_iommufd(dir, "/nonexistent"));
	remove_file("iommu");
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

CHECK_MAIN("machine", test_iommufd_takes_its_node_and_the_devices_nodes)
