// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Pages of one file in memory, sorted by the frames that they have in the machine: rows of one to four
 * neighbours become the client's memory, what lies between them canaries.
 */
#include "storm-canary.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#define ROW_MAX	     4u
#define FRAME_BITS   ((1ULL << 55) - 1) /* of an entry of pagemap */
#define IS_PRESENT   (1ULL << 63)
#define BALLOON_FROM (CANARY_HOLE + CANARY_PAGE)

static int read_frames(const struct canary *canary, uint64_t *ret_frames)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	off_t at = (uintptr_t)canary->pages / CANARY_PAGE * sizeof(uint64_t);
	ssize_t n, want = canary->n_pages * sizeof(uint64_t);
	unsigned int i;

	if (fd < 0)
		return -errno;
	n = pread(fd, ret_frames, want, at);
	close(fd);
	if (n != want)
		return -EIO;
	for (i = 0; i < canary->n_pages; i++)
		ret_frames[i] = ret_frames[i] & IS_PRESENT ? ret_frames[i] & FRAME_BITS : 0;
	return 0;
}

static void fill(uint8_t *page)
{
	unsigned int i;

	for (i = 0; i < CANARY_PAGE; i += 8)
		memcpy(page + i, CANARY_TEXT, 8);
}

static bool is_whole(const uint8_t *page)
{
	const uint64_t *words = (const void *)page;
	uint64_t text;
	unsigned int i;

	memcpy(&text, CANARY_TEXT, 8);
	for (i = 0; i < CANARY_PAGE / 8; i++)
		if (words[i] != text)
			return false;
	return true;
}

static int compare(const void *a, const void *b, void *frames)
{
	const uint64_t *f = frames;
	uint64_t x = f[*(const unsigned int *)a], y = f[*(const unsigned int *)b];

	return (x > y) - (x < y);
}

/* Places page of the file at this offset of the memory; the front guard is page -1. */
static int place(struct canary *canary, int fd, unsigned int page, long at)
{
	void *to = canary->mem + at;

	return mmap(to, CANARY_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		    (off_t)page * CANARY_PAGE) == MAP_FAILED
		       ? -errno
		       : 0;
}

/* The n pages from order[i] on are neighbours, and so are those before and behind them. */
static bool is_row(const struct canary *canary, const unsigned int *order, unsigned int i,
		   unsigned int n)
{
	unsigned int k;

	if (i + n >= canary->n_pages)
		return false;
	for (k = i; k <= i + n; k++)
		if (!canary->frames[order[k - 1]] ||
		    canary->frames[order[k]] != canary->frames[order[k - 1]] + 1)
			return false;
	return true;
}

static long next_place(long at)
{
	at += CANARY_PAGE;
	return at == (long)CANARY_HOLE ? at + CANARY_PAGE : at;
}

/* Returns where the memory goes on that no row was found for, or -errno. */
static long place_rows(struct canary *canary, int fd, const unsigned int *order, struct dice *dice)
{
	unsigned int i = 1, n, k;
	long at = 0;
	int r;

	while (at < DEVICE_SIZE && i < canary->n_pages) {
		n = 1 + dice_below(dice, ROW_MAX);
		if (!is_row(canary, order, i, n)) {
			i++;
			continue;
		}
		canary->is_near[order[i - 1]] = true;
		for (k = 0; k < n && at < DEVICE_SIZE; k++, at = next_place(at)) {
			canary->is_memory[order[i + k]] = true;
			r = place(canary, fd, order[i + k], at);
			if (r)
				return r;
		}
		canary->is_near[order[i + k]] = true;
		canary->n_rows++;
		i += k + 1;
	}
	return at;
}

/* The rest of the memory is of pages that have no neighbours of ours. */
static int place_lone(struct canary *canary, int fd, long at)
{
	unsigned int page = 0;
	int r;

	for (; at < DEVICE_SIZE; at = next_place(at)) {
		while (canary->is_memory[page] || canary->is_near[page])
			page++;
		canary->is_memory[page] = true;
		canary->n_lone++;
		r = place(canary, fd, page, at);
		if (r)
			return r;
	}
	return 0;
}

static int place_memory(struct canary *canary, int fd, const unsigned int *order, struct dice *dice)
{
	long at = place_rows(canary, fd, order, dice);

	if (at < 0)
		return at;
	if (at < DEVICE_SIZE && (canary->n_pages < CANARY_PAGES || !canary->n_rows))
		return -ENOSPC;
	return place_lone(canary, fd, at);
}

