/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "ccw-id.h"
#include "limits.h"
#include "macro.h"

enum device_word_kind {
	DEVICE_WORD_RANGE,	  /* first to last, which may be the same */
	DEVICE_WORD_NODE,	  /* node */
	DEVICE_WORD_SUBCHANNEL,	  /* first */
	DEVICE_WORD_CHANNEL_PATH, /* cssid and chpid */
};

/* One item of a list of devices. */
struct device_word {
	enum device_word_kind kind;
	struct ccw_id first;
	struct ccw_id last;
	char node[LIMIT_NODE_PATH_BYTES + 1];
	uint8_t cssid;
	uint8_t chpid;
};

/*
 * Takes the next item of a list with commas between, which is moved on: 1, or 0 at its end. An item is an id
 * ("0.0.0580", "580", "0x580"), a range of them ("0.0.0580-0.0.058f", "580-58f"), a subchannel
 * ("schid:0.0.0003") or a node ("/dev/dasda"). With is_by_path it is a subchannel ("0.0.0003") or a
 * channel path ("0.40", "chp0.40"). -EINVAL, and what an item must be in *ret_why, for anything else; the list
 * stays where it was then.
 */
_must_check_ int device_word_next(const char **list, bool is_by_path, struct device_word *ret,
				  const char **ret_why);
