/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The world around the storm's clients: an operator who revokes, unbinds, varies paths and takes
 * subchannels away, while others use the devices. One process for each device.
 */
#pragma once

#include "storm.h"

/* Fills in what sysfs tells about devices[i].id. 0 or -errno. */
int storm_world_look(struct storm_device *device);
/* The device is there, claimed, bound to ccwbroker and not revoked. 0 or -errno. */
int storm_world_bind(struct storm *storm, const struct storm_device *device);
/* Waits for a device that was taken away, and takes its path online. */
bool storm_world_is_back(const struct storm_device *device, unsigned int timeout_ms);
_Noreturn void storm_world(struct storm *storm, unsigned int device);
