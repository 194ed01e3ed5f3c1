/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What the second sense byte means depends on the kind of device; the first is common to all. */
enum sense_family {
	SENSE_FAMILY_OTHER,
	SENSE_FAMILY_DASD, /* 3380, 3390, 9345 */
	SENSE_FAMILY_TAPE, /* 3480, 3490 */
};

/* device_type as the broker writes it, "3490/50"; NULL and unknown types are SENSE_FAMILY_OTHER. */
enum sense_family sense_family_from_type(const char *device_type);

/* The words for each bit that is on: call with *iterator = 0 until NULL. */
const char *sense_word(enum sense_family family, const uint8_t *sense, size_t size,
		       unsigned int *iterator);
