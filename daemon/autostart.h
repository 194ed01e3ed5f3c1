/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "custody.h"
#include "definition.h"
#include "job.h"
#include "macro.h"

/*
 * What the definitions make of devices: bound to the module when the daemon starts and when they appear.
 * An attempt that fails is in the journal and in the device's reason, and there is another one at its
 * next change.
 */
struct autostart;

/* custody and jobs are borrowed; directory is that of the definitions. The caller owns *ret. */
_must_check_ int autostart_new(struct custody *custody, struct jobs *jobs, const char *directory,
			       struct autostart **ret);
void autostart_free(struct autostart *autostart);
DEFINE_CLEANUP(struct autostart *, autostart_free)

/* Reads the definitions, before any device is known. */
_must_check_ int autostart_load(struct autostart *autostart);

/*
 * Reads them again: what is new, other or gone has the effect of autostart_define and _undefine. A
 * bad file leaves what it said before in force, and is a fault; the good ones are read even so.
 */
_must_check_ int autostart_reload(struct autostart *autostart, struct fault *fault);

/* What autostart_reload would say of the files; nothing changes. */
_must_check_ int autostart_check_reload(struct autostart *autostart, struct fault *fault);

const struct definitions *autostart_definitions(const struct autostart *autostart);

void autostart_device_added(struct autostart *autostart, struct device *device);
void autostart_device_changed(struct autostart *autostart, struct device *device);

/*
 * Defines a device, there or not. One with autostart is bound as soon as it is free; one that is
 * leased now stays bound after its lease.
 */
_must_check_ int autostart_define(struct autostart *autostart, const struct definition *definition,
				  struct fault *fault);

/* The same for one that is defined already; NOT_DEFINED. */
_must_check_ int autostart_set(struct autostart *autostart, const struct definition *definition,
			       struct fault *fault);

/*
 * The definition goes, and a device that is bound goes back: at once, or at the end of its lease.
 * OPERATION_IN_PROGRESS while it is on its way.
 */
_must_check_ int autostart_undefine(struct autostart *autostart, struct ccw_id id,
				    struct fault *fault);

/* What autostart_undefine would refuse before it looks at the disk. */
_must_check_ int autostart_check_undefine(const struct autostart *autostart, struct ccw_id id,
					  struct fault *fault);
