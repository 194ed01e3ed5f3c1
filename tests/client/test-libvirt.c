/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/libvirt.c. That libvirt takes the words: tests/vm/cases/libvirt.sh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-main.h"
#include "libvirt.h"

#define UUID "63637762-0123-8000-8000-456789abcdef"

static char *hostdev(const char *id)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	libvirt_print_hostdev(out, id, UUID);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

START_TEST(test_a_mediated_device_is_a_hostdev)
{
	_cleanup_free_ char *text = hostdev("0.1.12ab");
	_cleanup_free_ char *without = hostdev("2.0.12ab");

	ck_assert_str_eq(text, "<hostdev mode='subsystem' type='mdev' model='vfio-ccw'>\n"
			       "  <source>\n"
			       "    <address uuid='" UUID "'/>\n"
			       "  </source>\n"
			       "  <address type='ccw' cssid='0xfe' ssid='0x1' devno='0x12ab'/>\n"
			       "</hostdev>\n");
	ck_assert_ptr_null(strstr(without, "devno"));
}
END_TEST

START_TEST(test_a_device_of_ours_is_words_for_qemu)
{
	static const char *const ids[] = { "0.0.1234", "0.0.1235" };
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(libvirt_print_commandline(out, ids, 2), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(
		text,
		"<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
		"  <qemu:arg value='-device'/>\n"
		"  <qemu:arg value='vfio-ccw,id=ccw-0.0.1234,sysfsdev=/sys/bus/ccw/devices/0.0.1234,devno=fe.0.1234'/>\n"
		"  <qemu:arg value='-device'/>\n"
		"  <qemu:arg value='vfio-ccw,id=ccw-0.0.1235,sysfsdev=/sys/bus/ccw/devices/0.0.1235,devno=fe.0.1235'/>\n"
		"</qemu:commandline>\n");
}
END_TEST

START_TEST(test_a_uuid_is_told_from_other_names)
{
	ck_assert_str_eq(libvirt_uuid("/sys/devices/css0/0.0.0003/" UUID), UUID);
	ck_assert_ptr_null(libvirt_uuid("/sys/devices/css0/0.0.0003/0.0.1234"));
	ck_assert_ptr_null(libvirt_uuid("/sys/x/63637762-0123-8000-8000-456789abcde"));
	ck_assert_ptr_null(libvirt_uuid("/sys/x/63637762-0123-8000-8000-456789abcdefa"));
	ck_assert_ptr_null(libvirt_uuid("/sys/x/63637762-0123-8000-8000-456789abcdeg"));
	ck_assert_ptr_null(libvirt_uuid("/sys/x/63637762x0123-8000-8000-456789abcdef"));
	ck_assert_ptr_null(libvirt_uuid(""));
}
END_TEST

CHECK_MAIN("libvirt", test_a_mediated_device_is_a_hostdev, test_a_device_of_ours_is_words_for_qemu,
	   test_a_uuid_is_told_from_other_names)
