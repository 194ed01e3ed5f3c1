// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Sense ID stores, and a tape's Write fetches, as much as its count says is looked at: what would touch one
 * byte outside is refused before the start.
 */
#include "storm-edge.h"

#include <endian.h>
#include <errno.h>

#include "module-program.h"

#define END  (DEVICE_IOVA + DEVICE_SIZE)
#define HOLE (DEVICE_IOVA + CANARY_HOLE)

struct edge {
	const char *what;
	uint32_t at;
	bool is_inside;
};

static const struct edge edges[] = {
	{ "at the first byte", DEVICE_IOVA, true },
	{ "one byte before it", DEVICE_IOVA - 1, false },
	{ "up to the last byte", END - 64, true },
	{ "one byte past it", END - 63, false },
	{ "behind it", END, false },
	{ "up to the hole", HOLE - 64, true },
	{ "one byte into the hole", HOLE - 63, false },
	{ "in the hole", HOLE + 1000, false },
	{ "from the hole's last byte", HOLE + 4095, false },
	{ "behind the hole", HOLE + 4096, true },
};

#define LIST 0x2000u

/* Two words of format 1, as the ORB of run() says: blocks of 2 KiB, the second where the first ends. */
static void put_list(struct device *dev, uint32_t at)
{
	uint32_t words[] = { htobe32(at), htobe32((at & ~2047u) + 2048) };

	memcpy(dev->mem + LIST, words, sizeof(words));
}

static int run_edge(struct device *dev, uint8_t command, uint32_t at, bool by_list,
		    struct ccwbroker_cmd_request *cmd)
{
	put_list(dev, at);
	ccw_put(dev, 0, CMD_NOP, FLAG_CC | FLAG_SLI, 1, 0);
	ccw_put(dev, 1, command, FLAG_SLI | (by_list ? FLAG_IDA : 0), 64,
		by_list ? DEVICE_IOVA + LIST : at);
	return run(dev, 5000, cmd);
}

/* Inside it is the device's to say how it ends; at the first byte it may store over the program itself. */
static bool holds(const struct edge *edge, int r, const struct ccwbroker_cmd_request *cmd)
{
	if (edge->is_inside)
		return r == 0;
	return r == -EFAULT && cmd->reason == CCWBROKER_REFUSED_DATA_UNMAPPED;
}

static unsigned int count_wrong(struct device *dev, uint8_t command)
{
	struct ccwbroker_cmd_request cmd;
	unsigned int i, n = 0;
	int by_list, r;

	for (i = 0; i < sizeof(edges) / sizeof(*edges); i++)
		for (by_list = 0; by_list < 2; by_list++) {
			r = run_edge(dev, command, edges[i].at, by_list, &cmd);
			if (holds(&edges[i], r, &cmd))
				continue;
			printf("# command %02x %s%s: %d, reason %u\n", command, edges[i].what,
			       by_list ? " by a list" : "", r, cmd.reason);
			n++;
		}
	return n;
}

void storm_edge(const struct storm_device *device)
{
	struct canary *canary = device->canary;
	struct device dev;
	unsigned int n;
	int r;

	r = device_open_lent(device->id, canary->mem, CANARY_HOLE, &dev);
	check(r == 0, device->id, r);
	n = count_wrong(&dev, CMD_SENSE_ID);
	check(!n, "what stores is taken up to the edges of its memory, and refused past them", n);
	if (!strcmp(device->cu, "3490")) {
		n = count_wrong(&dev, CMD_WRITE);
		check(!n, "so is what fetches", n);
	}
	check(!canary_damaged(canary, false), "no canary was stored into", 0);
	check(!canary_leaked(canary), "and none is in the memory", 0);
	device_close(&dev);
}

void storm_edge_prove(struct canary *canary)
{
	unsigned int i = 0;
	uint8_t *byte;

	while (!canary->is_near[i])
		i++;
	byte = canary->pages + (size_t)i * CANARY_PAGE + 1234;
	*byte ^= 1;
	check(canary_damaged(canary, true) == 1, "a bit of a canary is missed", 1);
	*byte ^= 1;
	check(!canary_damaged(canary, false), "and found again", 0);
	memcpy(canary->mem + DEVICE_SIZE - 9, CANARY_TEXT, 8);
	check(canary_leaked(canary), "the pattern is found in the memory", 1);
	memset(canary->mem + DEVICE_SIZE - 9, 0, 8);
	check(!canary_leaked(canary), "and missed again", 0);
}
