// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Implements the bench of the translator's tests: writing programs, expectations.
 */
#include "bench.h"

struct bench *bench_new(void)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	ck_assert_ptr_nonnull(bench);
	bench->guest = guest_new();
	guest_map(bench->guest, PROGRAM, 16, true);
	guest_map(bench->guest, DATA, 64, true);
	guest_map(bench->guest, READ_ONLY, 4, false);
	guest_map(bench->guest, LAST, 1, true);
	guest_map(bench->guest, HIGH, 40, true);
	bench->cp = cp_new(bench->guest);
	ck_assert_ptr_nonnull(bench->cp);
	return bench;
}

struct bench *bench_free(struct bench *bench)
{
	cp_release(bench->cp);
	ck_assert_uint_eq(guest_pinned_pages(bench->guest), cp_memory_pages(bench->cp));
	bench->cp = cp_free(bench->cp);
	ck_assert_ptr_null(bench->cp);
	guest_free(bench->guest);
	free(bench);
	return NULL;
}

static void put_number(u8 *p, unsigned int n, u64 v)
{
	while (n-- > 0) {
		p[n] = (u8)v;
		v >>= 8;
	}
}

void bench_ccw(struct bench *bench, u8 orb5, u32 at, u8 cmd, u8 flags, u16 count, u32 addr)
{
	u8 raw[8] = { 0 };

	if (orb5 & FORMAT1) {
		raw[1] = flags;
		put_number(raw + 2, 2, count);
		put_number(raw + 4, 4, addr);
	} else {
		put_number(raw, 4, addr);
		raw[4] = flags;
		put_number(raw + 6, 2, count);
	}
	raw[0] = cmd;
	guest_put(bench->guest, at, raw, sizeof(raw));
}

void bench_tic(struct bench *bench, u8 orb5, u32 at, u32 to)
{
	bench_ccw(bench, orb5, at, 0x08, 0, 0, to);
}

void bench_idaw(struct bench *bench, u8 orb5, u32 list, unsigned int i, u64 addr)
{
	unsigned int size = orb5 & IDAW2_4K ? 8 : 4;
	u8 raw[8];

	put_number(raw, size, addr);
	guest_put(bench->guest, list + i * size, raw, size);
}

void bench_midaw(struct bench *bench, u32 list, unsigned int i, u8 flags, u16 count, u64 addr)
{
	u8 raw[16] = { 0 };

	raw[5] = flags;
	put_number(raw + 6, 2, count);
	put_number(raw + 8, 8, addr);
	guest_put(bench->guest, list + i * sizeof(raw), raw, sizeof(raw));
}

void bench_answer(struct bench *bench, u32 length, bool immediate, bool modifier)
{
	struct channel_answer answer = {
		.length = length,
		.immediate = immediate,
		.modifier = modifier,
	};

	ck_assert_uint_lt(bench->nanswers, ARRAY_SIZE(bench->answers));
	bench->answers[bench->nanswers++] = answer;
}

u8 bench_byte(u64 iova)
{
	return (u8)(iova * 7 + (iova >> 8) * 13 + 1);
}

void bench_fill(struct bench *bench, u64 iova, size_t len)
{
	u8 buf[CP_PAGE_SIZE];
	size_t i, n;

	for (; len > 0; len -= n, iova += n) {
		n = min(len, sizeof(buf));
		for (i = 0; i < n; i++)
			buf[i] = bench_byte(iova + i);
		guest_put(bench->guest, iova, buf, n);
	}
}

void bench_expect_filled(struct bench *bench, u64 iova, size_t len)
{
	u8 buf[CP_PAGE_SIZE];
	size_t i, n;

	for (; len > 0; len -= n, iova += n) {
		n = min(len, sizeof(buf));
		guest_get(bench->guest, iova, buf, n);
		for (i = 0; i < n; i++)
			if (buf[i] != bench_byte(iova + i))
				ck_abort_msg("byte at %llx has changed",
					     (unsigned long long)(iova + i));
	}
}

static void expect_sent_byte(u64 iova, u8 byte, u32 n)
{
	if (byte != (u8)(n + (n >> 8)))
		ck_abort_msg("byte at %llx is %02x, not byte %u that the device sent",
			     (unsigned long long)iova, byte, n);
}

void bench_expect_sent(struct bench *bench, u64 iova, size_t len, u32 first)
{
	u8 *buf = malloc(len);
	size_t i;

	ck_assert_ptr_nonnull(buf);
	guest_get(bench->guest, iova, buf, len);
	for (i = 0; i < len; i++)
		expect_sent_byte(iova + i, buf[i], first + (u32)i);
	free(buf);
}

