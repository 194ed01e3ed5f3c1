/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "fault.h"
#include "plan.h"
#include "step.h"

/*
 * The way back from the kernel's vfio_ccw, from wherever the way there has ended, to what origin says:
 * for workers. Nobody must have the device open. DEVICE_GONE, with nothing left behind, when there is
 * no such device any more; RESTORE_FAILED for everything else.
 */
_must_check_ int binder_css_return(const struct step_scene *scene, const struct plan_origin *origin,
				   struct fault *fault);
