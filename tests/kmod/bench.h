/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * One guest, one translator and one channel for a test, and short ways to write programs, run them
 * and say what must come of it. Every bench ends with nothing pinned and nothing allocated.
 */
#pragma once

#include <check.h>

#include "uapi/ccwbroker.h"
#include "cp-kernel.h"
#include "cp.h"
#include "fake-guest.h"
#include "model-channel.h"

/* The guest's memory as bench_new() maps it: pages of 4 KiB. */
#define PROGRAM	  0x10000u  /* 16 pages, writable */
#define DATA	  0x100000u /* 64 pages, writable */
#define READ_ONLY 0x200000u /* 4 pages */
#define LAST	  0xfff000u /* 1 page, the last that format 0 can address */
#define NOWHERE	  0x400000u
#define HIGH	  0x180000000ull /* 40 pages above 4 GiB, for format-2 IDAWs */
#define NO_CCW	  0u
#define ANY_CCW	  0xffffffffu

#define CD   0x80
#define CC   0x40
#define SLI  0x20
#define SKIP 0x10
#define PCI  0x08
#define IDA  0x04
#define MIDA 0x01

/* ORB byte 5: format of the CCWs, and of the IDAWs */
#define FORMAT0	 0x00
#define FORMAT1	 0x80
#define IDAW1	 0x00
#define IDAW2_4K 0x02
#define IDAW2_2K 0x03

#define ORB_MIDAWS 0x40 /* ORB byte 7 */

/* Flags of a MIDAW */
#define MIDAW_LAST 0x80
#define MIDAW_SKIP 0x40
#define MIDAW_DTI  0x20

struct bench {
	struct cp_mem *guest;
	struct cp *cp;
	struct cp_refusal refusal;
	struct channel host; /* of the last run; asks answers[] unless it has its own */
	u8 orb[12];
	struct channel_answer answers[32]; /* to the nth command; the last goes on */
	unsigned int nanswers;		   /* 0: every command takes what it can get */
};

struct bench *bench_new(void);
struct bench *bench_free(struct bench *bench);

/* Programs are written in the format that the ORB byte names. */
void bench_ccw(struct bench *bench, u8 orb5, u32 at, u8 cmd, u8 flags, u16 count, u32 addr);
void bench_tic(struct bench *bench, u8 orb5, u32 at, u32 to);
void bench_idaw(struct bench *bench, u8 orb5, u32 list, unsigned int i, u64 addr);

void bench_midaw(struct bench *bench, u32 list, unsigned int i, u8 flags, u16 count, u64 addr);

/* length: 0xffffffff means exactly the count. */
void bench_answer(struct bench *bench, u32 length, bool immediate, bool modifier);

/* Fills guest memory with bytes that differ from place to place, and tells them. */
u8 bench_byte(u64 iova);
void bench_fill(struct bench *bench, u64 iova, size_t len);
void bench_expect_filled(struct bench *bench, u64 iova, size_t len);
/* Byte i is what the device sends as its ith. */
void bench_expect_sent(struct bench *bench, u64 iova, size_t len, u32 first);
/* The same read backward: the first at the highest address. */
void bench_expect_sent_down(struct bench *bench, u64 highest, size_t len, u32 first);

int bench_translate(struct bench *bench, u8 orb5, u32 cpa);

/* The translation succeeds. */
void bench_accept(struct bench *bench, u8 orb5, u32 cpa);

/* It is refused so, with the errno that belongs to it, and nothing is held. */
void bench_refuse(struct bench *bench, u8 orb5, u32 cpa, u32 reason, u32 ccw);

/* Translates, runs, copies back, releases. The address in host.cpa is the guest's. */
void bench_run(struct bench *bench, u8 orb5, u32 cpa);
/* The same without the translation. */
void bench_go(struct bench *bench);
/* Only the channel. */
void bench_channel(struct bench *bench);
