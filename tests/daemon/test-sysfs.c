/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The tree: what is read, what is written, what is not there. */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "names.h"

static const struct ccw_id tape = { 0, 0, 0x580 };
static const struct sysfs_site site = { "bus/ccw/devices/0.0.0580", "0.0.0580" };
static struct fake_sysfs fake;

START_TEST(test_a_device_is_read)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	_cleanup_free_ char *path = NULL;
	struct sysfs_facts facts;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, &path), 0);
	ck_assert_str_eq(facts.subchannel, "0.0.0003");
	ck_assert_str_eq(facts.device_type, "3490/50");
	ck_assert_str_eq(facts.control_unit, "3490/50");
	ck_assert_str_eq(facts.driver, "tape_34xx");
	ck_assert(!facts.is_online);
	ck_assert_ptr_nonnull(strstr(path, "/devices/css0/0.0.0003/0.0.0580"));
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	fake_sysfs_set_driver(&fake, "0.0.0580", NULL);
	ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, NULL), 0);
	ck_assert(facts.is_online);
	ck_assert_str_eq(facts.driver, "");
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_a_device_that_is_not_there_is_enoent)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	struct sysfs_facts facts;
	unsigned int group;
	int fd;

	fake_sysfs_init(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, NULL), -ENOENT);
	ck_assert_int_eq(sysfs_open_device(sysfs, tape, &fd), -ENOENT);
	ck_assert_int_eq(sysfs_read_group(sysfs, &site, &group), -ENOENT);
	ck_assert_int_eq(sysfs_open_usage(sysfs, tape, &fd), -ENOENT);
	ck_assert_int_eq(sysfs_set_online(sysfs, tape, true), -ENOENT);
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_overlong_types_become_unknown)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	struct sysfs_facts facts;
	char type[SYSFS_TYPE_SIZE + 1];

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	memset(type, 'a', sizeof(type) - 1);
	type[SYSFS_TYPE_SIZE] = '\0';
	fake_sysfs_set(&fake, "0.0.0580", "devtype", type);
	ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, NULL), 0);
	ck_assert_str_eq(facts.device_type, "n/a");
	type[SYSFS_TYPE_SIZE - 1] = '\0';
	fake_sysfs_set(&fake, "0.0.0580", "devtype", type);
	ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, NULL), 0);
	ck_assert_str_eq(facts.device_type, type);
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_both_types_are_taken_from_the_alias)
{
	static const struct {
		const char *alias, *device_type, *control_unit;
	} cases[] = {
		{ "ccw:t3990mE9dt3390dm0C\n", "3390/0c", "3990/e9" },
		{ "ccw:t3270m00dtdm\n", "n/a", "3270/00" },
		{ "ccw:t3832m04dtdm\n", "n/a", "3832/04" },
		{ "ccw:\n", "3490/50", "3490/51" }, /* of another kind: the files of the types */
		{ "usb:v1D6Bp0001d0206dc09dsc00dp00\n", "3490/50", "3490/51" },
	};
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	struct sysfs_facts facts;
	size_t n;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set(&fake, "0.0.0580", "cutype", "3490/51\n");
	sysfs = fake_sysfs_open(&fake);
	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		fake_sysfs_set(&fake, "0.0.0580", "modalias", cases[n].alias);
		ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, NULL), 0);
		ck_assert_str_eq(facts.device_type, cases[n].device_type);
		ck_assert_str_eq(facts.control_unit, cases[n].control_unit);
	}
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_whether_a_device_answers_is_read)
{
	static const struct {
		const char *text;
		enum sysfs_availability availability;
	} cases[] = {
		{ "good\n", SYSFS_GOOD },	    { "boxed\n", SYSFS_BOXED },
		{ "no path\n", SYSFS_NO_PATH },	    { "no device\n", SYSFS_NO_DEVICE },
		{ "never heard of\n", SYSFS_GOOD }, { "", SYSFS_GOOD },
	};
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	struct sysfs_facts facts, status = {};
	size_t n;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		fake_sysfs_set(&fake, "0.0.0580", "availability", cases[n].text);
		ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, NULL), 0);
		ck_assert_int_eq(facts.availability, cases[n].availability);
		ck_assert_int_eq(sysfs_read_status(sysfs, tape, &status), 0);
		ck_assert_int_eq(status.availability, cases[n].availability);
		ck_assert(status.is_online);
	}
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_eq(sysfs_read_status(sysfs, tape, &status), -ENOENT);
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_a_device_without_a_subchannel_has_none)
{
	const struct fake_device orphan = {
		.id = "0.0.0580",
		.subchannel = "defunct",
		.device_type = "3490/50\n",
		.control_unit = "3490/50\n",
	};
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	struct sysfs_facts facts;

	fake_sysfs_init(&fake);
	fake_sysfs_add(&fake, &orphan);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, NULL), 0);
	ck_assert_str_eq(facts.subchannel, "");
	fake_sysfs_deinit(&fake);
}
END_TEST

static int count_device(struct ccw_id id, void *userdata)
{
	(*(int *)userdata)++;
	return 0;
}

static int refuse_device(struct ccw_id id, void *userdata)
{
	return -EXFULL;
}

