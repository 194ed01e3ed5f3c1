// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Checks and channel programs of the raw test of the module.
 */
#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "module-program.h"

unsigned int failures;

void check(bool ok, const char *what, long got)
{
	printf("%s - %s (%ld)\n", ok ? "ok" : "not ok", what, got);
	fflush(stdout);
	failures += !ok;
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

void ccw_put(struct device *dev, unsigned int n, uint8_t cmd, uint8_t flags, uint16_t count,
	     uint32_t address)
{
	uint8_t *ccw = dev->mem + 8 * n;

	ccw[0] = cmd;
	ccw[1] = flags;
	ccw[2] = count >> 8;
	ccw[3] = count;
	put32(ccw + 4, address);
}

void program_endless(struct device *dev)
{
	ccw_put(dev, 0, CMD_REWIND, FLAG_CC | FLAG_SLI, 1, DEVICE_IOVA);
	ccw_put(dev, 1, CMD_WRITE, FLAG_CC | FLAG_SLI, 32768, DEVICE_IOVA + 8192);
	ccw_put(dev, 2, CMD_TIC, 0, 0, DEVICE_IOVA);
}

void program_sense_id(struct device *dev)
{
	memset(dev->mem + 4096, 0, 64);
	ccw_put(dev, 0, CMD_SENSE_ID, FLAG_SLI, 64, DEVICE_IOVA + 4096);
}

void program_nop(struct device *dev)
{
	ccw_put(dev, 0, CMD_NOP, FLAG_SLI, 1, 0);
}

static void orb_make(uint8_t *orb, uint8_t *scsw)
{
	orb[5] = ORB_FORMAT_1 | ORB_PREFETCH;
	orb[6] = 0xff;
	put32(orb + 8, DEVICE_IOVA);
	scsw[2] = 0x40; /* start function */
}

int run_orb(struct device *dev, unsigned int timeout_ms, uint8_t orb7,
	    struct ccwbroker_cmd_request *cmd)
{
	memset(cmd, 0, sizeof(*cmd));
	cmd->argsz = sizeof(*cmd);
	cmd->timeout_ms = timeout_ms;
	orb_make(cmd->orb_area, cmd->scsw_area);
	cmd->orb_area[7] |= orb7;
	return ioctl(dev->device, VFIO_DEVICE_CCW_CMD_REQUEST, cmd) ? -errno : 0;
}

int run(struct device *dev, unsigned int timeout_ms, struct ccwbroker_cmd_request *cmd)
{
	return run_orb(dev, timeout_ms, 0, cmd);
}

int start(struct device *dev)
{
	struct ccw_io_region io = {};
	ssize_t n;

	orb_make(io.orb_area, io.scsw_area);
	n = pwrite(dev->device, &io, sizeof(io), 0);
	return n < 0 ? -errno : 0;
}

bool ended_well(const struct ccwbroker_cmd_request *cmd)
{
	return cmd->irb_area[8] == 0x0c &&
	       !(cmd->irb_area[9] & ~0x40); /* CE+DE, at most incorrect length */
}

void check_unpinned(const char *what)
{
	long pins = device_pins();
	int i;

	for (i = 0; i < 100 && pins; i++) {
		usleep(10000);
		pins = device_pins();
	}
	check(pins == 0, what, pins);
}

void check_works(struct device *dev, const char *what)
{
	struct ccwbroker_cmd_request cmd;
	int r;

	program_sense_id(dev);
	r = run(dev, 5000, &cmd);
	check(!r && ended_well(&cmd) && dev->mem[4096] == 0xff, what, r);
	check_unpinned("and nothing is pinned");
}

bool fd_rings(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t n;

	return poll(&p, 1, timeout_ms) == 1 && read(fd, &n, sizeof(n)) == sizeof(n);
}
