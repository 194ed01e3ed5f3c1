/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * CCW, ORB and IDAW as the architecture lays them out: bytes, big-endian, no bitfields, so that
 * one source is right on every host. Chapters are those of the z/Architecture Principles of
 * Operation. Knows nothing of where programs come from.
 */
#ifndef CCWBROKER_CCW_H
#define CCWBROKER_CCW_H

#include "cp-kernel.h"

#define CCW_SIZE 8

/* Flags of a CCW, ch. 15 "Channel-Command Word" */
#define CCW_CD	 0x80 /* chain data */
#define CCW_CC	 0x40 /* chain command, unless CD is one */
#define CCW_SLI	 0x20 /* suppress length indication */
#define CCW_SKIP 0x10
#define CCW_PCI	 0x08 /* program-controlled interruption */
#define CCW_IDA	 0x04 /* the address is that of a list of IDAWs */
#define CCW_S	 0x02 /* suspend */
#define CCW_MIDA 0x01 /* the address is that of a list of MIDAWs */

#define CCW_CMD_NOP 0x03
#define CCW_CMD_TIC 0x08

/* Bytes 4, 5 and 7 of the ORB, ch. 15 "Operation-Request Block" */
#define ORB4_S 0x08 /* suspend control */
#define ORB5_F 0x80 /* CCWs are of format 1 */
#define ORB5_I 0x20 /* initial-status interruption */
#define ORB5_B 0x04 /* transport mode */
#define ORB5_H 0x02 /* IDAWs are of format 2 */
#define ORB5_T 0x01 /* format-2 IDAWs are of 2 KiB */
#define ORB7_L 0x80 /* no incorrect length for immediate operations */
#define ORB7_D 0x40 /* MIDAWs are allowed */

/* A MIDAW: five reserved bytes, flags, count, address. Ch. 15 "Modified CCW Indirect Data Addressing" */
#define MIDAW_SIZE	 16
#define MIDAW_FLAGS_BYTE 5
#define MIDAW_LAST	 0x80
#define MIDAW_SKIP	 0x40
#define MIDAW_DTI	 0x20 /* data-transfer interruption */

/* End of what format-0 and format-1 CCWs and their format-1 IDAWs can address */
#define CCW_FORMAT0_END 0x1000000u
#define CCW_FORMAT1_END 0x80000000u

/* What the channel does with client memory for a command; none of them is CCW_TRANSFER_COMMAND. */
enum ccw_transfer {
	CCW_TRANSFER_COMMAND = 0, /* not in a data chain: the command code decides */
	CCW_TRANSFER_NONE,	  /* no-operation */
	CCW_TRANSFER_FETCH,	  /* write, control: memory to device */
	CCW_TRANSFER_STORE,	  /* read, sense: device to memory */
	CCW_TRANSFER_STORE_DOWN,  /* read backward: the same, at descending addresses */
};

struct ccw {
	u8 cmd;
	u8 flags;
	u16 count;
	u32 addr;
};

static inline u16 ccw_get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 ccw_get32(const u8 *p)
{
	return (u32)ccw_get16(p) << 16 | ccw_get16(p + 2);
}

static inline u64 ccw_get64(const u8 *p)
{
	return (u64)ccw_get32(p) << 32 | ccw_get32(p + 4);
}

static inline void ccw_put32(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 24);
	p[1] = (u8)(v >> 16);
	p[2] = (u8)(v >> 8);
	p[3] = (u8)v;
}

static inline void ccw_put64(u8 *p, u64 v)
{
	ccw_put32(p, (u32)(v >> 32));
	ccw_put32(p + 4, (u32)v);
}

static inline struct ccw ccw_get_format0(const u8 raw[CCW_SIZE])
{
	struct ccw ccw = {
		.cmd = raw[0],
		.flags = raw[4],
		.count = ccw_get16(raw + 6),
		.addr = ccw_get32(raw) & (CCW_FORMAT0_END - 1),
	};

	return ccw;
}

static inline struct ccw ccw_get_format1(const u8 raw[CCW_SIZE])
{
	struct ccw ccw = {
		.cmd = raw[0],
		.flags = raw[1],
		.count = ccw_get16(raw + 2),
		.addr = ccw_get32(raw + 4),
	};

	return ccw;
}

static inline void ccw_put_format1(u8 raw[CCW_SIZE], const struct ccw *ccw)
{
	raw[0] = ccw->cmd;
	raw[1] = ccw->flags;
	raw[2] = (u8)(ccw->count >> 8);
	raw[3] = (u8)ccw->count;
	ccw_put32(raw + 4, ccw->addr);
}

static inline bool ccw_chains_data(const struct ccw *ccw)
{
	return ccw->flags & CCW_CD;
}

/* Ch. 15 "Chaining": with both flags one, CC is ignored. */
static inline bool ccw_chains_command(const struct ccw *ccw)
{
	return (ccw->flags & (CCW_CD | CCW_CC)) == CCW_CC;
}

/* Ch. 15 "Command Code": the rightmost bits tell the operation. Not for TIC and invalid codes. */
static inline enum ccw_transfer ccw_transfer_of(u8 cmd)
{
	if (cmd == CCW_CMD_NOP)
		return CCW_TRANSFER_NONE;
	if (cmd & 0x01)
		return CCW_TRANSFER_FETCH;
	if ((cmd & 0x0f) == 0x0c)
		return CCW_TRANSFER_STORE_DOWN;
	return CCW_TRANSFER_STORE;
}

static inline bool ccw_is_control(u8 cmd)
{
	return (cmd & 0x03) == 0x03;
}

#endif
