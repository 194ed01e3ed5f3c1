/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "macro.h"

#define SENDER_NAME_SIZE 256 /* of any name on a bus */

/* Whose signals are the broker's: follows its name, so that no signal is a question. Embedded; one of zeros follows nobody. */
struct sender {
	sd_bus_slot *slot;
	int error;		      /* from then on it is not known who has the name */
	char owner[SENDER_NAME_SIZE]; /* empty: nobody */
};

/*
 * To be called before the first match: asks who has the broker's name, and listens to who gets it. Without a bus the
 * other end is the broker.
 */
_must_check_ int sender_follow(struct sender *sender, sd_bus *bus);
/* One that follows nobody is good. */
void sender_unfollow(struct sender *sender);

/* Whether a signal is the broker's: 1 or 0, or the error since which that is not known. */
_must_check_ int sender_is_broker(const struct sender *sender, sd_bus_message *message);

/* Whether a signal is from the bus itself. */
_must_check_ bool sender_is_bus(sd_bus_message *message);
