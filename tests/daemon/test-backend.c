/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Which backend serves a device, and what is refused with which words. */
#include <errno.h>
#include <string.h>

#include "backend.h"
#include "check-main.h"
#include "fake-sysfs.h"

static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct sysfs_facts facts;
static struct fault fault;
static enum backend_kind kind;

static void setup(bool has_ours, bool has_vfio_ccw)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	if (has_vfio_ccw)
		fake_sysfs_add_subchannel(&fake, "0.0.0003");
	if (!has_ours)
		scratch_remove(&fake.scratch, "bus/ccw/drivers/ccwbroker");
	sysfs = fake_sysfs_open(&fake);
	fault = (struct fault){};
	kind = _BACKEND_KIND_MAX;
	ck_assert_int_eq(sysfs_read(sysfs, (struct ccw_id){ 0, 0, 0x580 }, &facts, NULL), 0);
}

static void teardown(void)
{
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static int choose(enum backend_kind wanted)
{
	return backend_choose(sysfs, wanted, "0.0.0580", &facts, &kind, &fault);
}

START_TEST(test_words_and_kinds_are_the_same)
{
	int n;

	for (n = 0; n < _BACKEND_KIND_MAX; n++)
		ck_assert_int_eq(backend_kind_from_string(backend_kind_to_string(n)), n);
	ck_assert_int_eq(backend_kind_from_string("vfio-ccw"), -EINVAL);
	ck_assert_int_eq(backend_kind_from_string(""), -EINVAL);
}
END_TEST

START_TEST(test_adapters_with_queues_are_nobodys)
{
	setup(true, true);
	strcpy(facts.control_unit, "1731/03");
	ck_assert_int_eq(choose(BACKEND_AUTO), -EOPNOTSUPP);
	ck_assert_int_eq(fault.code, FAULT_UNSUPPORTED_DEVICE);
	ck_assert_ptr_nonnull(strstr(fault.text, "0.0.0580 is an adapter with QDIO"));
	ck_assert_int_eq(choose(BACKEND_VFIO_CCW), -EOPNOTSUPP);
	ck_assert_int_eq(fault.code, FAULT_UNSUPPORTED_DEVICE);
	teardown();
}
END_TEST

START_TEST(test_auto_is_ours_where_it_is_loaded)
{
	setup(true, true);
	ck_assert_int_eq(choose(BACKEND_AUTO), 0);
	ck_assert_int_eq(kind, BACKEND_CCWBROKER);
	ck_assert_int_eq(choose(BACKEND_VFIO_CCW), 0);
	ck_assert_int_eq(kind, BACKEND_VFIO_CCW);
	teardown();
	setup(false, true);
	ck_assert_int_eq(choose(BACKEND_AUTO), 0);
	ck_assert_int_eq(kind, BACKEND_VFIO_CCW);
	teardown();
}
END_TEST

START_TEST(test_what_is_not_loaded_is_named)
{
	setup(false, true);
	ck_assert_int_eq(choose(BACKEND_CCWBROKER), -EOPNOTSUPP);
	ck_assert_int_eq(fault.code, FAULT_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(fault.text, "modprobe ccwbroker"));
	teardown();
	setup(true, false);
	ck_assert_int_eq(choose(BACKEND_VFIO_CCW), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(fault.text, "modprobe vfio_ccw"));
	teardown();
	setup(false, false);
	ck_assert_int_eq(choose(BACKEND_AUTO), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(fault.text, "modprobe ccwbroker, or"));
	ck_assert_ptr_nonnull(strstr(fault.text, "modprobe vfio_ccw"));
	teardown();
}
END_TEST

START_TEST(test_without_a_subchannel_there_is_nothing_for_vfio_ccw)
{
	setup(false, true);
	*facts.subchannel = '\0';
	ck_assert_int_lt(choose(BACKEND_AUTO), 0);
	ck_assert_int_eq(fault.code, FAULT_UNSUPPORTED_DEVICE);
	teardown();
}
END_TEST

START_TEST(test_what_vfio_ccw_cannot_do_is_refused_with_advice)
{
	int n;

	for (n = 0; n < _BACKEND_FEATURE_MAX; n++) {
		fault = (struct fault){};
		ck_assert_int_eq(backend_check(BACKEND_CCWBROKER, n, &fault), 0);
		ck_assert_int_eq(fault.code, FAULT_NONE);
		ck_assert_int_eq(backend_check(BACKEND_VFIO_CCW, n, &fault), -EOPNOTSUPP);
		ck_assert_int_eq(fault.code, FAULT_NOT_SUPPORTED);
		ck_assert_ptr_nonnull(strstr(fault.text, "vfio_ccw"));
		ck_assert_ptr_nonnull(strstr(fault.text, "the module ccwbroker can do it"));
	}
}
END_TEST

START_TEST(test_each_has_its_site)
{
	_cleanup_free_ char *path = NULL;
	struct backend backend;
	struct sysfs_site site;

	setup(true, true);
	backend_init(&backend, BACKEND_CCWBROKER, "l0123456789abcdef", &facts);
	site = backend_site(&backend, (struct ccw_id){ 0, 0, 0x580 });
	ck_assert_str_eq(site.directory, "bus/ccw/devices/0.0.0580");
	ck_assert_str_eq(site.name, "0.0.0580");
	ck_assert_int_eq(backend_read_away(sysfs, &backend, false, &facts, &path), -ENOENT);
	backend_init(&backend, BACKEND_VFIO_CCW, "l0123456789abcdef", &facts);
	site = backend_site(&backend, (struct ccw_id){ 0, 0, 0x580 });
	ck_assert_str_eq(site.name, "63637762-0123-8000-8000-456789abcdef");
	ck_assert_int_eq(backend_read_away(sysfs, &backend, true, &facts, &path), -ENOENT);
	scratch_mkdir(&fake.scratch, site.directory);
	ck_assert_int_eq(backend_read_away(sysfs, &backend, true, &facts, &path), 0);
	ck_assert_ptr_nonnull(strstr(path, site.directory));
	ck_assert_str_eq(facts.driver, ""); /* not io_subchannel, which nobody binds a device to */
	ck_assert_str_eq(facts.control_unit, "3490/50");
	teardown();
}
END_TEST

CHECK_MAIN("backend", test_words_and_kinds_are_the_same, test_adapters_with_queues_are_nobodys,
	   test_auto_is_ours_where_it_is_loaded, test_what_is_not_loaded_is_named,
	   test_without_a_subchannel_there_is_nothing_for_vfio_ccw,
	   test_what_vfio_ccw_cannot_do_is_refused_with_advice, test_each_has_its_site)
