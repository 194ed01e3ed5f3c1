/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what sense data says in words: byte 0 for every device, byte 1 for the families we know.
 * The rest of the bytes is model specific and stays hexadecimal.
 */
#include <libccwbroker.h>
#include <string.h>

#include "macro.h"

#define WORDED_BITS 16

static const char *const common_words[8] = {
	"command reject",
	"intervention required",
	"bus-out check",
	"equipment check",
	"data check",
	"overrun",
	NULL,
	NULL,
};

static const char *const dasd_words[8] = {
	"permanent error", "invalid track format", "end of cylinder", "message to operator",
	"no record found", "file protected",	   "write inhibited", "imprecise ending",
};

static const char *const tape_byte_0_words[8] = {
	[6] = "deferred unit check",
	[7] = "assigned elsewhere",
};

static const char *const tape_words[8] = {
	"locate failure",	 "drive online",      NULL,
	"record sequence error", "beginning of tape", "write mode",
	"write protect",	 "not capable",
};

static const struct {
	const char *type;
	enum ccwb_sense_family family;
} families[] = {
	{ "3380", CCWB_SENSE_DASD }, { "3390", CCWB_SENSE_DASD }, { "9345", CCWB_SENSE_DASD },
	{ "3480", CCWB_SENSE_TAPE }, { "3490", CCWB_SENSE_TAPE },
};

enum ccwb_sense_family ccwb_sense_family_from_type(const char *device_type)
{
	size_t length = device_type ? strcspn(device_type, "/") : 0;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (length == strlen(families[i].type) &&
		    !strncmp(device_type, families[i].type, length))
			return families[i].family;
	return CCWB_SENSE_OTHER;
}

static const char *bit_word(enum ccwb_sense_family family, unsigned int bit)
{
	if (bit < 8 && common_words[bit])
		return common_words[bit];
	switch (family) {
	case CCWB_SENSE_OTHER:
		return NULL;
	case CCWB_SENSE_DASD:
		return bit < 8 ? NULL : dasd_words[bit - 8];
	case CCWB_SENSE_TAPE:
		return bit < 8 ? tape_byte_0_words[bit] : tape_words[bit - 8];
	}
	return NULL;
}

const char *ccwb_sense_word(enum ccwb_sense_family family, const uint8_t *sense, size_t size,
			    unsigned int *iterator)
{
	while (*iterator < WORDED_BITS && *iterator / 8 < size) {
		unsigned int bit = (*iterator)++;
		const char *word = bit_word(family, bit);

		if (word && sense[bit / 8] & 0x80U >> bit % 8)
			return word;
	}
	return NULL;
}
