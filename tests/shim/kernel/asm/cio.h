/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The parts of an interruption-response block that kmod/irb.c knows, as the Principles of Operation,
 * ch. 16, lays them out. The bits are in this order on a big-endian machine only; elsewhere the
 * fields are the same, but not the bytes.
 */
#pragma once

#define SCSW_FCTL_CLEAR_FUNC 0x1
#define SCSW_FCTL_HALT_FUNC  0x2
#define SCSW_FCTL_START_FUNC 0x4

#define SCSW_ACTL_DEVACT 0x2
#define SCSW_ACTL_SCHACT 0x4

#define SCSW_STCTL_STATUS_PEND	0x01
#define SCSW_STCTL_SEC_STATUS	0x02
#define SCSW_STCTL_PRIM_STATUS	0x04
#define SCSW_STCTL_INTER_STATUS 0x08
#define SCSW_STCTL_ALERT_STATUS 0x10

#define DEV_STAT_ATTENTION  0x80
#define DEV_STAT_CHN_END    0x08
#define DEV_STAT_DEV_END    0x04
#define DEV_STAT_UNIT_CHECK 0x02

#define SCHN_STAT_PCI	     0x80
#define SCHN_STAT_INCORR_LEN 0x40
#define SCHN_STAT_PROG_CHECK 0x20
#define SCHN_STAT_PROT_CHECK 0x10

struct cmd_scsw {
	u32 key : 4;
	u32 sctl : 1;
	u32 eswf : 1;
	u32 cc : 2;
	u32 fmt : 1;
	u32 bits9_13 : 5;
	u32 ectl : 1;
	u32 pno : 1;
	u32 bit16 : 1;
	u32 fctl : 3;
	u32 actl : 7;
	u32 stctl : 5;
	u32 cpa;
	u32 dstat : 8;
	u32 cstat : 8;
	u32 count : 16;
};

union scsw {
	struct cmd_scsw cmd;
};

struct erw {
	u32 bits0_6 : 7;
	u32 cons : 1;
	u32 bits8_9 : 2;
	u32 scnt : 6;
	u32 bits16_31 : 16;
};

struct irb {
	union scsw scsw;
	union {
		struct {
			u32 sublog;
			struct erw erw;
			u32 faddr[2];
			u32 saddr;
		} esw0;
	} esw;
	u8 ecw[32];
};
