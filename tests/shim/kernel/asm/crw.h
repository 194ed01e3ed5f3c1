/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A channel report word as the Principles of Operation, ch. 17, lays it out. The bits are in this order
 * on a big-endian machine only; elsewhere the fields are the same, but not the word.
 */
#pragma once

#define CRW_RSC_CPATH 0x4
#define CRW_ERC_INIT  0x02
#define CRW_ERC_PERRN 0x06

struct crw {
	u32 reserved0 : 1;
	u32 slct : 1;
	u32 oflw : 1;
	u32 chn : 1;
	u32 rsc : 4;
	u32 anc : 1;
	u32 reserved9 : 1;
	u32 erc : 6;
	u32 rsid : 16;
};
