/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/placeholder.c with a lookup that knows one device.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-main.h"
#include "placeholder.h"

static int look_up(void *userdata, const char *key, const char *id, char **ret)
{
	(*(unsigned int *)userdata)++;
	if (strcmp(id, "0.0.0580"))
		return -ENODEV;
	if (!strcmp(key, "iommufd-fd"))
		return -ENOENT;
	*ret = strdup(!strcmp(key, "sysfs") ? "/sys/x" : !strcmp(key, "device-fd") ? "5" : "4");
	return *ret ? 0 : -ENOMEM;
}

static void expect(const char *word, const char *want, unsigned int want_lookups)
{
	_cleanup_free_ char *got = NULL;
	struct placeholder_fault fault;
	unsigned int lookups = 0;

	ck_assert_int_eq(placeholder_expand(word, look_up, &lookups, &got, &fault), 0);
	ck_assert_str_eq(got, want);
	ck_assert_uint_eq(lookups, want_lookups);
}

static void expect_fault(const char *word, int error, const char *text)
{
	struct placeholder_fault fault = {};
	unsigned int lookups = 0;
	char *got = NULL;

	ck_assert_int_eq(placeholder_expand(word, look_up, &lookups, &got, &fault), error);
	ck_assert_ptr_null(got);
	ck_assert_uint_eq(fault.length, strlen(text));
	ck_assert(!strncmp(fault.text, text, fault.length));
}

START_TEST(test_a_placeholder_is_replaced_wherever_it_stands)
{
	expect("{device-fd:0.0.0580}", "5", 1);
	expect("a,fd={device-fd:580},g={group-fd:0580}.", "a,fd=5,g=4.", 2);
	expect("{sysfs:580}{sysfs:580}", "/sys/x/sys/x", 2);
	expect("{container-fd:580}{lease-fd:580}", "44", 2);
}
END_TEST

START_TEST(test_all_other_text_stays)
{
	expect("", "", 0);
	expect("plain", "plain", 0);
	expect("{\"driver\":\"vfio-ccw\",\"fd\":\"{device-fd:580}\"}",
	       "{\"driver\":\"vfio-ccw\",\"fd\":\"5\"}", 1);
	expect("{}{{x}}{device}{device-fd}{device-fd580}{fd:580}",
	       "{}{{x}}{device}{device-fd}{device-fd580}{fd:580}", 0);
	expect("{device-fd:580", "{device-fd:580", 0);
	expect("{{device-fd:580}}", "{5}", 1);
}
END_TEST

START_TEST(test_what_nothing_stands_for_is_named)
{
	expect_fault("a={device-fd:581},b", -ENODEV, "{device-fd:581}");
	expect_fault("{iommufd-fd:0.0.0580}", -ENOENT, "{iommufd-fd:0.0.0580}");
	expect_fault("{sysfs:}", -EINVAL, "{sysfs:}");
	expect_fault("{sysfs:tape}", -EINVAL, "{sysfs:tape}");
	expect_fault("{device-fd:580}{lease-fd:0.0.05800}", -EINVAL, "{lease-fd:0.0.05800}");
}
END_TEST

CHECK_MAIN("placeholder", test_a_placeholder_is_replaced_wherever_it_stands,
	   test_all_other_text_stays, test_what_nothing_stands_for_is_named)
