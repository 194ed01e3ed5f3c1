/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "fault.h"
#include "macro.h"
#include "subject.h"
#include "worker.h"

/* Accounts that are known for a moment, and those being asked for. */
struct resolver;

/* One who waits for an account. */
struct resolver_wait;

/*
 * fault->code is FAULT_NONE when resolver_get knows the account now. The wait is over with that, and
 * freed. Not the place to ask again.
 */
typedef void (*resolver_done_t)(const struct fault *fault, void *userdata);

struct resolver_config {
	sd_event *event;
	worker_run_t run;	  /* resolver_run, which tests replace */
	unsigned int patience_ms; /* LIMIT_LOOKUP_MS, likewise */
	unsigned int life_ms;	  /* of what is known; 0: LIMIT_ACCOUNT_LIFE_MS */
};

_must_check_ int resolver_new(const struct resolver_config *config, struct resolver **ret);
void resolver_free(struct resolver *resolver);
DEFINE_CLEANUP(struct resolver *, resolver_free)

/* 1 and the account of uid, when it is known; the caller calls subject_deinit. 0: ask for it. */
_must_check_ int resolver_get(struct resolver *resolver, uid_t uid, struct subject *ret);

/*
 * Asks for uid in a process of its own, one for all who ask for it. done is not called from in
 * here, and not after resolver_wait_free.
 */
_must_check_ int resolver_ask(struct resolver *resolver, uid_t uid, resolver_done_t done,
			      void *userdata, struct resolver_wait **ret, struct fault *fault);

/* Ends the lookup when nobody else waits for it. */
void resolver_wait_free(struct resolver_wait *wait);

/* The worker's function; data is a uid_t. */
void resolver_run(void *data, struct worker_result *result);
