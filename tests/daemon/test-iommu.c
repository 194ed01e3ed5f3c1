/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The words for the ways of giving memory to a device. */
#include <errno.h>

#include "check-main.h"
#include "iommu.h"

START_TEST(test_every_way_has_a_word_that_leads_back)
{
	int n;

	for (n = 0; n < _IOMMU_MAX; n++)
		ck_assert_int_eq(iommu_from_string(iommu_to_string((enum iommu)n)), n);
}
END_TEST

START_TEST(test_other_words_are_refused)
{
	static const char *const words[] = { "", "Group", "iommu", "iommufd ", "type1v2" };
	size_t n;

	for (n = 0; n < ARRAY_SIZE(words); n++)
		ck_assert_int_eq(iommu_from_string(words[n]), -EINVAL);
}
END_TEST

CHECK_MAIN("iommu", test_every_way_has_a_word_that_leads_back, test_other_words_are_refused)
