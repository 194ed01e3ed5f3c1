/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

#include "macro.h"

typedef void (*revocation_due_t)(void *userdata);

/* A holder's time to go. Embedded in a lease. */
struct revocation {
	uint64_t deadline; /* CLOCK_MONOTONIC, microseconds; 0: none */
	char *reason;	   /* the words of who wants it, NULL while there is none */
	sd_event_source *timer;
	revocation_due_t due;
	void *userdata;
};

/*
 * Sets or shortens the time. 1: it is as asked; 0: one that ends earlier stays. due is called by
 * revocation_arm's timer only.
 */
_must_check_ int revocation_set(struct revocation *revocation, uint64_t deadline,
				const char *reason);

/* Waits for the deadline, which may have passed already; due comes from the event loop. */
_must_check_ int revocation_arm(struct revocation *revocation, sd_event *event,
				revocation_due_t due, void *userdata);

void revocation_deinit(struct revocation *revocation);
