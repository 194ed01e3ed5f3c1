/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "macro.h"

/*
 * Whether a signal is the broker's: the bus is asked who has its name, and answers before this returns. One that
 * came without a bus is from the other end.
 */
_must_check_ bool sender_is_broker(sd_bus_message *message);

/* Whether a signal is from the bus itself. */
_must_check_ bool sender_is_bus(sd_bus_message *message);
