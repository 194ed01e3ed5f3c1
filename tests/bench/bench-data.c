// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The measuring half of `tests/bench/run kernel` in Hercules: reads the same data from two alike devices, from one through the kernel's driver
 * with read(2), from the other with CMD_REQUEST and the channel programs that the driver makes, too.
 * What both read is compared first.
 *
 *   bench-data [--rounds=N] [--slot-ms=N] [--only=PATTERN] EXTENT=NODE,ID...
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mtio.h>
#include <unistd.h>

#include "extent.h"
#include "port.h"
#include "rounds.h"

#define PAIRS_MAX  8
#define ENDED_WELL 0x0c /* channel end, device end */
#define BUFFER	   0x10000u

/* Two devices with the same data. */
struct pair {
	const struct extent *extent;
	int node;
	uint8_t *buffer; /* for the node; O_DIRECT wants it aligned */
	struct port port;
};

static struct pair pairs[PAIRS_MAX];
static unsigned int n_pairs;

static int node_begin(struct pair *pair)
{
	static const struct mtop rewind = { .mt_op = MTREW, .mt_count = 1 };

	return pair->extent->is_tape && ioctl(pair->node, MTIOCTOP, &rewind) ? -errno : 0;
}

static int node_read(struct pair *pair, uint32_t piece)
{
	const struct extent *extent = pair->extent;
	ssize_t n;

	if (extent->is_tape)
		n = read(pair->node, pair->buffer, extent->bytes);
	else
		n = pread(pair->node, pair->buffer, extent->bytes,
			  (off_t)(extent->first + piece) * extent->bytes);
	if (n < 0)
		return -errno;
	return n == (ssize_t)extent->bytes ? 0 : -EIO;
}

static int port_go(struct pair *pair)
{
	struct port_irb irb;
	int r = port_run_request(&pair->port, &irb);

	if (r < 0)
		return r;
	if (port_irb_device_status(&irb) == ENDED_WELL && !port_irb_channel_status(&irb))
		return 0;
	fprintf(stderr, "device status %02x, channel status %02x\n", port_irb_device_status(&irb),
		port_irb_channel_status(&irb));
	return -EIO;
}

static int port_begin(struct pair *pair)
{
	if (!pair->extent->is_tape)
		return 0;
	extent_write_rewind(pair->port.memory, PORT_IOVA);
	return port_go(pair);
}

static int port_read(struct pair *pair, uint32_t piece)
{
	extent_write_program(pair->extent, piece, pair->port.memory, PORT_IOVA);
	return port_go(pair);
}

static int pass(struct row *row, unsigned int programs, uint64_t *ret_ns,
		int (*begin)(struct pair *pair), int (*go)(struct pair *pair, uint32_t piece))
{
	struct pair *pair = row->data;
	int r = begin(pair);
	uint64_t since = rounds_now_ns();

	for (uint32_t i = 0; i < programs && !r; i++)
		r = go(pair, i % pair->extent->pieces);
	*ret_ns = rounds_now_ns() - since;
	return r;
}

static int run_driver(struct row *row, unsigned int programs, uint64_t *ret_ns)
{
	return pass(row, programs, ret_ns, node_begin, node_read);
}

static int run_request(struct row *row, unsigned int programs, uint64_t *ret_ns)
{
	return pass(row, programs, ret_ns, port_begin, port_read);
}

static int run_registered(struct row *row, unsigned int programs, uint64_t *ret_ns)
{
	struct pair *pair = row->data;
	int r = port_register(&pair->port);

	if (!r)
		r = run_request(row, programs, ret_ns);
	return r ? r : port_unregister(&pair->port);
}

/* Both ways give the same data, piece for piece, or there is nothing to compare. */
static int pair_check(struct pair *pair)
{
	const uint8_t *data = pair->port.memory + EXTENT_DATA_OFFSET;
	int r = node_begin(pair);

	if (!r)
		r = port_begin(pair);
	for (uint32_t i = 0; i < pair->extent->pieces && !r; i++) {
		r = node_read(pair, i);
		if (!r)
			r = port_read(pair, i);
		if (!r && memcmp(pair->buffer, data, pair->extent->bytes)) {
			fprintf(stderr, "piece %u differs\n", i);
			r = -EBADMSG;
		}
	}
	return r;
}

static int pair_open(struct pair *pair, const char *name, const char *node, const char *id)
{
	char dir[128];
	int r;

	for (pair->extent = extents; strcmp(pair->extent->name, name); pair->extent++)
		if (!pair->extent[1].name)
			return -EINVAL;
	pair->node = open(node, O_RDONLY | O_CLOEXEC | (pair->extent->is_tape ? 0 : O_DIRECT));
	if (pair->node < 0)
		return -errno;
	pair->buffer = aligned_alloc(4096, BUFFER);
	if (!pair->buffer)
		return -ENOMEM;
	memset(pair->buffer, 0x5a, BUFFER);
	snprintf(dir, sizeof(dir), "/sys/bus/ccw/devices/%s", id);
	r = port_open(dir, id, EXTENT_MEMORY, &pair->port);
	if (!r)
		r = pair_check(pair);
	if (!r)
		r = port_register(&pair->port);
	if (!r)
		r = pair_check(pair);
	return r ? r : port_unregister(&pair->port);
}

static int pair_add(const char *argument)
{
	char name[32], node[64], id[32];
	int r = -EINVAL;

	if (n_pairs < PAIRS_MAX && sscanf(argument, "%31[^=]=%63[^,],%31s", name, node, id) == 3)
		r = pair_open(&pairs[n_pairs], name, node, id);
	if (r < 0)
		fprintf(stderr, "bench-data: %s: %s\n", argument, strerror(-r));
	else
		n_pairs++;
	return r;
}

static void rows_make(struct rounds *rounds, struct pair *pair)
{
	struct row row = {
		.program = pair->extent->name,
		.bytes = pair->extent->bytes,
		.data = pair,
		.programs_max = pair->extent->is_tape ? pair->extent->pieces : 0,
	};

	row.way = "driver";
	row.run = run_driver;
	rounds_add(rounds, &row);
	row.way = "request";
	row.run = run_request;
	rounds_add(rounds, &row);
	row.way = "registered";
	row.run = run_registered;
	rounds_add(rounds, &row);
}

int main(int argc, char **argv)
{
	static struct rounds rounds;
	int first = rounds_parse(&rounds, argc, argv);

	if (first < 0)
		return 2;
	for (int i = first; i < argc; i++)
		if (pair_add(argv[i]) < 0)
			return 1;
	for (unsigned int i = 0; i < n_pairs; i++)
		rows_make(&rounds, &pairs[i]);
	return rounds_run(&rounds) < 0;
}
