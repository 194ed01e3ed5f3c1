/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The channel subsystem as the Principles of Operation, chapters 13 to 17, have it: its control
 * blocks, and one function for each of its instructions, which gives the condition code.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PMCW_ENABLED	      0x0080
#define PMCW_VALID	      0x0001
#define PMCW_ISC_SHIFT	      11
#define PMCW_CONCURRENT_SENSE 0x00000001

struct scsw {
	uint16_t flags;
	uint16_t control;
	uint32_t ccw;
	uint8_t device;
	uint8_t subchannel;
	uint16_t count;
};

#define SCSW_CC		   0x0300 /* flags */
#define SCSW_ESWF	   0x0400
#define SCSW_ECTL	   0x0002
#define SCSW_START	   0x4000 /* control */
#define SCSW_HALT	   0x2000
#define SCSW_CLEAR	   0x1000
#define SCSW_FUNCTION_MASK 0x7000
#define SCSW_ACTIVITY_MASK 0x0fe0
#define SCSW_STATUS_MASK   0x001f
#define SCSW_ALERT	   0x0010
#define SCSW_INTERMEDIATE  0x0008
#define SCSW_PRIMARY	   0x0004
#define SCSW_SECONDARY	   0x0002
#define SCSW_PENDING	   0x0001

#define DEVICE_ATTENTION	 0x80
#define DEVICE_CHANNEL_END	 0x08
#define DEVICE_END		 0x04
#define DEVICE_UNIT_CHECK	 0x02
#define DEVICE_UNIT_EXCEPTION	 0x01
#define SUBCHANNEL_WRONG_LENGTH	 0x40
#define SUBCHANNEL_PROGRAM_CHECK 0x20

struct pmcw {
	uint32_t parameter;
	uint16_t flags;
	uint16_t device;
	uint8_t lpm, pnom, lpum, pim;
	uint16_t mbi;
	uint8_t pom, pam;
	uint8_t chpid[8];
	uint32_t characteristics;
};

struct schib {
	struct pmcw pmcw;
	struct scsw scsw;
	uint8_t model[12];
} __attribute__((aligned(4)));

struct irb {
	struct scsw scsw;
	uint32_t esw[5];
	uint8_t ecw[32];
	uint8_t emw[32];
} __attribute__((aligned(4)));

struct orb {
	uint32_t parameter;
	uint32_t flags;
	uint32_t program;
	uint32_t extension[5];
} __attribute__((aligned(4)));

#define ORB_FORMAT_1	  0x00800000
#define ORB_PREFETCH	  0x00400000
#define ORB_FORMAT_2_IDAW 0x00020000
#define ORB_2K_IDAW	  0x00010000
#define ORB_PATHS	  0x0000ff00
#define ORB_PATHS_SHIFT	  8

struct interruption {
	uint32_t subchannel;
	uint32_t parameter;
	uint32_t word;
} __attribute__((aligned(8)));

int channel_stsch(uint32_t subchannel, struct schib *ret_schib);
int channel_msch(uint32_t subchannel, const struct schib *schib);
int channel_ssch(uint32_t subchannel, const struct orb *orb);
int channel_tsch(uint32_t subchannel, struct irb *ret_irb);
int channel_tpi(struct interruption *ret_code);
int channel_hsch(uint32_t subchannel);
int channel_csch(uint32_t subchannel);
int channel_xsch(uint32_t subchannel);
int channel_rsch(uint32_t subchannel);
int channel_stcrw(uint32_t *ret_crw);

/* Waits for an I/O interruption at most so many milliseconds. False: none came. */
bool channel_wait(unsigned int milliseconds, struct interruption *ret_code);

/* Interruptions of this subclass only, of all with -1. */
void channel_open_subclass(int subclass);
