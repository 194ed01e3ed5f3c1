// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * A program with MIDAWs on a device: Sense ID into areas of odd sizes at odd places, with a hole.
 */
#include "module-midaw.h"

#include <errno.h>
#include <string.h>

#include "module-program.h"

#define LIST	     0x800u
#define FIRST	     0x1005u /* in the middle of a page */
#define SECOND	     0x1ffeu /* up to its end */
#define THIRD	     0x3003u
#define MIDAW_LAST   0x80
#define MIDAW_SKIP   0x40
#define UNTOUCHED    0x5a
#define SENSE_ID_CUT 7 /* bytes that every device stores: 0xff, control unit, device */

static void midaw_put(struct device *dev, unsigned int n, uint8_t flags, uint16_t count,
		      uint32_t at)
{
	const uint32_t address = DEVICE_IOVA + at;
	uint8_t *midaw = dev->mem + LIST + 16 * n;

	memset(midaw, 0, 16);
	midaw[5] = flags;
	midaw[6] = count >> 8;
	midaw[7] = count & 0xff;
	midaw[12] = address >> 24;
	midaw[13] = address >> 16 & 0xff;
	midaw[14] = address >> 8 & 0xff;
	midaw[15] = address & 0xff;
}

/* One byte, two bytes, one nowhere, the rest. */
static void program_midaws(struct device *dev)
{
	memset(dev->mem + 0x1000, UNTOUCHED, 0x3000);
	midaw_put(dev, 0, 0, 1, FIRST);
	midaw_put(dev, 1, 0, 2, SECOND);
	midaw_put(dev, 2, MIDAW_SKIP, 1, 0);
	midaw_put(dev, 3, MIDAW_LAST, SENSE_ID_CUT - 4, THIRD);
	ccw_put(dev, 0, CMD_SENSE_ID, FLAG_SLI | FLAG_MIDA, SENSE_ID_CUT, DEVICE_IOVA + LIST);
}

static bool is_untouched(const struct device *dev, unsigned int from, unsigned int to)
{
	while (from < to && dev->mem[from] == UNTOUCHED)
		from++;
	return from == to;
}

void test_midaws(struct device *dev)
{
	struct ccwbroker_cmd_request cmd;
	uint8_t expected[SENSE_ID_CUT];
	int r;

	check_works(dev, "Sense ID without MIDAWs");
	memcpy(expected, dev->mem + 4096, sizeof(expected));
	program_midaws(dev);
	r = run_orb(dev, 5000, ORB_MIDAWS, &cmd);
	check(!r && ended_well(&cmd), "Sense ID by MIDAWs", r);
	check(dev->mem[FIRST] == expected[0], "the first byte is where the first MIDAW says",
	      dev->mem[FIRST]);
	check(!memcmp(dev->mem + SECOND, expected + 1, 2), "the next two stand before a page's end",
	      dev->mem[SECOND]);
	check(!memcmp(dev->mem + THIRD, expected + 4, 3), "one is skipped, and the rest follows",
	      dev->mem[THIRD]);
	check(is_untouched(dev, 0x1000, FIRST) && is_untouched(dev, FIRST + 1, SECOND) &&
		      is_untouched(dev, 0x2000, THIRD) && is_untouched(dev, THIRD + 3, 0x4000),
	      "nothing else is touched", 0);
	check_unpinned("and nothing is pinned");
	r = run_orb(dev, 5000, 0, &cmd);
	check(r == -EOPNOTSUPP && cmd.reason == CCWBROKER_REFUSED_CCW_UNSUPPORTED,
	      "an ORB that does not allow MIDAWs is refused with them", r);
}
