/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

/* A bus connection to nobody, good for making messages and reading them again. */
sd_bus *loose_bus_new(void);

/* Two ends for loose_bus_start, one for each of two processes. */
void loose_bus_sockets(int ret_fds[static 2]);

/* A connection without a bus daemon in between; the two ends must be in different processes to be used. */
sd_bus *loose_bus_start(int fd_take, bool is_server);

/* A message to append to. */
sd_bus_message *loose_bus_message(sd_bus *bus);

/* Makes the message readable from its beginning. */
void loose_bus_seal(sd_bus_message *message);
