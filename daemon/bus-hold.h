/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "fault.h"
#include "macro.h"
#include "polkit.h"
#include "resolver.h"
#include "subject.h"

/*
 * Calls that wait for something. A handler asks here for what it needs; when that is not known yet, it
 * returns, and the same call comes to it again later, when it is. So everything that the handler
 * looked at before is looked at again.
 */
struct bus_hold;

/* bus has an event loop already. The caller owns *ret. */
_must_check_ int bus_hold_new(sd_bus *bus, const struct resolver_config *resolver,
			      unsigned int question_ms, struct bus_hold **ret);

/* The calls that wait are dropped. */
void bus_hold_free(struct bus_hold *hold);
DEFINE_CLEANUP(struct bus_hold *, bus_hold_free)

/* Whether message has been put aside: it has been at its handler before. */
bool bus_hold_has(const struct bus_hold *hold, const sd_bus_message *message);

/*
 * Who sent message. 1: *ret, for which the caller calls subject_deinit. 0: message comes again, the
 * handler returns 1.
 */
_must_check_ int bus_hold_subject(struct bus_hold *hold, sd_bus_message *message,
				  struct subject *ret, struct fault *fault);

/* The same for who needs to know only the uid. */
_must_check_ int bus_hold_uid(struct bus_hold *hold, sd_bus_message *message, uid_t *ret,
			      struct fault *fault);

/* The same for the account of uid, for whom nothing but that is known. */
_must_check_ int bus_hold_account(struct bus_hold *hold, sd_bus_message *message, uid_t uid,
				  struct subject *ret, struct fault *fault);

/*
 * Whether polkit lets subject, which sent message, do what query says; root is never asked. 1: yes.
 * 0: message comes again, the handler returns 1. An answer is remembered for this message and the
 * very same query.
 */
_must_check_ int bus_hold_ask(struct bus_hold *hold, sd_bus_message *message,
			      const struct subject *subject, const struct polkit_query *query,
			      struct fault *fault);
