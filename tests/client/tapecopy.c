/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A real client: writes a labelled tape of random blocks through brokered fds, rewinds, reads it
 * back and compares every byte. For the emulated machine; installed nowhere.
 *
 *   ccwctl run 0.0.0580 -- tapecopy --volume=ABC123 --count=1000 --size=32768
 *   tapecopy --print=SEED --count=1000 --size=32768    the data of that seed, and no tape
 */
#include <errno.h>
#include <getopt.h>
#include <libccwbroker.h>
#include <string.h>
#include <sys/random.h>

#include "ebcdic.h"
#include "tape.h"

#define LABEL_SIZE  80
#define SERIAL_SIZE 6
#define COUNT_MAX   999999 /* six digits in the label */

struct copy {
	struct tape *tape;
	const char *serial;
	unsigned int count;
	unsigned int size;
	uint64_t seed;
	bool is_print;
	uint8_t *wanted;
	uint8_t *got;
};

/* splitmix64: the same seed gives the same tape again, so that nothing must be kept */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void fill(uint8_t *at, size_t size, uint64_t *state)
{
	while (size) {
		uint64_t value = next_random(state);
		size_t n = size < sizeof(value) ? size : sizeof(value);

		memcpy(at, &value, n);
		at += n;
		size -= n;
	}
}

static int make_label(const struct copy *copy, const char *name, unsigned int blocks,
		      uint8_t label[static LABEL_SIZE])
{
	char text[LABEL_SIZE + 1];

	if (!strcmp(name, "VOL1"))
		snprintf(text, sizeof(text), "VOL1%-6s", copy->serial);
	else
		snprintf(text, sizeof(text), "%s%-17s%-6s00010001%6s%6s%6s0%06u%-13s%7s", name,
			 "CCWBROKER.TEST", copy->serial, "", " 26001", " 26001", blocks,
			 "CCWBROKER", "");
	return ebcdic_from_ascii(text, label, LABEL_SIZE);
}

static int write_label(struct copy *copy, const char *name, unsigned int blocks)
{
	uint8_t label[LABEL_SIZE];
	int r;

	r = make_label(copy, name, blocks, label);
	if (r < 0)
		return r;
	return tape_write(copy->tape, label, 1, LABEL_SIZE);
}

static int read_label(struct copy *copy, const char *name, unsigned int blocks)
{
	uint8_t wanted[LABEL_SIZE], got[LABEL_SIZE];
	int r;

	r = make_label(copy, name, blocks, wanted);
	if (r >= 0)
		r = tape_read(copy->tape, got, 1, LABEL_SIZE);
	if (r < 0)
		return r;
	if (!memcmp(wanted, got, LABEL_SIZE))
		return 0;
	fprintf(stderr, "tapecopy: label %s is not what was written\n", name);
	return -EIO;
}

