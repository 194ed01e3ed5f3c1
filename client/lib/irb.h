/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IRB_SIZE	64
#define IRB_SENSE_BYTES 32

/* Device status, SCSW byte 8 */
enum {
	IRB_DEVICE_ATTENTION = 0x80,
	IRB_DEVICE_STATUS_MODIFIER = 0x40,
	IRB_DEVICE_CONTROL_UNIT_END = 0x20,
	IRB_DEVICE_BUSY = 0x10,
	IRB_DEVICE_CHANNEL_END = 0x08,
	IRB_DEVICE_DEVICE_END = 0x04,
	IRB_DEVICE_UNIT_CHECK = 0x02,
	IRB_DEVICE_UNIT_EXCEPTION = 0x01,
};

/* Subchannel status, SCSW byte 9 */
enum {
	IRB_SUBCHANNEL_PCI = 0x80,
	IRB_SUBCHANNEL_INCORRECT_LENGTH = 0x40,
	IRB_SUBCHANNEL_PROGRAM_CHECK = 0x20,
	IRB_SUBCHANNEL_PROTECTION_CHECK = 0x10,
	IRB_SUBCHANNEL_CHANNEL_DATA_CHECK = 0x08,
	IRB_SUBCHANNEL_CHANNEL_CONTROL_CHECK = 0x04,
	IRB_SUBCHANNEL_INTERFACE_CONTROL_CHECK = 0x02,
	IRB_SUBCHANNEL_CHAINING_CHECK = 0x01,
};

/* Function, activity and status control, SCSW bytes 2 and 3 as one number */
enum {
	IRB_CONTROL_START = 0x4000,
	IRB_CONTROL_HALT = 0x2000,
	IRB_CONTROL_CLEAR = 0x1000,
	IRB_CONTROL_RESUME_PENDING = 0x0800,
	IRB_CONTROL_START_PENDING = 0x0400,
	IRB_CONTROL_HALT_PENDING = 0x0200,
	IRB_CONTROL_CLEAR_PENDING = 0x0100,
	IRB_CONTROL_SUBCHANNEL_ACTIVE = 0x0080,
	IRB_CONTROL_DEVICE_ACTIVE = 0x0040,
	IRB_CONTROL_SUSPENDED = 0x0020,
	IRB_CONTROL_ALERT = 0x0010,
	IRB_CONTROL_INTERMEDIATE = 0x0008,
	IRB_CONTROL_PRIMARY = 0x0004,
	IRB_CONTROL_SECONDARY = 0x0002,
	IRB_CONTROL_STATUS_PENDING = 0x0001,
};

struct irb {
	unsigned int condition_code; /* deferred: 0 is the normal case */
	uint16_t control;
	uint32_t ccw_address; /* 8 past the last CCW that was executed */
	uint8_t device_status;
	uint8_t subchannel_status;
	uint16_t residual;
	bool has_ccw_address; /* the channel defines ccw_address in this status */
	bool has_residual;    /* the channel defines residual in this status */
	size_t sense_size;    /* 0: no sense data came with the status */
	uint8_t sense[IRB_SENSE_BYTES];
};

/* Never fails: every bit pattern has a meaning. */
void irb_decode(const uint8_t bytes[static IRB_SIZE], struct irb *ret);

/* Ended, and nothing in the status says otherwise. Status modifier alone is no error. */
bool irb_is_clean(const struct irb *irb);

bool irb_is_unit_check(const struct irb *irb);

/*
 * The words for each bit that is on, most significant first: call with *iterator = 0 until NULL.
 * Reserved bits have no word.
 */
const char *irb_device_word(const struct irb *irb, unsigned int *iterator);
const char *irb_subchannel_word(const struct irb *irb, unsigned int *iterator);
const char *irb_control_word(const struct irb *irb, unsigned int *iterator);

const char *irb_condition_words(const struct irb *irb);
