/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Ids: what is one, what is none, order and ranges. */
#include <errno.h>

#include "ccw-id.h"
#include "check-main.h"

START_TEST(test_full_and_short_ids_are_taken)
{
	static const struct {
		const char *text;
		const char *canonical;
	} cases[] = {
		{ "0.0.0580", "0.0.0580" },  { "0580", "0.0.0580" },	   { "580", "0.0.0580" },
		{ "0", "0.0.0000" },	     { "ffff", "0.0.ffff" },	   { "FFFF", "0.0.ffff" },
		{ "0.3.FfFf", "0.3.ffff" },  { "fe.3.ffff", "fe.3.ffff" }, { "0.0.1", "0.0.0001" },
		{ "00.0.0001", "0.0.0001" },
	};
	char buffer[CCW_ID_STRING_SIZE];
	struct ccw_id id;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		ck_assert_msg(ccw_id_parse(cases[n].text, &id) == 0, "%s", cases[n].text);
		ck_assert_str_eq(ccw_id_format(id, buffer), cases[n].canonical);
	}
}
END_TEST

START_TEST(test_everything_else_is_refused)
{
	static const char *const cases[] = {
		"",
		".",
		"0.0.",
		"0.0",
		"0.0.05800",
		"05800",
		"0x580",
		"0.0.058g",
		" 0580",
		"0580 ",
		"0580\n",
		"0.4.0580",
		"ff.0.0580",
		"000.0.0580",
		"0.00.0580",
		"0..0580",
		".0.0580",
		"0.0.0.0580",
		"0.0.-580",
		"-580",
		"+580",
		"0.0.0580/",
		"../x",
		"0.0.0580-0.0.0581",
		"0.0.\xc3\xa9",
	};
	struct ccw_id id;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++)
		ck_assert_msg(ccw_id_parse(cases[n], &id) == -EINVAL, "%s", cases[n]);
}
END_TEST

START_TEST(test_ranges_lie_in_one_subchannel_set_and_go_up)
{
	struct ccw_id first, last;

	ck_assert_int_eq(ccw_id_parse_range("0.0.0100-0.0.01ff", &first, &last), 0);
	ck_assert_int_eq(first.devno, 0x100);
	ck_assert_int_eq(last.devno, 0x1ff);
	ck_assert_int_eq(ccw_id_parse_range("100-100", &first, &last), 0);
	ck_assert_int_eq(ccw_id_parse_range("0.1.0100", &first, &last), 0);
	ck_assert_int_eq(ccw_id_compare(first, last), 0);
	ck_assert_int_eq(ccw_id_parse_range("0.0.0100-0.1.0200", &first, &last), -EINVAL);
	ck_assert_int_eq(ccw_id_parse_range("0.0.0101-0.0.0100", &first, &last), -EINVAL);
	ck_assert_int_eq(ccw_id_parse_range("0100-", &first, &last), -EINVAL);
	ck_assert_int_eq(ccw_id_parse_range("-0100", &first, &last), -EINVAL);
	ck_assert_int_eq(ccw_id_parse_range("0.0.0100000000-0.0.0200", &first, &last), -EINVAL);
}
END_TEST

START_TEST(test_order_goes_by_cssid_ssid_devno)
{
	const struct ccw_id sorted[] = { { 0, 0, 1 }, { 0, 0, 2 }, { 0, 1, 0 }, { 1, 0, 0 } };
	size_t n, m;

	for (n = 0; n < ARRAY_SIZE(sorted); n++) {
		ck_assert_int_eq(ccw_id_compare(sorted[n], sorted[n]), 0);
		for (m = n + 1; m < ARRAY_SIZE(sorted); m++) {
			ck_assert_int_lt(ccw_id_compare(sorted[n], sorted[m]), 0);
			ck_assert_int_gt(ccw_id_compare(sorted[m], sorted[n]), 0);
		}
	}
	ck_assert(ccw_id_is_in_range(sorted[1], sorted[0], sorted[1]));
	ck_assert(!ccw_id_is_in_range(sorted[2], sorted[0], sorted[1]));
}
END_TEST

CHECK_MAIN("ccw-id", test_full_and_short_ids_are_taken, test_everything_else_is_refused,
	   test_ranges_lie_in_one_subchannel_set_and_go_up, test_order_goes_by_cssid_ssid_devno)
