/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "device.h"
#include "lease.h"

/* What others want to know, called after the fact; each may be NULL. */
struct listener {
	void (*device_added)(struct device *device, void *userdata);
	void (*device_changed)(struct device *device, unsigned int changes, void *userdata);
	void (*device_removed)(struct device *device, void *userdata);
	void (*lease_added)(struct lease *lease, void *userdata);
	void (*lease_changed)(struct lease *lease, void *userdata);
	void (*draining)(bool is_draining, void *userdata);
	void (*reloading)(bool is_active, void *userdata);
	void (*lease_removed)(struct lease *lease, enum lease_end end, void *userdata);
};

#define LISTENER_TELL(owner, what, ...)                                                            \
	do {                                                                                       \
		if ((owner)->listener && (owner)->listener->what)                                  \
			(owner)->listener->what(__VA_ARGS__, (owner)->userdata);                   \
	} while (0)
