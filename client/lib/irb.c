/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the meaning of an interruption-response block (Principles of Operation, chapter 16):
 * from big-endian bytes to numbers and words, and how several tell of one program. Does not know which
 * program that is.
 */
#include <libccwbroker.h>
#include <stdio.h>
#include <string.h>

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
#define STATUS_CONTROL	 0x1f
#define ERW_SENSE	 0x01
#define SENSE_COUNT_MASK 0x3f

/* Any of these leaves the count undefined. */
#define SUBCHANNEL_NO_COUNT                                                                        \
	((uint8_t) ~(CCWB_IRB_SUBCHANNEL_PCI | CCWB_IRB_SUBCHANNEL_INCORRECT_LENGTH))

#define SUBCHANNEL_BAD ((uint8_t)~CCWB_IRB_SUBCHANNEL_PCI)

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

void ccwb_irb_decode(const uint8_t bytes[CCWB_IRB_SIZE], struct ccwb_irb *ret)
{
	struct ccwb_irb irb = {
		.condition_code = bytes[AT_CONDITION] & CONDITION_MASK,
		.control = get_16(bytes + AT_CONTROL),
		.ccw_address = (uint32_t)get_16(bytes + AT_CCW_ADDRESS) << 16 |
			       get_16(bytes + AT_CCW_ADDRESS + 2),
		.device_status = bytes[AT_DEVICE_STATUS],
		.subchannel_status = bytes[AT_SUBCHANNEL_STATUS],
		.residual = get_16(bytes + AT_RESIDUAL),
	};

	irb.has_ccw_address = !irb.condition_code && irb.control & CCWB_IRB_CONTROL_PRIMARY &&
			      irb.control & CCWB_IRB_CONTROL_START;
	irb.has_residual = irb.has_ccw_address && !(irb.subchannel_status & SUBCHANNEL_NO_COUNT);
	if (bytes[AT_ERW] & ERW_SENSE) {
		irb.sense_size = bytes[AT_SENSE_COUNT] & SENSE_COUNT_MASK;
		if (irb.sense_size > CCWB_IRB_SENSE_BYTES)
			irb.sense_size = CCWB_IRB_SENSE_BYTES;
		memcpy(irb.sense, bytes + AT_SENSE, irb.sense_size);
	}
	memcpy(irb.bytes, bytes, CCWB_IRB_SIZE);
	*ret = irb;
}

bool ccwb_irb_is_unit_check(const struct ccwb_irb *irb)
{
	return !irb->condition_code && irb->device_status & CCWB_IRB_DEVICE_UNIT_CHECK;
}

bool ccwb_irb_is_clean(const struct ccwb_irb *irb)
{
	const uint8_t end = CCWB_IRB_DEVICE_CHANNEL_END | CCWB_IRB_DEVICE_DEVICE_END;
	const uint8_t bad =
		CCWB_IRB_DEVICE_BUSY | CCWB_IRB_DEVICE_UNIT_CHECK | CCWB_IRB_DEVICE_UNIT_EXCEPTION;

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

const char *ccwb_irb_device_word(const struct ccwb_irb *irb, unsigned int *iterator)
{
	return next_word(irb->device_status, device_words, ARRAY_SIZE(device_words), iterator);
}

const char *ccwb_irb_subchannel_word(const struct ccwb_irb *irb, unsigned int *iterator)
{
	return next_word(irb->subchannel_status, subchannel_words, ARRAY_SIZE(subchannel_words),
			 iterator);
}

const char *ccwb_irb_control_word(const struct ccwb_irb *irb, unsigned int *iterator)
{
	return next_word(irb->control, control_words, ARRAY_SIZE(control_words), iterator);
}

const char *ccwb_irb_condition_words(const struct ccwb_irb *irb)
{
	return condition_words[irb->condition_code & CONDITION_MASK];
}

bool ccwb_irb_is_final(const struct ccwb_irb *irb)
{
	const uint16_t active = CCWB_IRB_CONTROL_SUBCHANNEL_ACTIVE | CCWB_IRB_CONTROL_DEVICE_ACTIVE;

	return irb->control & CCWB_IRB_CONTROL_START && !(irb->control & active);
}

void ccwb_irb_add(struct ccwb_irb *total, const struct ccwb_irb *next)
{
	uint8_t sum[CCWB_IRB_SIZE];

	if (!(next->control & CCWB_IRB_CONTROL_START))
		return;
	memcpy(sum, next->bytes, sizeof(sum));
	sum[AT_CONTROL + 1] |= total->bytes[AT_CONTROL + 1] & STATUS_CONTROL;
	sum[AT_DEVICE_STATUS] |= total->bytes[AT_DEVICE_STATUS];
	sum[AT_SUBCHANNEL_STATUS] |= total->bytes[AT_SUBCHANNEL_STATUS];
	/* how far the program came is said with primary status, and device end may come later */
	if (total->control & CCWB_IRB_CONTROL_PRIMARY &&
	    !(next->control & CCWB_IRB_CONTROL_PRIMARY)) {
		memcpy(sum + AT_CCW_ADDRESS, total->bytes + AT_CCW_ADDRESS, 4);
		memcpy(sum + AT_RESIDUAL, total->bytes + AT_RESIDUAL, 2);
	}
	ccwb_irb_decode(sum, total);
}

struct text {
	char *buffer;
	size_t size, length;
};

/* As snprintf: counts on when the buffer is full, which always has its NUL. */
static void append(struct text *text, const char *separator, const char *word)
{
	size_t room = text->length < text->size ? text->size - text->length : 0;
	int n = snprintf(room ? text->buffer + text->length : NULL, room, "%s%s", separator, word);

	if (n > 0)
		text->length += (size_t)n;
}

static void append_sense(struct text *text, const struct ccwb_irb *irb, const char *device_type)
{
	enum ccwb_sense_family family = ccwb_sense_family_from_type(device_type);
	const char *separator = "; sense: ", *word;
	unsigned int iterator = 0;

	while ((word = ccwb_sense_word(family, irb->sense, irb->sense_size, &iterator))) {
		append(text, separator, word);
		separator = ", ";
	}
}

size_t ccwb_irb_format(const struct ccwb_irb *irb, const char *device_type, char *buffer,
		       size_t size)
{
	struct text text = { .buffer = buffer, .size = size };
	unsigned int device = 0, subchannel = 0;
	const char *word;

	if (size)
		buffer[0] = '\0';
	if (irb->condition_code) {
		append(&text, "not started: ", ccwb_irb_condition_words(irb));
		return text.length;
	}
	while ((word = ccwb_irb_device_word(irb, &device)))
		append(&text, text.length ? ", " : "", word);
	while ((word = ccwb_irb_subchannel_word(irb, &subchannel)))
		append(&text, text.length ? ", " : "", word);
	if (!text.length)
		append(&text, "", "no status");
	append_sense(&text, irb, device_type);
	return text.length;
}