void bench_expect_sent_down(struct bench *bench, u64 highest, size_t len, u32 first)
{
	u8 *buf = malloc(len);
	size_t i;

	ck_assert_ptr_nonnull(buf);
	guest_get(bench->guest, highest - (len - 1), buf, len);
	for (i = 0; i < len; i++)
		expect_sent_byte(highest - i, buf[len - 1 - i], first + (u32)i);
	free(buf);
}

int bench_translate(struct bench *bench, u8 orb5, u32 cpa)
{
	bench->orb[5] = orb5;
	put_number(bench->orb + 8, 4, cpa);
	bench->orb[6] = 0xff;
	return cp_translate(bench->cp, bench->orb, &bench->refusal);
}

void bench_accept(struct bench *bench, u8 orb5, u32 cpa)
{
	int r = bench_translate(bench, orb5, cpa);

	ck_assert_msg(r == 0, "refused: errno %d, reason %u, CCW at %x", -r, bench->refusal.reason,
		      bench->refusal.ccw);
	ck_assert_uint_eq(bench->refusal.reason, CCWBROKER_REFUSED_NOT);
	ck_assert(cp_is_held(bench->cp));
}

static int errno_of(u32 reason)
{
	switch (reason) {
	case CCWBROKER_REFUSED_ORB:
	case CCWBROKER_REFUSED_CCW_UNSUPPORTED:
		return -EOPNOTSUPP;
	case CCWBROKER_REFUSED_CCW_UNREADABLE:
	case CCWBROKER_REFUSED_IDAL_UNREADABLE:
	case CCWBROKER_REFUSED_DATA_UNMAPPED:
		return -EFAULT;
	case CCWBROKER_REFUSED_DATA_PROTECTED:
	case CCWBROKER_REFUSED_COMMAND:
		return -EPERM;
	case CCWBROKER_REFUSED_DATA_SIZE:
		return -E2BIG;
	case CCWBROKER_REFUSED_RESOURCES:
		return -ENOMEM;
	default:
		return -EINVAL;
	}
}

void bench_refuse(struct bench *bench, u8 orb5, u32 cpa, u32 reason, u32 ccw)
{
	int r = bench_translate(bench, orb5, cpa);

	ck_assert_uint_eq(bench->refusal.reason, reason);
	if (ccw != ANY_CCW)
		ck_assert_uint_eq(bench->refusal.ccw, ccw);
	ck_assert_int_eq(r, errno_of(reason));
	ck_assert(!cp_is_held(bench->cp));
	ck_assert_uint_eq(guest_pinned_pages(bench->guest), cp_memory_pages(bench->cp));
}

static struct channel_answer answer_next(void *data, unsigned int nth, u8 cmd, u16 count)
{
	struct bench *bench = data;
	struct channel_answer answer = { .length = 0xffffffff };

	if (bench->nanswers)
		answer = bench->answers[min(nth, bench->nanswers - 1)];
	if (answer.length == 0xffffffff)
		answer.length = count;
	if (cmd == 0x03)
		answer.immediate = true;
	return answer;
}

static void cpa_to_guest(struct bench *bench)
{
	u8 scsw[12] = { 0 };

	put_number(scsw + 4, 4, bench->host.cpa);
	cp_guest_scsw(bench->cp, scsw);
	bench->host.cpa = (u32)scsw[4] << 24 | (u32)scsw[5] << 16 | (u32)scsw[6] << 8 | scsw[7];
}

void bench_channel(struct bench *bench)
{
	struct channel *host = &bench->host;

	host->mem.guest = bench->guest;
	host->mem.is_host = true;
	memset(host->mem.orb, 0, sizeof(host->mem.orb));
	host->mem.orb[5] = FORMAT1 | IDAW2_4K;
	put_number(host->mem.orb + 8, 4, cp_host_cpa(bench->cp));
	if (!host->answer) {
		host->answer = answer_next;
		host->data = bench;
	}
	channel_run(host);
	cpa_to_guest(bench);
}

void bench_go(struct bench *bench)
{
	bench_channel(bench);
	if (cp_has_copies(bench->cp))
		ck_assert_int_eq(cp_copy_back(bench->cp), 0);
	cp_release(bench->cp);
	ck_assert(!cp_is_held(bench->cp));
	ck_assert_uint_eq(guest_pinned_pages(bench->guest), cp_memory_pages(bench->cp));
}

void bench_run(struct bench *bench, u8 orb5, u32 cpa)
{
	bench_accept(bench, orb5, cpa);
	bench_go(bench);
}
