/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "macro.h"

#define CCW_ID_CSSID_MAX 0xfe
#define CCW_ID_SSID_MAX	 3

/* "fe.3.ffff" and its NUL */
#define CCW_ID_STRING_SIZE 10

struct ccw_id {
	uint8_t cssid;
	uint8_t ssid;
	uint16_t devno;
};

/*
 * Takes "0.0.0580" and, for channel subsystem 0 and subchannel set 0, "0580" or "580". Hexadecimal
 * digits of either case, nothing before, nothing after. -EINVAL otherwise.
 */
_must_check_ int ccw_id_parse(const char *text, struct ccw_id *ret);

/* Takes "A" or "A-B" with both ends in one subchannel set and A <= B. -EINVAL otherwise. */
_must_check_ int ccw_id_parse_range(const char *text, struct ccw_id *ret_first,
				    struct ccw_id *ret_last);

/* Writes the kernel's form, "0.0.0580", into buffer and returns buffer. */
const char *ccw_id_format(struct ccw_id id, char buffer[static CCW_ID_STRING_SIZE]);

/* Less than, equal to or greater than 0, as strcmp(3). */
int ccw_id_compare(struct ccw_id a, struct ccw_id b);

bool ccw_id_is_in_range(struct ccw_id id, struct ccw_id first, struct ccw_id last);
