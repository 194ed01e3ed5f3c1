/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "fault.h"
#include "macro.h"
#include "wish.h"

/*
 * Reads the a{sv} options at which message stands. Strings belong to the message. ret_user is NULL
 * where the option "user" is not known, and not written without that option. FAULT_INVALID_ARGS names what is wrong.
 */
_must_check_ int bus_wish_read(sd_bus_message *message, struct broker_wish *ret, uid_t *ret_user,
			       struct fault *fault);
