/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the names of D-Bus errors and which of our reasons each one means. The only place where a
 * failure gets such a name.
 */
#include "bus-error.h"

#include "names.h"

static const char *const error_names[_FAULT_CODE_MAX] = {
	[FAULT_NONE] = CCWB_ERROR_FAILED,
	[FAULT_INVALID_ARGS] = CCWB_ERROR_INVALID_ARGS,
	[FAULT_ACCESS_DENIED] = CCWB_ERROR_ACCESS_DENIED,
	[FAULT_LIMITS_EXCEEDED] = CCWB_ERROR_LIMITS_EXCEEDED,
	[FAULT_NOT_SUPPORTED] = CCWB_ERROR_NOT_SUPPORTED,
	[FAULT_NO_SUCH_DEVICE] = CCWB_ERROR_NO_SUCH_DEVICE,
	[FAULT_NO_SUCH_LEASE] = CCWB_ERROR_NO_SUCH_LEASE,
	[FAULT_DEVICE_LEASED] = CCWB_ERROR_DEVICE_LEASED,
	[FAULT_DEVICE_IN_USE] = CCWB_ERROR_DEVICE_IN_USE,
	[FAULT_DEVICE_GONE] = CCWB_ERROR_DEVICE_GONE,
	[FAULT_DEVICE_BOXED] = CCWB_ERROR_DEVICE_BOXED,
	[FAULT_DEVICE_NOT_OPERATIONAL] = CCWB_ERROR_DEVICE_NOT_OPERATIONAL,
	[FAULT_NOT_LEASE_HOLDER] = CCWB_ERROR_NOT_LEASE_HOLDER,
	[FAULT_UNSUPPORTED_DEVICE] = CCWB_ERROR_UNSUPPORTED_DEVICE,
	[FAULT_BIND_FAILED] = CCWB_ERROR_BIND_FAILED,
	[FAULT_RESTORE_FAILED] = CCWB_ERROR_RESTORE_FAILED,
	[FAULT_OPERATION_IN_PROGRESS] = CCWB_ERROR_OPERATION_IN_PROGRESS,
	[FAULT_POLICY_INVALID] = CCWB_ERROR_POLICY_INVALID,
	[FAULT_STUCK] = CCWB_ERROR_STUCK,
};

int bus_error_set(sd_bus_error *error, int r, const struct fault *fault)
{
	if (fault->code == FAULT_NONE)
		return sd_bus_error_set_errno(error, r);
	return sd_bus_error_set(error, error_names[fault->code], fault->text);
}
