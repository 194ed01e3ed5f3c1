/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Sorts of devices by their types. */
#include "check-main.h"
#include "kind.h"
#include "macro.h"

START_TEST(test_types_make_the_kind)
{
	static const struct {
		const char *device_type, *control_unit, *kind;
	} cases[] = {
		{ "3390/0c", "3990/e9", "dasd-eckd" },
		{ "3380/0e", "3990/c2", "dasd-eckd" },
		{ "9336/10", "6310/80", "dasd-fba" },
		{ "3490/50", "3490/50", "tape-34xx" },
		{ "3590/50", "3590/50", "tape-3590" },
		{ "n/a", "3270/00", "3270" },
		{ "3505/00", "3505/00", "reader" },
		{ "3525/00", "3525/00", "punch" },
		{ "1403/00", "1403/00", "printer" },
		{ "n/a", "3215/00", "console" },
		{ "1732/01", "1731/01", "qeth" },
		{ "0000/00", "3088/08", "channel-to-channel" },
		/* a virtio device has the number of its sort where others have a device type */
		{ "0000/00", "3832/01", "virtio" },
		{ "3390/00", "3832/02", "virtio" },
		{ "n/a", "n/a", "other" },
		{ "", "", "other" },
		{ "339", "399", "other" },
		{ "4711/00", "4711/00", "other" },
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++)
		ck_assert_str_eq(kind_of(cases[n].device_type, cases[n].control_unit),
				 cases[n].kind);
}
END_TEST

CHECK_MAIN("kind", test_types_make_the_kind)
