/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A part of <libccwbroker.h>, which includes it: what came of a channel program, in numbers and in words. Knows no
 * device and no file descriptor.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define CCWB_IRB_SIZE 96 /* PoP 16; 64 bytes and zeros */

/* Device status, SCSW byte 8 (PoP 16) */
enum {
	CCWB_IRB_DEVICE_ATTENTION = 0x80,
	CCWB_IRB_DEVICE_STATUS_MODIFIER = 0x40,
	CCWB_IRB_DEVICE_CONTROL_UNIT_END = 0x20,
	CCWB_IRB_DEVICE_BUSY = 0x10,
	CCWB_IRB_DEVICE_CHANNEL_END = 0x08,
	CCWB_IRB_DEVICE_DEVICE_END = 0x04,
	CCWB_IRB_DEVICE_UNIT_CHECK = 0x02,
	CCWB_IRB_DEVICE_UNIT_EXCEPTION = 0x01,
};

/* Subchannel status, SCSW byte 9 */
enum {
	CCWB_IRB_SUBCHANNEL_PCI = 0x80,
	CCWB_IRB_SUBCHANNEL_INCORRECT_LENGTH = 0x40,
	CCWB_IRB_SUBCHANNEL_PROGRAM_CHECK = 0x20,
	CCWB_IRB_SUBCHANNEL_PROTECTION_CHECK = 0x10,
	CCWB_IRB_SUBCHANNEL_CHANNEL_DATA_CHECK = 0x08,
	CCWB_IRB_SUBCHANNEL_CHANNEL_CONTROL_CHECK = 0x04,
	CCWB_IRB_SUBCHANNEL_INTERFACE_CONTROL_CHECK = 0x02,
	CCWB_IRB_SUBCHANNEL_CHAINING_CHECK = 0x01,
};

/* Function, activity and status control, SCSW bytes 2 and 3 as one number; the pending bits have words only */
enum {
	CCWB_IRB_CONTROL_START = 0x4000,
	CCWB_IRB_CONTROL_HALT = 0x2000,
	CCWB_IRB_CONTROL_CLEAR = 0x1000,
	CCWB_IRB_CONTROL_SUBCHANNEL_ACTIVE = 0x0080,
	CCWB_IRB_CONTROL_DEVICE_ACTIVE = 0x0040,
	CCWB_IRB_CONTROL_ALERT = 0x0010,
	CCWB_IRB_CONTROL_INTERMEDIATE = 0x0008,
	CCWB_IRB_CONTROL_PRIMARY = 0x0004,
	CCWB_IRB_CONTROL_SECONDARY = 0x0002,
	CCWB_IRB_CONTROL_STATUS_PENDING = 0x0001,
};

#define CCWB_IRB_SENSE_BYTES 32

/* An interruption-response block in numbers. The caller's; of a fixed size. */
struct ccwb_irb {
	unsigned int condition_code; /* deferred: 0 is the normal case */
	uint16_t control;
	uint8_t device_status;
	uint8_t subchannel_status;
	uint32_t ccw_address; /* IOVA, 8 past the last CCW that was executed */
	uint16_t residual;    /* of its count, what was not transferred */
	bool has_ccw_address; /* the channel defines ccw_address in this status */
	bool has_residual;    /* the channel defines residual in this status */
	size_t sense_size;    /* 0: no sense data came with the status */
	uint8_t sense[CCWB_IRB_SENSE_BYTES];
	uint8_t bytes[CCWB_IRB_SIZE]; /* as the machine has it, big-endian: for a guest */
};

/* Never fails: every bit pattern has a meaning. */
void ccwb_irb_decode(const uint8_t bytes[CCWB_IRB_SIZE], struct ccwb_irb *ret);

/* Clean: ended, and nothing in the status is an error. Final: of its program no further interruption comes. */
bool ccwb_irb_is_clean(const struct ccwb_irb *irb);
bool ccwb_irb_is_unit_check(const struct ccwb_irb *irb);
bool ccwb_irb_is_final(const struct ccwb_irb *irb);

/* Adds to total, all zero at first, what the next interruption of the program says; one about no program adds nothing. */
void ccwb_irb_add(struct ccwb_irb *total, const struct ccwb_irb *next);

/* The words for each bit that is on, from the left: call with *iterator = 0 until NULL. Reserved bits have none. */
const char *ccwb_irb_device_word(const struct ccwb_irb *irb, unsigned int *iterator);
const char *ccwb_irb_subchannel_word(const struct ccwb_irb *irb, unsigned int *iterator);
const char *ccwb_irb_control_word(const struct ccwb_irb *irb, unsigned int *iterator);
const char *ccwb_irb_condition_words(const struct ccwb_irb *irb);

/*
 * All of it in words, "channel end, device end, unit check; sense: intervention required", as snprintf(3): cut off
 * at size, and the length it would have is returned. device_type as "device-type" of a lease, or NULL.
 */
size_t ccwb_irb_format(const struct ccwb_irb *irb, const char *device_type, char *buffer,
		       size_t size);

/* What the second sense byte means depends on the kind of device; the first is common to all. */
enum ccwb_sense_family {
	CCWB_SENSE_OTHER,
	CCWB_SENSE_DASD, /* 3380, 3390, 9345 */
	CCWB_SENSE_TAPE, /* 3480, 3490 */
};

/*
 * device_type as the broker writes it, "3490/50"; NULL and unknown types are CCWB_SENSE_OTHER. Then the words for
 * each bit of sense data that is on: call with *iterator = 0 until NULL.
 */
enum ccwb_sense_family ccwb_sense_family_from_type(const char *device_type);
const char *ccwb_sense_word(enum ccwb_sense_family family, const uint8_t *sense, size_t size,
			    unsigned int *iterator);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
