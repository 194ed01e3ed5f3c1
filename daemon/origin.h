/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "device.h"
#include "lease.h"
#include "macro.h"
#include "store.h"
#include "worker.h"

/*
 * Saves where a device belongs that has no lease: as PENDING while it is changed, BOUND, or FAILED. A
 * restart gives back what is not BOUND.
 */
_must_check_ int origin_save(struct store *store, const struct device *device,
			     enum lease_state state);

/*
 * The same as PENDING, for a device that a job takes elsewhere from where it is: a restart in the middle takes it back there, and
 * remembers where it belongs.
 */
_must_check_ int origin_save_before(struct store *store, const struct device *device,
				    const struct plan_origin *before);

/*
 * What a restart makes of a bound device, leased or not, is about to change: it goes home, or, as that did not
 * come about, stays bound. Only what is saved is changed.
 */
void origin_save_way(struct store *store, const struct device *device, bool is_home);

/* Which device lease is about to take, where it goes back to, and where it is at home. */
void origin_note(const struct device *device, struct lease *lease);

/*
 * Whether a lease that begins needs no saving: its device was bound before and is saved as that, which is
 * what a restart would make of it. By path there would be a node to take back.
 */
bool origin_is_saved(const struct lease *lease, const struct device *device);

/* Device, NULL for one that is gone for good, stays bound to ccwbroker after lease. */
void origin_promote(struct lease *lease, struct device *device);

/*
 * At the end of lease, whose state is still that of before: its device stays bound where its terms say
 * so. NULL for a device that is gone for good.
 */
void origin_stay(struct lease *lease, struct device *device);

/* The device is at home, or gone: there is nothing to remember. */
void origin_forget(struct store *store, struct device *device);

/*
 * To be asked when the way back is over. Whether a device that was to stay bound, to ccwbroker or, by a job, to
 * some other driver, is with another one nevertheless: it is another one, or somebody has taken it away. Then the lease does not keep it bound.
 */
_must_check_ bool origin_is_lost(struct lease *lease, const struct device *device);

/* It has been bound to driver, ours or the host's, and may be taken back from there. */
void origin_note_bound(struct device *device, const char *driver);

/*
 * At the end of lease: a device that was bound before it stays so. NULL for one that is gone for
 * good; one that is not present is forgotten when it is dropped.
 */
void origin_keep(struct store *store, const struct lease *lease, struct device *device);

/* Whether the attempt found the device gone, and another one has come in its place: that is at home. */
bool origin_is_new(const struct device *device, const struct worker_result *result);

/*
 * Whether what was taken for lease is another device than was judged, which came in its place meanwhile.
 * *result is a failure then.
 */
bool origin_is_replaced(const struct lease *lease, const struct device *device,
			struct worker_result *result);

/* Takes up what was saved as BOUND; device may be NULL, or another one by now. */
void origin_resume(struct store *store, struct lease *lease_take, struct device *device);

/* What is at home, or comes back under its id, is for its driver to take. */
void origin_unclaim(struct sysfs *sysfs, const struct device *device);
