/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "backend.h"
#include "ccw-id.h"
#include "crew.h"
#include "fault.h"
#include "iommu.h"
#include "macro.h"
#include "plan.h"
#include "policy.h"
#include "revocation.h"
#include "subject.h"
#include "tether.h"
#include "usage.h"

#define LEASE_ID_SIZE 20 /* "l", 16 hexadecimal digits, NUL */

struct custody;

enum lease_state {
	LEASE_PENDING,	 /* a worker takes the device; not on the bus yet */
	LEASE_ACTIVE,	 /* its client has the fds */
	LEASE_ORPHANED,	 /* whoever has the fds, it is not the process that asked: that has ended */
	LEASE_REVOKING,	 /* its client has been told to go, and has some time left */
	LEASE_RELEASING, /* over for the client; the device is on its way back */
	LEASE_BOUND,	 /* only in the store: no lease, a device that was bound by request */
	LEASE_FAILED,	 /* only in the store: the device did not go back */
	_LEASE_STATE_MAX,
};

/* Why it ended. */
enum lease_end {
	LEASE_END_CLOSED,	/* the last copy of the lease fd was closed */
	LEASE_END_RELEASED,	/* by request */
	LEASE_END_ABANDONED,	/* the client left before the reply */
	LEASE_END_GONE,		/* the device was unplugged */
	LEASE_END_FAILED,	/* the device could not be taken or given back */
	LEASE_END_DISCONNECTED, /* its client left the bus */
	LEASE_END_EXITED,	/* its process ended */
	LEASE_END_REVOKED,	/* taken from its client */
	_LEASE_END_MAX,
};

struct lease;

/*
 * Tells whoever waits for the outcome, once. On success result->fds are those of vfio_open for the
 * lease's iommu (none by path) and the lease's write end behind them; negative when the client cannot be told, which ends the lease.
 */
typedef int (*lease_done_t)(struct lease *lease, struct worker_result *result, void *userdata);

/* One device in one client's hands. Everything in it is owned by it unless it says peek. */
struct lease {
	struct lease *next; /* first, with all that is counted: all are passed by at each request */
	enum lease_state state;
	uid_t uid;
	uid_t owner;	   /* as in struct subject */
	bool is_announced; /* clients know of it */
	struct ccw_id device;
	char id[LEASE_ID_SIZE];
	uint64_t incarnation; /* of its device when it began, as sysfs.h has it; 0: not known */
	pid_t pid;
	char *user;
	char *unit; /* "": not known */
	char *who;
	char *profile;	/* the name of what it was granted under */
	char *rule;	/* the place of the rule that granted it, "file:line"; "" for none */
	bool has_group; /* granted to one of the rule's groups */
	gid_t gid;
	uint64_t since;		 /* CLOCK_REALTIME, microseconds */
	enum lease_end end;	 /* meaningful while RELEASING */
	enum iommu iommu;	 /* PENDING: wanted; then what its fds are for */
	bool is_forced;		 /* while it is taken: also from what uses it */
	bool is_by_path;	 /* its client opens the node itself and has but the lease's fd */
	struct plan_terms terms; /* what its device is held to */
	struct plan_origin origin;
	bool is_bound;		 /* its device stays bound after it, */
	struct plan_origin home; /* and belongs there all the same */
	struct backend backend;

	struct custody *custody; /* peek */
	struct task *task;	 /* takes or gives back the device */
	struct usage *usage;	 /* RELEASING: waits for the last close */
	struct tether tether;
	struct revocation revocation; /* REVOKING, and on the way back after that */

	bool is_pledged;   /* PENDING: saved, with its reference, as if its client had it */
	bool is_untold;	   /* and the bus side has still to tell of it */
	lease_done_t done; /* PENDING: NULL when nobody waits any more */
	void *userdata;
};

/* As subject_account. */
static inline uid_t lease_account(const struct lease *lease)
{
	return lease->owner != 0 ? lease->owner : lease->uid;
}

/* A PENDING lease with a fresh id. The caller owns *ret. */
_must_check_ int lease_new(struct ccw_id device, const struct subject *subject, const char *who,
			   struct lease **ret);

/* What a lease under profile holds its device to. */
struct plan_terms lease_terms(const struct profile *profile);

/* Grants it as verdict says. */
_must_check_ int lease_set_terms(struct lease *lease, const struct policy_verdict *verdict);

/* Frees it and kills its worker. */
void lease_free(struct lease *lease);
DEFINE_CLEANUP(struct lease *, lease_free)

/* A move that the table does not have is a bug. */
void lease_set_state(struct lease *lease, enum lease_state state);

/* Whether a client has its device. */
bool lease_is_held(const struct lease *lease);

/* Sets why device cannot be had while lease is there, and returns fault_set's value. */
int lease_explain(const struct lease *lease, const char *device, struct fault *fault);

/*
 * Why its end may take long: only the kernel's vfio_ccw cannot take a device from a client that does not
 * close it. fault is where to write it; NULL when there is nothing to say.
 */
const struct fault *lease_explain_wait(const struct lease *lease, struct fault *fault);

/* The same from when nobody has it open any more. */
const struct fault *lease_explain_return(const struct lease *lease, struct fault *fault);

bool lease_id_is_valid(const char *id);
const char *lease_state_to_string(enum lease_state state);
_must_check_ int lease_state_from_string(const char *text);
const char *lease_end_to_string(enum lease_end end);
