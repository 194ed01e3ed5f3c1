/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "fault.h"
#include "lifetime.h"
#include "macro.h"
#include "process.h"

#define TETHER_NAME_SIZE 64 /* of a connection's unique name or of a bus, with its NUL */

enum tether_event {
	TETHER_CLOSED,	 /* nobody holds the lease fd any more */
	TETHER_EXITED,	 /* the process of a pidfd has ended */
	TETHER_ORPHANED, /* the process that asked has ended; the lease fd is held elsewhere */
};

typedef void (*tether_event_t)(enum tether_event what, void *userdata);

/* What a lease hangs on. All but the lifetime may be unknown. Embedded in a lease, which frees it. */
struct tether {
	enum lifetime lifetime;
	struct process process;		   /* of the pidfd; else of the client that asked */
	char connection[TETHER_NAME_SIZE]; /* that client's unique name, "" for none */
	char bus[TETHER_NAME_SIZE];	   /* which bus that name is of */
	int reference_fd;
	int client_fd; /* the client's end, until it is made over */
	sd_event_source *reference;
	sd_event_source *exit;
	tether_event_t event;
	void *userdata;
};

void tether_init(struct tether *tether);

/*
 * Finds the process: that of pidfd when the lifetime is its, which must be uid's own unless uid is
 * root; else that of client, or none. FAULT_INVALID_ARGS or FAULT_ACCESS_DENIED.
 */
_must_check_ int tether_choose(struct tether *tether, int pidfd, uid_t uid,
			       const struct process *client, struct fault *fault);

/* Makes the reference before anybody can have it; tether_make need not then. */
_must_check_ int tether_prepare(struct tether *tether, int dir_fd, const char *lease);

/*
 * Makes the reference, below dir_fd and by the lease's id, and watches. *ret_write is what the client
 * holds, -1 when its lifetime knows no reference. Events come from the loop, never from in here.
 */
_must_check_ int tether_make(struct tether *tether, sd_event *event, int dir_fd, const char *lease,
			     tether_event_t told, void *userdata, int *ret_write);

/*
 * The same for one that an earlier daemon made, with what was saved of it. 1: it is an orphan.
 * -ENXIO when it is torn already; other errors mean that nobody can know.
 */
_must_check_ int tether_resume(struct tether *tether, sd_event *event, int dir_fd,
			       const char *lease, tether_event_t told, void *userdata);

/*
 * One more fd that holds the reference. NOT_SUPPORTED when the lifetime knows none, NO_SUCH_LEASE when
 * nobody has held it any more, so that its end cannot be stopped.
 */
_must_check_ int tether_reopen(const struct tether *tether, int dir_fd, const char *lease,
			       int *ret_write, struct fault *fault);

/* Watches no more and removes the reference. */
void tether_drop(struct tether *tether, int dir_fd, const char *lease);

void tether_deinit(struct tether *tether);