START_TEST(test_every_device_is_visited_and_nothing_else)
{
	struct fake_device disk = {
		.id = "0.1.0120",
		.subchannel = "0.1.0000",
		.device_type = "3390/0c",
		.control_unit = "3990/e9",
	};
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	int count = 0;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_add(&fake, &disk);
	scratch_mkdir(&fake.scratch, "bus/ccw/devices/0580");
	scratch_mkdir(&fake.scratch, "bus/ccw/devices/power");
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sysfs_for_each(sysfs, count_device, &count), 0);
	ck_assert_int_eq(count, 2);
	ck_assert_int_eq(sysfs_for_each(sysfs, refuse_device, NULL), -EXFULL);
	scratch_remove(&fake.scratch, "bus");
	ck_assert_int_eq(sysfs_for_each(sysfs, refuse_device, NULL), 0);
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_what_is_written_is_what_the_kernel_wants)
{
	_cleanup_free_ char *bound = NULL, *unbound = NULL, *online = NULL, *claimed = NULL;
	_cleanup_free_ char *unclaimed = NULL, *revoked = NULL;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sysfs_set_online(sysfs, tape, true), 0);
	online = fake_sysfs_get(&fake, "0.0.0580", "online");
	ck_assert_str_eq(online, "1");
	ck_assert_int_eq(sysfs_unbind(sysfs, tape, "tape_34xx"), 0);
	unbound = fake_sysfs_get_driver(&fake, "tape_34xx", "unbind");
	ck_assert_str_eq(unbound, "0.0.0580");
	ck_assert_int_eq(sysfs_bind(sysfs, tape, "ccwbroker"), 0);
	bound = fake_sysfs_get_driver(&fake, "ccwbroker", "bind");
	ck_assert_str_eq(bound, "0.0.0580");
	ck_assert_int_eq(sysfs_set_claim(sysfs, tape, true), 0);
	claimed = fake_sysfs_get_driver(&fake, "ccwbroker", "claim");
	ck_assert_str_eq(claimed, "0.0.0580");
	ck_assert_int_eq(sysfs_set_claim(sysfs, tape, false), 0);
	unclaimed = fake_sysfs_get_driver(&fake, "ccwbroker", "claim");
	ck_assert_str_eq(unclaimed, "-0.0.0580");
	ck_assert_int_eq(sysfs_revoke(sysfs, tape), -ENOENT);
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_REVOKE, "");
	ck_assert_int_eq(sysfs_revoke(sysfs, tape), 0);
	revoked = fake_sysfs_get(&fake, "0.0.0580", CCWB_DEVICE_REVOKE);
	ck_assert_str_eq(revoked, "1");
	ck_assert(sysfs_has_driver(sysfs, "ccwbroker"));
	ck_assert(!sysfs_has_driver(sysfs, "qeth"));
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_group_node_and_usage_are_read)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	_cleanup_close_ int fd = -1;
	unsigned int group;
	dev_t node;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set_group(&fake, "0.0.0580", 17);
	scratch_write(&fake.scratch, "class/vfio/17/dev", "242:3\n");
	fake_sysfs_set(&fake, "0.0.0580", "ccwbroker/open", "1\n");
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sysfs_read_group(sysfs, &site, &group), 0);
	ck_assert_uint_eq(group, 17);
	ck_assert_int_eq(sysfs_read_group_node(sysfs, 17, &node), 0);
	ck_assert(node == makedev(242, 3));
	ck_assert_int_eq(sysfs_read_group_node(sysfs, 18, &node), -ENOENT);
	ck_assert_int_eq(sysfs_open_usage(sysfs, tape, &fd), 0);
	ck_assert_int_eq(sysfs_read_usage(fd), 1);
	fake_sysfs_set(&fake, "0.0.0580", "ccwbroker/open", "0\n");
	ck_assert_int_eq(sysfs_read_usage(fd), 0);
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_nodes_of_iommufd_and_the_device_are_read)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	unsigned int number;
	dev_t node;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sysfs_read_iommufd_node(sysfs, &node), -ENOENT);
	ck_assert_int_eq(sysfs_read_device_node(sysfs, &site, &number, &node), -ENOENT);
	ck_assert_int_eq(sysfs_read_fds(sysfs, tape), -ENOENT);
	/* as on a kernel whose VFIO has no nodes */
	scratch_mkdir(&fake.scratch, "bus/ccw/devices/0.0.0580/vfio-dev/vfio5");
	ck_assert_int_eq(sysfs_read_device_node(sysfs, &site, &number, &node), -ENOENT);
	fake_sysfs_set(&fake, "0.0.0580", "vfio-dev/vfio5/dev", "247:5\n");
	ck_assert_int_eq(sysfs_read_device_node(sysfs, &site, &number, &node), 0);
	ck_assert_uint_eq(number, 5);
	ck_assert(node == makedev(247, 5));
	scratch_write(&fake.scratch, "class/misc/iommu/dev", "10:259\n");
	ck_assert_int_eq(sysfs_read_iommufd_node(sysfs, &node), 0);
	ck_assert(node == makedev(10, 259));
	fake_sysfs_set(&fake, "0.0.0580", "ccwbroker/fds", "12\n");
	ck_assert_int_eq(sysfs_read_fds(sysfs, tape), 12);
	fake_sysfs_set(&fake, "0.0.0580", "ccwbroker/fds", "x\n");
	ck_assert_int_eq(sysfs_read_fds(sysfs, tape), -EBADMSG);
	fake_sysfs_deinit(&fake);
}
END_TEST

CHECK_MAIN("sysfs", test_a_device_is_read, test_a_device_that_is_not_there_is_enoent,
	   test_overlong_types_become_unknown, test_both_types_are_taken_from_the_alias,
	   test_whether_a_device_answers_is_read, test_a_device_without_a_subchannel_has_none,
	   test_every_device_is_visited_and_nothing_else,
	   test_what_is_written_is_what_the_kernel_wants, test_group_node_and_usage_are_read,
	   test_nodes_of_iommufd_and_the_device_are_read)
