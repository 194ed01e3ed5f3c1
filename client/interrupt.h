/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "macro.h"

/*
 * From now on SIGINT and SIGTERM, and SIGHUP with has_hangup, come to handler by way of event and end nothing
 * themselves; negative errno.
 */
_must_check_ int interrupt_catch(sd_event *event, bool has_hangup,
				 sd_event_signal_handler_t handler, void *userdata);
