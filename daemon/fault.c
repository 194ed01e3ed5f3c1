/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the reasons for saying no and their sentences. Refuses to know about the bus: the names of
 * D-Bus errors are made in bus-error.c.
 */
#include "fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "text.h"

static const struct {
	const char *name;
	int error;
} codes[_FAULT_CODE_MAX] = {
	[FAULT_NONE] = { "", 0 },
	[FAULT_INVALID_ARGS] = { "InvalidArgs", EINVAL },
	[FAULT_ACCESS_DENIED] = { "AccessDenied", EACCES },
	[FAULT_LIMITS_EXCEEDED] = { "LimitsExceeded", ENOBUFS },
	[FAULT_NOT_SUPPORTED] = { "NotSupported", EOPNOTSUPP },
	[FAULT_NO_SUCH_DEVICE] = { "NoSuchDevice", ENOENT },
	[FAULT_NO_SUCH_LEASE] = { "NoSuchLease", ENOENT },
	[FAULT_DEVICE_LEASED] = { "DeviceLeased", EBUSY },
	[FAULT_DEVICE_IN_USE] = { "DeviceInUse", EBUSY },
	[FAULT_DEVICE_GONE] = { "DeviceGone", ENODEV },
	[FAULT_DEVICE_BOXED] = { "DeviceBoxed", EBUSY },
	[FAULT_DEVICE_NOT_OPERATIONAL] = { "DeviceNotOperational", ENXIO },
	[FAULT_NOT_LEASE_HOLDER] = { "NotLeaseHolder", EPERM },
	[FAULT_UNSUPPORTED_DEVICE] = { "UnsupportedDevice", EOPNOTSUPP },
	[FAULT_BIND_FAILED] = { "BindFailed", EIO },
	[FAULT_RESTORE_FAILED] = { "RestoreFailed", EIO },
	[FAULT_OPERATION_IN_PROGRESS] = { "OperationInProgress", EALREADY },
	[FAULT_POLICY_INVALID] = { "PolicyInvalid", EBADMSG },
	[FAULT_STUCK] = { "Stuck", ETIMEDOUT },
	[FAULT_INTERACTION_REQUIRED] = { "InteractiveAuthorizationRequired", EACCES },
	[FAULT_NOT_DEFINED] = { "NotDefined", ENOENT },
	[FAULT_DEFINITION_FAILED] = { "DefinitionFailed", EIO },
	[FAULT_DEFINITION_INVALID] = { "DefinitionInvalid", EBADMSG },
};

int fault_set(struct fault *fault, enum fault_code code, const char *format, ...)
{
	va_list args;

	fault->code = code;
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	text_sanitize(fault->text);
	return -codes[code].error;
}

const char *fault_code_to_string(enum fault_code code)
{
	return codes[code].name;
}
