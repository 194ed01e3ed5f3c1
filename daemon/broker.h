/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "autostart.h"
#include "device.h"
#include "fault.h"
#include "foresight.h"
#include "inquiry.h"
#include "job.h"
#include "lease.h"
#include "listener.h"
#include "macro.h"
#include "policy.h"
#include "registry.h"
#include "revoke.h"
#include "subject.h"
#include "sysfs.h"
#include "tally.h"
#include "wish.h"
#include "worker.h"

struct broker;
struct bus_hold;

/* Borrowed for the life of the broker. */
struct broker_config {
	sd_event *event;
	const char *sysfs_root;
	const char *proc_root;
	const char *runtime_directory;
	const char *const *policy_directories; /* ended by NULL */
	const char *definition_directory;      /* NULL: no device can be defined */
	worker_run_t acquire; /* binder_acquire and binder_restore, which tests without a */
	worker_run_t restore; /* channel subsystem replace */
	worker_run_t change;  /* change_run, in the same way */
	worker_run_t probe;   /* binder_probe, likewise */
	/* binder_retract, in the same way */
	int (*retract)(struct sysfs *sysfs, const struct sysfs_site *site);
	worker_run_t resolve;	    /* resolver_run, in the same way */
	unsigned int lookup_ms;	    /* LIMIT_LOOKUP_MS, likewise */
	unsigned int step_limit_ms; /* of every step, for tests; 0: as plan.h has them */
	unsigned int question_ms;   /* LIMIT_QUESTION_MS, in the same way */
};

/* The caller owns *ret. */
_must_check_ int broker_new(const struct broker_config *config, struct broker **ret);
void broker_free(struct broker *broker);
DEFINE_CLEANUP(struct broker *, broker_free)

void broker_set_listener(struct broker *broker, const struct listener *listener, void *userdata);

const struct broker_config *broker_config_peek(const struct broker *broker);

/* The bus side's place for calls that wait, which the broker only keeps for the handlers. */
void broker_set_hold(struct broker *broker, struct bus_hold *hold);
struct bus_hold *broker_hold(const struct broker *broker);

/* Reads the policy, finds the devices and takes up the leases of the time before. */
_must_check_ int broker_start(struct broker *broker);

/* Takes no more devices, and leaves the event loop when no worker is at work any more. */
void broker_stop(struct broker *broker);

/* NULL, or what is wrong with the policy files; see authority_problem. */
const char *broker_policy_problem(const struct broker *broker);

/* Reads policy and definitions again; what is bad stays as it was, and is a fault. */
_must_check_ int broker_reload(struct broker *broker, struct fault *fault);

/* The device, and what the policy says of its being taken by subject; a fault when there is none. */
_must_check_ int broker_judge(struct broker *broker, struct ccw_id id,
			      const struct subject *subject, struct device **ret_device,
			      struct policy_verdict *ret_verdict, struct fault *fault);

/*
 * Starts to take device id for subject; done tells the outcome later, never from in here. Not
 * called when broker_abandon comes first. *ret_lease is valid until then.
 */
_must_check_ int broker_acquire(struct broker *broker, struct ccw_id id,
				const struct subject *subject, const struct broker_wish *wish,
				lease_done_t done, void *userdata, struct lease **ret_lease,
				struct fault *fault);

/* Nobody waits for the outcome of broker_acquire any more: what is taken is given back. */
void broker_abandon(struct broker *broker, struct lease *lease);

/* Ends a lease for its owner or root, or only says whether it would. One that has ended already is no error. */
_must_check_ int broker_release(struct broker *broker, const char *lease_id, uid_t uid,
				bool is_dry_run, struct fault *fault);

/*
 * Asks its holder to go, and ends the lease at the end of the time that wish gives; checked by
 * revoke_check. For its owner, root, and anybody with is_authorized. One that ends already is no error.
 */
_must_check_ int broker_revoke(struct broker *broker, const char *lease_id, uid_t uid,
			       bool is_authorized, const struct revoke_wish *wish,
			       struct fault *fault);

/* One more fd that holds a lease, for its owner or root; the caller owns it. As tether_reopen, besides. */
_must_check_ int broker_reopen(struct broker *broker, const char *lease_id, uid_t uid, int *ret_fd,
			       struct fault *fault);

/* Ends the leases that hang on a connection of a bus, or on any bus but this one. */
void broker_connection_gone(struct broker *broker, const char *bus, const char *connection);
void broker_bus_gone(struct broker *broker, const char *but_bus);

/* The device as it is now, or one that is gone and still has a lease; NULL and a fault. */
struct device *broker_find_device(struct broker *broker, struct ccw_id id, struct fault *fault);

struct jobs *broker_jobs(struct broker *broker);
struct autostart *broker_autostart(struct broker *broker);

/* For who only wants to know. */
struct foresight *broker_foresight(struct broker *broker);

/* What ignored_read says. */
_must_check_ int broker_read_ignored(struct broker *broker, char **ret);

struct registry *broker_registry(struct broker *broker);
struct sysfs *broker_sysfs(struct broker *broker);

/* For whoever counts. */
struct tally *broker_tally(struct broker *broker);

/* Whether broker_stop has been called. */
bool broker_is_stopping(const struct broker *broker);

/* Whether a client waits for a device. */
bool broker_is_taking(const struct broker *broker);

/* Leases that clients know of, in no order: the first, and the one behind lease. NULL: no more. */
struct lease *broker_next_lease(struct broker *broker, struct lease *lease);
struct lease *broker_find_lease(struct broker *broker, const char *id);
unsigned int broker_count_leases(struct broker *broker);
