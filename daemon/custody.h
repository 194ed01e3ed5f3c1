/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "crew.h"
#include "fault.h"
#include "ledger.h"
#include "listener.h"
#include "registry.h"
#include "store.h"
#include "sysfs.h"
#include "worker.h"

/*
 * What the story of a lease takes place on. Everything is borrowed from whoever embeds it, but for
 * the ledger's leases.
 */
struct custody {
	sd_event *event;
	struct crew *crew;
	worker_run_t acquire; /* binder_acquire and binder_restore, which tests without a */
	worker_run_t restore; /* channel subsystem replace */
	/* binder_retract, in the same way */
	int (*retract)(struct sysfs *sysfs, const struct sysfs_site *site);
	struct sysfs *sysfs;
	struct registry *registry;
	struct store *store;
	struct ledger ledger;
	const struct listener *listener;
	void *userdata;
	unsigned int step_limit_ms; /* of every step, for tests; 0: as plan.h has them */
	unsigned int n_jobs;	    /* whose workers are at work, and not late */
	bool is_stopping;	    /* leave the event loop as soon as no worker is at work */
};

/*
 * Starts to take device. The lease is saved before anything else happens, so that a restart finds
 * the way back. done is never called from in here; lease is taken over in any case.
 */
_must_check_ int custody_begin(struct custody *custody, struct lease *lease_take,
			       struct device *device, lease_done_t done, void *userdata);

/* Ends an ACTIVE lease; the device goes back when nobody has it open any more. */
void custody_end(struct custody *custody, struct lease *lease, enum lease_end end);

/* Goes on with a lease that an earlier daemon saved. */
void custody_resume(struct custody *custody, struct lease *lease_take);

/* Its device is not there any more. */
void custody_device_lost(struct custody *custody, struct device *device);

/* Sysfs says something new of it: a person may have given it back where we could not. */
void custody_device_changed(struct custody *custody, struct device *device);

/* It is about to be forgotten. */
void custody_device_removed(struct custody *custody, struct device *device);

/* To be called when is_stopping is set. */
void custody_stop_when_idle(struct custody *custody);
