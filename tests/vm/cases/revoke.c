// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Revokes the client of a tape drive in the middle of a program of 64 CCWs that reads real blocks for
 * as long as it is let, while the client keeps its fd. Wants the bus id of a drive with a scratch
 * tape, bound to ccwbroker. Prints one line a check.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>

#include "module-program.h"

#define CMD_READ   0x02
#define BLOCKS	   62
#define BLOCK_SIZE 32768
#define DATA	   0x4000

/* Until a drive is bound anew: a second, and time for an emulator that others keep busy. */
#define REBIND_MS_MAX 3000

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Blocks that differ in every byte from their neighbours. */
static int write_blocks(struct device *dev)
{
	struct ccwbroker_cmd_request cmd;
	unsigned int i;
	int r;

	ccw_put(dev, 0, CMD_REWIND, FLAG_SLI, 1, DEVICE_IOVA + DATA);
	r = run(dev, 10000, &cmd);
	for (i = 0; i < BLOCKS && !r; i++) {
		memset(dev->mem + DATA, 1 + i, BLOCK_SIZE);
		ccw_put(dev, 0, CMD_WRITE, FLAG_SLI, BLOCK_SIZE, DEVICE_IOVA + DATA);
		r = run(dev, 10000, &cmd);
		if (!r && cmd.irb_area[8] != 0x0c)
			r = -EIO;
	}
	return r;
}

/* Rewind, 62 blocks to the same place, and again. */
static void program_64(struct device *dev)
{
	unsigned int i;

	memset(dev->mem + DATA, 0, BLOCK_SIZE);
	ccw_put(dev, 0, CMD_REWIND, FLAG_CC | FLAG_SLI, 1, DEVICE_IOVA + DATA);
	for (i = 1; i <= BLOCKS; i++)
		ccw_put(dev, i, CMD_READ, FLAG_CC | FLAG_SLI, BLOCK_SIZE, DEVICE_IOVA + DATA);
	ccw_put(dev, i, CMD_TIC, 0, 0, DEVICE_IOVA);
}

static bool data_changes(struct device *dev, unsigned int ms)
{
	uint8_t *before = malloc(BLOCK_SIZE);
	long end = now_ms() + ms;
	bool changes = false;

	memcpy(before, dev->mem + DATA, BLOCK_SIZE);
	while (!changes && now_ms() < end) {
		usleep(2000);
		changes = memcmp(before, dev->mem + DATA, BLOCK_SIZE);
	}
	free(before);
	return changes;
}

static void check_gone(struct device *dev)
{
	struct ccw_cmd_region cmd = { .command = VFIO_CCW_ASYNC_CMD_CSCH };
	struct ccwbroker_cmd_request request;
	uint8_t buf[124];
	ssize_t n;
	int r;

	n = pread(dev->device, buf, sizeof(buf), 0);
	check(n < 0 && errno == ENODEV, "the client's next call fails, a read", errno);
	check(start(dev) == -ENODEV, "a start", 0);
	n = pwrite(dev->device, &cmd, sizeof(cmd), 1 << 10);
	check(n < 0 && errno == ENODEV, "a clear", errno);
	r = run(dev, 1000, &request);
	check(r == -ENODEV, "CMD_REQUEST", r);
	r = ioctl(dev->device, VFIO_DEVICE_RESET);
	check(r < 0 && errno == ENODEV, "RESET", errno);
	r = device_unmap(dev) ?: device_map(dev);
	check(r == 0, "its memory is its own to map", r);
}

/* The drive gets a new binding and a new client, and the old one holds on through all of it. */
static void test_rebind(const char *id, struct device *old, long since)
{
	struct device dev;
	long ms;
	int r;

	r = device_unbind(id) ?: device_bind(id);
	ms = now_ms() - since;
	check(r == 0, "the drive is bound anew while the old client holds on", r);
	check(ms <= REBIND_MS_MAX, "soon after revoke was written (ms)", ms);
	check_gone(old);
	r = device_open(id, &dev);
	check(r == 0, "a new client opens it", r);
	check_works(&dev, "and it works");
	check_gone(old);
	device_close(old);
	check_works(&dev, "it works when the old client has closed, too");
	device_close(&dev);
	check(attr_is(id, "state", "closed"), "state closed", 0);
	r = device_open(id, &dev);
	check(r == 0, "it is opened again", r);
	device_close(&dev);
}

/* A client that does not care: endless, deaf, until it is killed. */
static _Noreturn void hold(const char *id)
{
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "opens it", r);
	program_endless(&dev);
	check(start(&dev) == 0, "holds it", 0);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	const char *id = argv[1];
	struct device dev;
	long since, ms;
	int r;

	if (argc == 3 && !strcmp(argv[2], "hold"))
		hold(id);
	if (argc != 2)
		return 2;
	r = device_open(id, &dev) ?: write_blocks(&dev);
	check(r == 0, "a tape with 62 blocks of 32 KiB", r);
	device_set_event(&dev, VFIO_CCW_REQ_IRQ_INDEX, event);
	program_64(&dev);
	r = start(&dev);
	check(r == 0, "a program of 64 CCWs", r);
	check(data_changes(&dev, 20000), "moves data", dev.mem[DATA]);
	check(device_pins() > 0, "pages are pinned", device_pins());
	since = now_ms();
	r = attr_write(id, "revoke", "1");
	ms = now_ms() - since;
	check(r == 0, "revoke in the middle of it", r);
	check(!data_changes(&dev, 500), "no data moves after it (ms it took)", ms);
	check_unpinned("nothing is pinned");
	check(fd_rings(event, 1000), "the request interrupt asks the client to go", 0);
	check_gone(&dev);
	since = now_ms() - ms;
	test_rebind(id, &dev, since);
	return failures ? 1 : 0;
}
