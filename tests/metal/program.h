/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"

#define CCW_CHAIN_DATA	  0x80
#define CCW_CHAIN_COMMAND 0x40
#define CCW_ANY_LENGTH	  0x20
#define CCW_SKIP	  0x10
#define CCW_INTERRUPT	  0x08
#define CCW_INDIRECT	  0x04
#define CCW_SUSPEND	  0x02
#define CCW_MODIFIED	  0x01

#define COMMAND_NOP	 0x03
#define COMMAND_SENSE	 0x04
#define COMMAND_TIC	 0x08
#define COMMAND_SENSE_ID 0xe4

#define PROGRAM_WAIT_MS 20000

/* One device under test. */
struct device {
	const char *name;
	uint32_t subchannel;
	uint8_t subclass;
};

/* One channel program and what became of it. */
struct outcome {
	int condition; /* of START SUBCHANNEL */
	bool has_ended;
	bool is_told_right; /* subchannel, parameter and subclass of the interruption */
	struct irb irb;
};

/* The one program; 0 to 255 CCWs. */
void program_begin(void);
void program_add(uint8_t command, uint8_t flags, uint16_t count, const void *address);
void program_add_format_0(uint8_t command, uint8_t flags, uint16_t count, const void *address);
/* A transfer to CCW n of the program. */
void program_add_tic(unsigned int n);
const void *program_start(void);

/* An ORB for it, format 1, prefetch, all paths, its own parameter. */
void program_orb(struct orb *ret_orb);

/* Starts an ORB and waits for its end. */
void program_run_orb(const struct device *device, const struct orb *orb, struct outcome *ret);
void program_run(const struct device *device, struct outcome *ret);

/* Takes what is pending, if anything comes within so many milliseconds. */
bool program_await(const struct device *device, uint32_t parameter, unsigned int milliseconds,
		   struct outcome *ret);

/* Ended with channel end and device end and with nothing else but, perhaps, a wrong length. */
bool program_went_well(const struct outcome *outcome);

/* The line for an outcome: what it was about, and all of its status. */
void program_report(bool is_good, const struct device *device, const char *what,
		    const struct outcome *outcome);
