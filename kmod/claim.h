/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The claim list: which devices the driver may take. Empty after load; only root writes it
 * (driver attribute `claim`). Nothing is probed that is not on it.
 */
#ifndef CCWBROKER_CLAIM_H
#define CCWBROKER_CLAIM_H

#include <linux/types.h>

struct attribute_group;
struct ccw_dev_id;

bool claim_has(const struct ccw_dev_id *id);
/* Forgets all, at module exit. */
void claim_clear(void);

/*
 * Driver attribute `claim`. Write "C.S.DDDD" to add, "-C.S.DDDD" to take away: -EINVAL malformed,
 * -ENOENT taken away without being there, -ENOSPC list full (CLAIMS_MAX). Adding twice is no error.
 * Reading gives one id a line in the order of the ids' writing.
 */
extern const struct attribute_group *claim_groups[];

#endif
