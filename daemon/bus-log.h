/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "macro.h"

/* Puts org.freedesktop.LogControl1 on bus, for `systemctl service-log-level ccwbrokerd`. */
_must_check_ int bus_log_register(sd_bus *bus);