static int write_data(struct copy *copy)
{
	uint64_t state = copy->seed;
	unsigned int batch = tape_batch(copy->size);
	int r;

	for (unsigned int done = 0; done < copy->count; done += batch) {
		if (batch > copy->count - done)
			batch = copy->count - done;
		fill(copy->wanted, (size_t)batch * copy->size, &state);
		r = tape_write(copy->tape, copy->wanted, batch, copy->size);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_data(struct copy *copy)
{
	uint64_t state = copy->seed;
	unsigned int batch = tape_batch(copy->size);
	int r;

	for (unsigned int done = 0; done < copy->count; done += batch) {
		if (batch > copy->count - done)
			batch = copy->count - done;
		fill(copy->wanted, (size_t)batch * copy->size, &state);
		r = tape_read(copy->tape, copy->got, batch, copy->size);
		if (r < 0)
			return r;
		if (!memcmp(copy->wanted, copy->got, (size_t)batch * copy->size))
			continue;
		fprintf(stderr, "tapecopy: blocks %u to %u differ from what was written\n", done,
			done + batch - 1);
		return -EIO;
	}
	return 0;
}

static int write_tape(struct copy *copy)
{
	int r;

	r = tape_rewind(copy->tape);
	if (r >= 0)
		r = write_label(copy, "VOL1", 0);
	if (r >= 0)
		r = write_label(copy, "HDR1", 0);
	if (r >= 0)
		r = tape_write_mark(copy->tape);
	if (r >= 0)
		r = write_data(copy);
	if (r >= 0)
		r = tape_write_mark(copy->tape);
	if (r >= 0)
		r = write_label(copy, "EOF1", copy->count);
	for (int i = 0; i < 2 && r >= 0; i++)
		r = tape_write_mark(copy->tape);
	return r;
}

static int read_tape(struct copy *copy)
{
	int r;

	r = tape_rewind(copy->tape);
	if (r >= 0)
		r = read_label(copy, "VOL1", 0);
	if (r >= 0)
		r = read_label(copy, "HDR1", 0);
	if (r >= 0)
		r = tape_read_mark(copy->tape);
	if (r >= 0)
		r = read_data(copy);
	if (r >= 0)
		r = tape_read_mark(copy->tape);
	if (r >= 0)
		r = read_label(copy, "EOF1", copy->count);
	for (int i = 0; i < 2 && r >= 0; i++)
		r = tape_read_mark(copy->tape);
	if (r >= 0)
		r = tape_rewind(copy->tape);
	return r;
}

/* What the data blocks hold, without a tape: for whoever reads the tape by other means. */
static int print_data(struct copy *copy)
{
	_cleanup_free_ uint8_t *block = malloc(copy->size);
	uint64_t state = copy->seed;

	if (!block)
		return -ENOMEM;
	for (unsigned int done = 0; done < copy->count; done++) {
		/* as the blocks are filled: a batch is one stretch of whole words */
		fill(block, copy->size, &state);
		if (fwrite(block, copy->size, 1, stdout) != 1)
			return -EIO;
	}
	return fflush(stdout) ? -errno : 0;
}

static int copy_run(struct copy *copy)
{
	_cleanup_(tape_closep) struct tape *tape = NULL;
	_cleanup_free_ uint8_t *wanted = malloc(TAPE_BATCH_BYTES);
	_cleanup_free_ uint8_t *got = calloc(1, TAPE_BATCH_BYTES);
	int r;

	if (!wanted || !got)
		return -ENOMEM;
	if (getrandom(&copy->seed, sizeof(copy->seed), 0) < 0)
		return -errno;
	r = tape_open(&tape);
	if (r < 0)
		return r;
	copy->tape = tape;
	copy->wanted = wanted;
	copy->got = got;
	r = write_tape(copy);
	if (r >= 0)
		r = read_tape(copy);
	if (r < 0)
		return r;
	printf("tapecopy: volume %s: %u blocks of %u bytes written and read back equal, seed %016llx\n",
	       copy->serial, copy->count, copy->size, (unsigned long long)copy->seed);
	return 0;
}

static int parse_number(const char *text, unsigned int max, unsigned int *ret)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || *text == '-' || !value || value > max)
		return -EINVAL;
	*ret = (unsigned int)value;
	return 0;
}

/* Sixteen hex digits, as the last line of a run tells. Sizes that are no whole words differ. */
static int parse_seed(const char *text, struct copy *copy)
{
	char *end;

	errno = 0;
	copy->seed = strtoull(text, &end, 16);
	copy->is_print = true;
	return errno || *end || end == text ? -EINVAL : 0;
}

static int parse_options(int argc, char **argv, struct copy *copy)
{
	static const struct option options[] = {
		{ "volume", required_argument, NULL, 'v' },
		{ "count", required_argument, NULL, 'c' },
		{ "size", required_argument, NULL, 's' },
		{ "print", required_argument, NULL, 'p' },
		{},
	};
	int option, r = 0;

	while (r >= 0 && (option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'v')
			copy->serial = optarg;
		else if (option == 'c')
			r = parse_number(optarg, COUNT_MAX, &copy->count);
		else if (option == 's')
			r = parse_number(optarg, CCWB_PROGRAM_BYTES_MAX, &copy->size);
		else if (option == 'p')
			r = parse_seed(optarg, copy);
		else
			r = -EINVAL;
	}
	if (strlen(copy->serial) > SERIAL_SIZE || optind < argc)
		r = -EINVAL;
	if (copy->is_print && copy->size % sizeof(copy->seed))
		r = -EINVAL;
	return r;
}

int main(int argc, char **argv)
{
	struct copy copy = { .serial = "CCWTST", .count = 1000, .size = 32768 };
	int r;

	if (parse_options(argc, argv, &copy) < 0) {
		fprintf(stderr,
			"usage: ccwctl run DEV -- tapecopy [--volume=SERIAL] [--count=BLOCKS] [--size=BYTES]\n");
		return 2;
	}
	r = copy.is_print ? print_data(&copy) : copy_run(&copy);
	if (r < 0)
		fprintf(stderr, "tapecopy: failed: %s\n", strerror(-r));
	return r < 0 ? 1 : 0;
}
