/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "fault.h"
#include "plan.h"
#include "subchannel.h"

/* A fault when terms ask for what vfio_ccw cannot do: that is not left out in silence. */
_must_check_ int plan_css_check(const struct plan_terms *terms, struct fault *fault);

/* From facts to a mediated device of the subchannel that has its VFIO group. */
void plan_css_acquire(const struct sysfs_facts *facts, struct plan *ret);

/*
 * From facts, whatever they are, to a device that is in sysfs again, by whatever driver: it is
 * recognized anew, and the first one that matches takes it. A driver of the subchannel that somebody
 * else has bound is left alone.
 */
void plan_css_return(const struct subchannel_facts *facts, bool has_mdev, struct plan *ret);

/* From facts of the device that has come back to what origin says. */
void plan_css_settle(const struct sysfs_facts *facts, const struct plan_origin *origin,
		     struct plan *ret);