/* Before, in the hole, behind. */
static int place_guards(struct canary *canary, int fd)
{
	static const long at[] = { -(long)CANARY_PAGE, CANARY_HOLE, DEVICE_SIZE };
	unsigned int i, page = 0;
	int r;

	for (i = 0; i < 3; i++, page++) {
		while (canary->is_memory[page] || canary->is_near[page])
			page++;
		canary->is_near[page] = true;
		r = place(canary, fd, page, at[i]);
		if (r)
			return r;
	}
	return 0;
}

static int map_all(struct canary *canary, int fd)
{
	size_t all = canary->n_pages * CANARY_PAGE;
	uint8_t *area;

	if (ftruncate(fd, all))
		return -errno;
	canary->pages = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	area = mmap(NULL, DEVICE_SIZE + 2 * CANARY_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (canary->pages == MAP_FAILED || area == MAP_FAILED)
		return -errno;
	canary->mem = area + CANARY_PAGE;
	return 0;
}

static int canary_fill(struct canary *canary, int fd, struct dice *dice)
{
	unsigned int order[CANARY_PAGES], i;
	int r;

	r = map_all(canary, fd);
	if (r)
		return r;
	for (i = 0; i < canary->n_pages; i++) {
		fill(canary->pages + (size_t)i * CANARY_PAGE);
		order[i] = i;
	}
	r = read_frames(canary, canary->frames);
	if (r)
		return r;
	qsort_r(order, canary->n_pages, sizeof(*order), compare, canary->frames);
	r = place_memory(canary, fd, order, dice) ?: place_guards(canary, fd);
	for (i = 0; i < canary->n_pages; i++)
		if (canary->is_memory[i])
			memset(canary->pages + (size_t)i * CANARY_PAGE, 0, CANARY_PAGE);
	return r;
}

static int canary_try(struct canary *canary, unsigned int n_pages, struct dice *dice)
{
	int fd = memfd_create("storm", MFD_CLOEXEC);
	int r;

	memset(canary, 0, sizeof(*canary));
	canary->n_pages = n_pages;
	if (fd < 0)
		return -errno;
	r = canary_fill(canary, fd, dice);
	close(fd);
	return r;
}

static void canary_unmap(struct canary *canary)
{
	munmap(canary->pages, canary->n_pages * CANARY_PAGE);
	munmap(canary->mem - CANARY_PAGE, DEVICE_SIZE + 2 * CANARY_PAGE);
}

/* Where the machine's memory is in pieces, a few pages have no neighbours. */
int canary_new(struct canary *canary, struct dice *dice)
{
	unsigned int n;
	int r;

	for (n = CANARY_FEW;; n = n * 4 > CANARY_PAGES ? CANARY_PAGES : n * 4) {
		r = canary_try(canary, n, dice);
		if (r != -ENOSPC || n == CANARY_PAGES)
			return r;
		canary_unmap(canary);
	}
}

unsigned int canary_damaged(const struct canary *canary, bool only_near)
{
	unsigned int i, n = 0;

	for (i = 0; i < canary->n_pages; i++) {
		if (canary->is_memory[i] || (only_near && !canary->is_near[i]))
			continue;
		if (is_whole(canary->pages + (size_t)i * CANARY_PAGE))
			continue;
		printf("# canary %u, frame %llx, is damaged\n", i,
		       (unsigned long long)canary->frames[i]);
		n++;
	}
	return n;
}

static bool has_text(const uint8_t *from, const uint8_t *to)
{
	return memmem(from, to - from, CANARY_TEXT, 8);
}

bool canary_leaked(const struct canary *canary)
{
	const uint8_t *hole = canary->mem + CANARY_HOLE;

	return has_text(canary->mem, hole) ||
	       has_text(hole + CANARY_PAGE, canary->mem + DEVICE_SIZE);
}

void canary_replace(struct canary *canary)
{
	unsigned int at;

	if (mmap(canary->mem, DEVICE_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		_exit(1);
	for (at = 0; at < DEVICE_SIZE; at += CANARY_PAGE)
		fill(canary->mem + at);
}

int canary_balloon(struct canary *canary, struct dice *dice)
{
	unsigned int n = (DEVICE_SIZE - BALLOON_FROM) / CANARY_PAGE;
	uint8_t *page = canary->mem + BALLOON_FROM + dice_below(dice, n) * CANARY_PAGE;

	return madvise(page, CANARY_PAGE, MADV_REMOVE) ? -errno : 0;
}

unsigned int canary_settled(const struct canary *canary)
{
	uint64_t frames[CANARY_PAGES];
	unsigned int i, n = 0;

	if (read_frames(canary, frames))
		return 0;
	for (i = 0; i < canary->n_pages; i++)
		n += (canary->is_memory[i] || canary->is_near[i]) && frames[i] == canary->frames[i];
	return n;
}
