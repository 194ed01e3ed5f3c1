/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "macro.h"
#include "subject.h"

/* Who sent message, by the bus's word. The caller calls subject_deinit. */
_must_check_ int bus_peer_subject(sd_bus_message *message, struct subject *ret);

/* Only the uid. */
_must_check_ int bus_peer_uid(sd_bus_message *message, uid_t *ret);
