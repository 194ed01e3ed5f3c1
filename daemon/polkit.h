/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "fault.h"
#include "macro.h"

#define POLKIT_DETAILS 8

/* What polkit's rules may look at; NULL or "": not known, and left out. */
struct polkit_detail {
	const char *name;
	const char *value;
};

/* What is asked. Borrowed for the time of a call. */
struct polkit_query {
	const char *action; /* CCWB_ACTION_... */
	const char *intro;  /* who wants what, the beginning of every refusal */
	struct polkit_detail details[POLKIT_DETAILS];
};

/* One question under way. */
struct polkit_question;

/* FAULT_NONE: it may be. Anything else, and anything that polkit does or does not do, is a no. */
typedef void (*polkit_done_t)(const struct fault *fault, void *userdata);

/*
 * Asks whether the process behind message may. Whether somebody is to be asked for a password is the
 * caller's wish in the header of message. done is not called from in here, and not after
 * polkit_question_free.
 */
_must_check_ int polkit_ask(sd_bus_message *message, const struct polkit_query *query,
			    unsigned int patience_ms, polkit_done_t done, void *userdata,
			    struct polkit_question **ret);

/* Nobody wants to know any more: a dialog that is still open goes away. Also to be called after done. */
void polkit_question_free(struct polkit_question *question);
DEFINE_CLEANUP(struct polkit_question *, polkit_question_free)
