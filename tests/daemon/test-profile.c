/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What a profile gives when nothing is said, and its words. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "profile.h"

START_TEST(test_a_new_profile_gives_everything)
{
	_cleanup_(profile_freep) struct profile *profile = NULL;

	ck_assert_int_eq(profile_new("p", &profile), 0);
	ck_assert(profile_permits_all(profile));
	ck_assert(profile->restore);
	ck_assert(!profile->reset_before && !profile->reset_after);
	ck_assert_uint_eq(profile->grants, 3);
	ck_assert_uint_eq(profile->lifetimes, 7);
	ck_assert_uint_eq(profile->leases + profile->leases_per_user + profile->leases_per_group,
			  0);
}
END_TEST

START_TEST(test_commands_are_bits_that_of_00_first)
{
	_cleanup_(profile_freep) struct profile *profile = NULL;
	int n, permitted = 0;

	ck_assert_int_eq(profile_new("p", &profile), 0);
	profile_permit_none(profile);
	for (n = 0; n < 256; n++)
		ck_assert(!profile_permits(profile, (uint8_t)n));
	profile_permit(profile, 0x00, 0x02);
	ck_assert_uint_eq(profile->commands[0], 0xe0);
	profile_permit(profile, 0xff, 0xff);
	ck_assert_uint_eq(profile->commands[31], 0x01);
	profile_permit(profile, 0x7e, 0x81);
	for (n = 0; n < 256; n++)
		permitted += profile_permits(profile, (uint8_t)n);
	ck_assert_int_eq(permitted, 3 + 1 + 4);
	ck_assert(profile_permits(profile, 0x81) && !profile_permits(profile, 0x82));
	ck_assert(!profile_permits_all(profile));
	profile_permit(profile, 0x00, 0xff);
	ck_assert(profile_permits_all(profile));
}
END_TEST

START_TEST(test_names_are_checked)
{
	static const char *const bad[] = { "", ".a", "a b", "a/b", "a\"", "\xc3\xa4" };
	char longest[LIMIT_POLICY_NAME_BYTES + 2];
	size_t n;

	ck_assert(profile_name_is_valid("read-only_3390.Eckd"));
	for (n = 0; n < ARRAY_SIZE(bad); n++)
		ck_assert_msg(!profile_name_is_valid(bad[n]), "%s", bad[n]);
	memset(longest, 'p', sizeof(longest));
	longest[LIMIT_POLICY_NAME_BYTES + 1] = '\0';
	ck_assert(!profile_name_is_valid(longest));
	longest[LIMIT_POLICY_NAME_BYTES] = '\0';
	ck_assert(profile_name_is_valid(longest));
}
END_TEST

START_TEST(test_words_and_values_belong_to_each_other)
{
	int n;

	for (n = 0; n < _PROFILE_GRANT_MAX; n++)
		ck_assert_int_eq(profile_grant_from_string(profile_grant_to_string(n)), n);
	for (n = 0; n < _PROFILE_LIFETIME_MAX; n++)
		ck_assert_int_eq(profile_lifetime_from_string(profile_lifetime_to_string(n)), n);
	ck_assert_int_eq(profile_grant_from_string("fd"), -EINVAL);
	ck_assert_int_eq(profile_lifetime_from_string(""), -EINVAL);
}
END_TEST

CHECK_MAIN("profile", test_a_new_profile_gives_everything, test_commands_are_bits_that_of_00_first,
	   test_names_are_checked, test_words_and_values_belong_to_each_other)
