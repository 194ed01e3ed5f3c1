// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tries everything that changes a tape on a drive whose `commands` mask leaves only what reads it, and
 * reads it. Wants the bus id of the drive, whose VFIO node it may open. Prints one line a check.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "module-program.h"

#define CMD_READ      0x02
#define CMD_SENSE     0x04
#define CMD_ERASE_GAP 0x17
#define CMD_WTM	      0x1f
#define CMD_ERASE     0x97
#define CMD_FSB	      0x37
#define SENSE_REJECT  0x80
#define STATUS_GOOD   0x0c /* channel end, device end */
#define STATUS_REJECT 0x0e /* and unit check */

static const uint8_t vol1[] = { 0xe5, 0xd6, 0xd3, 0xf1 }; /* EBCDIC */

/* A program by the region; the IRB that ends it. */
static int run_by_region(struct device *dev, int event, uint8_t *irb)
{
	struct ccw_io_region io = {};
	int r;

	r = start(dev);
	if (r)
		return r;
	if (!fd_rings(event, 10000) || pread(dev->device, &io, sizeof(io), 0) < 0)
		return -EIO;
	memcpy(irb, io.irb_area, sizeof(io.irb_area));
	return 0;
}

static void check_rejected(struct device *dev, int event, uint8_t command, const char *name)
{
	struct ccwbroker_cmd_request cmd;
	uint8_t irb[96] = {};
	int r;

	printf("# %s\n", name);
	memset(dev->mem + 4096, 'x', 4096);
	ccw_put(dev, 0, CMD_REWIND, FLAG_CC | FLAG_SLI, 1, DEVICE_IOVA + 4096);
	ccw_put(dev, 1, command, FLAG_SLI, 80, DEVICE_IOVA + 4096);
	r = run_by_region(dev, event, irb);
	check(r == 0 && irb[8] == STATUS_REJECT, "ends with unit check", r ?: irb[8]);
	check((irb[16] & 0x01) && irb[32] == SENSE_REJECT, "the sense is Command Reject", irb[32]);
	r = run(dev, 10000, &cmd);
	check(r == -EPERM && cmd.reason == CCWBROKER_REFUSED_COMMAND &&
		      cmd.refused_ccw == DEVICE_IOVA + 8,
	      "CMD_REQUEST says which CCW it was", r);
}

static void check_reads(struct device *dev, int event)
{
	uint8_t irb[96] = {};
	int r;

	memset(dev->mem + 4096, 0, 80);
	ccw_put(dev, 0, CMD_REWIND, FLAG_CC | FLAG_SLI, 1, DEVICE_IOVA + 8192);
	ccw_put(dev, 1, CMD_READ, FLAG_CC | FLAG_SLI, 80, DEVICE_IOVA + 4096);
	ccw_put(dev, 2, CMD_REWIND, FLAG_CC | FLAG_SLI, 1, DEVICE_IOVA + 8192);
	ccw_put(dev, 3, CMD_FSB, FLAG_CC | FLAG_SLI, 1, DEVICE_IOVA + 8192);
	ccw_put(dev, 4, CMD_SENSE_ID, FLAG_SLI, 64, DEVICE_IOVA + 12288);
	r = run_by_region(dev, event, irb);
	check(r == 0 && (irb[8] & ~0x40) == STATUS_GOOD, "reading and positioning works",
	      r ?: irb[8]);
	check(!memcmp(dev->mem + 4096, vol1, sizeof(vol1)), "the label is read", dev->mem[4096]);
}

int main(int argc, char **argv)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct device dev;
	int r;

	if (argc != 2)
		return 2;
	r = device_open(argv[1], &dev);
	check(r == 0, "open", r);
	if (r)
		return 1;
	device_set_event(&dev, VFIO_CCW_IO_IRQ_INDEX, event);
	check_reads(&dev, event);
	check_rejected(&dev, event, CMD_WRITE, "Write");
	check_rejected(&dev, event, CMD_ERASE_GAP, "Erase Gap");
	check_rejected(&dev, event, CMD_ERASE, "Data Security Erase");
	check_rejected(&dev, event, CMD_WTM, "Write Tape Mark");
	check_reads(&dev, event);
	device_close(&dev);
	return failures ? 1 : 0;
}
