/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns which signals mean that the user has had enough. What is done then is not known here.
 */
#include <errno.h>
#include <signal.h>

#include "interrupt.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

int interrupt_catch(sd_event *event, bool has_hangup, sd_event_signal_handler_t handler,
		    void *userdata)
{
	size_t n = has_hangup ? ARRAY_SIZE(signals) : ARRAY_SIZE(signals) - 1;
	sigset_t set;
	int r = 0;

	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, signals[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = sd_event_add_signal(event, NULL, signals[i], handler, userdata);
	return r;
}
