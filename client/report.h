/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "verb.h"

enum report_sense {
	REPORT_SENSE_NONE,
	REPORT_SENSE_CONCURRENT, /* came with the status */
	REPORT_SENSE_COMMAND,	 /* fetched afterwards with command 04 */
};

/* One channel program that was run, and all there is to say about it. Everything is borrowed. */
struct report {
	const char *device;
	const char *device_type; /* NULL: not known */
	const struct ccwb_program *program;
	uint32_t iova;
	const uint8_t *before; /* the program's memory as it was started */
	const uint8_t *after;  /* and as it is now */
	struct ccwb_error
		failure; /* its number not 0: it did not end by itself, irb says nothing */
	unsigned int timeout_ms;
	struct ccwb_irb irb;
	enum report_sense sense_source;
	uint8_t sense[CCWB_IRB_SENSE_BYTES];
	size_t sense_size;
};

/* Data and status on out; what kept the program from its end as a complaint. */
void report_print_text(const struct report *report, FILE *out, bool ebcdic);

/* EXIT_CODE_OK when the program ended and nothing was wrong. */
enum exit_code report_exit_code(const struct report *report);

/* The number of the CCW that made the program be refused, or -1. */
int report_refused_ccw(const struct report *report);
