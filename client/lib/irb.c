/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the meaning of an interruption-response block (Principles of Operation, chapter 16):
 * from big-endian bytes to numbers and words. Does not know which program it answers.
 */
#include <string.h>

#include "irb.h"
#include "macro.h"

/* Where things stand in the 64 bytes */
enum {
	AT_CONDITION = 0,
	AT_CONTROL = 2,
	AT_CCW_ADDRESS = 4,
	AT_DEVICE_STATUS = 8,
	AT_SUBCHANNEL_STATUS = 9,
	AT_RESIDUAL = 10,
	AT_ERW = 16,
	AT_SENSE_COUNT = 17,
	AT_SENSE = 32,
};

#define CONDITION_MASK	 0x03
#define ERW_SENSE	 0x01
#define SENSE_COUNT_MASK 0x3f

/* Any of these leaves the count undefined. */
#define SUBCHANNEL_NO_COUNT ((uint8_t) ~(IRB_SUBCHANNEL_PCI | IRB_SUBCHANNEL_INCORRECT_LENGTH))

#define SUBCHANNEL_BAD ((uint8_t)~IRB_SUBCHANNEL_PCI)

static const char *const device_words[8] = {
	"attention",   "status modifier", "control unit end", "busy",
	"channel end", "device end",	  "unit check",	      "unit exception",
};

static const char *const subchannel_words[8] = {
	"program-controlled interruption",
	"incorrect length",
	"program check",
	"protection check",
	"channel data check",
	"channel control check",
	"interface control check",
	"chaining check",
};

static const char *const control_words[16] = {
	NULL,
	"start function",
	"halt function",
	"clear function",
	"resume pending",
	"start pending",
	"halt pending",
	"clear pending",
	"subchannel active",
	"device active",
	"suspended",
	"alert status",
	"intermediate status",
	"primary status",
	"secondary status",
	"status pending",
};

static const char *const condition_words[4] = {
	"normal",
	"status was pending instead of starting",
	"the subchannel was busy",
	"no channel path works",
};

static uint16_t get_16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

void irb_decode(const uint8_t bytes[static IRB_SIZE], struct irb *ret)
{
	struct irb irb = {
		.condition_code = bytes[AT_CONDITION] & CONDITION_MASK,
		.control = get_16(bytes + AT_CONTROL),
		.ccw_address = (uint32_t)get_16(bytes + AT_CCW_ADDRESS) << 16 |
			       get_16(bytes + AT_CCW_ADDRESS + 2),
		.device_status = bytes[AT_DEVICE_STATUS],
		.subchannel_status = bytes[AT_SUBCHANNEL_STATUS],
		.residual = get_16(bytes + AT_RESIDUAL),
	};

	irb.has_ccw_address = !irb.condition_code && irb.control & IRB_CONTROL_PRIMARY &&
			      irb.control & IRB_CONTROL_START;
	irb.has_residual = irb.has_ccw_address && !(irb.subchannel_status & SUBCHANNEL_NO_COUNT);
	if (bytes[AT_ERW] & ERW_SENSE) {
		irb.sense_size = bytes[AT_SENSE_COUNT] & SENSE_COUNT_MASK;
		if (irb.sense_size > IRB_SENSE_BYTES)
			irb.sense_size = IRB_SENSE_BYTES;
		memcpy(irb.sense, bytes + AT_SENSE, irb.sense_size);
	}
	*ret = irb;
}

bool irb_is_unit_check(const struct irb *irb)
{
	return !irb->condition_code && irb->device_status & IRB_DEVICE_UNIT_CHECK;
}

bool irb_is_clean(const struct irb *irb)
{
	const uint8_t end = IRB_DEVICE_CHANNEL_END | IRB_DEVICE_DEVICE_END;
	const uint8_t bad = IRB_DEVICE_BUSY | IRB_DEVICE_UNIT_CHECK | IRB_DEVICE_UNIT_EXCEPTION;

	return !irb->condition_code && (irb->device_status & end) == end &&
	       !(irb->device_status & bad) && !(irb->subchannel_status & SUBCHANNEL_BAD);
}

static const char *next_word(unsigned int bits, const char *const *words, unsigned int n,
			     unsigned int *iterator)
{
	while (*iterator < n) {
		unsigned int i = (*iterator)++;

		if (bits & 1U << (n - 1 - i) && words[i])
			return words[i];
	}
	return NULL;
}

const char *irb_device_word(const struct irb *irb, unsigned int *iterator)
{
	return next_word(irb->device_status, device_words, ARRAY_SIZE(device_words), iterator);
}

const char *irb_subchannel_word(const struct irb *irb, unsigned int *iterator)
{
	return next_word(irb->subchannel_status, subchannel_words, ARRAY_SIZE(subchannel_words),
			 iterator);
}

const char *irb_control_word(const struct irb *irb, unsigned int *iterator)
{
	return next_word(irb->control, control_words, ARRAY_SIZE(control_words), iterator);
}

const char *irb_condition_words(const struct irb *irb)
{
	return condition_words[irb->condition_code & CONDITION_MASK];
}
