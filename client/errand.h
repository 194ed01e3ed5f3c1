/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "macro.h"
#include "verb.h"

enum errand_outcome {
	ERRAND_DONE,
	ERRAND_FAILED,
	ERRAND_CANCELED,
};

/* How a job ended. */
struct errand_end {
	enum errand_outcome outcome;
	enum exit_code code; /* what a failure stands for */
	char *reason;	     /* the broker's sentence, empty for a job that is done; owned */
};

/*
 * Sends call, a method of the Manager that returns a job, and waits for the job's end. SIGINT and SIGTERM, from
 * the call on, cancel the job, and a second one ends the waiting. What takes more than a second is followed by a line on
 * a terminal. Complains itself as "cannot WHAT: ..." unless there is an outcome. The caller frees ret->reason.
 */
_must_check_ enum exit_code errand_run(sd_bus *bus, const char *what, sd_bus_message *call,
				       struct errand_end *ret);

/* The outcome that JobRemoved names, or -EINVAL. */
_must_check_ int errand_outcome_from_string(const char *text);
