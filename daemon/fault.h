/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "limits.h"
#include "macro.h"

/* Why a request cannot be met, in terms of what the caller may do about it. */
enum fault_code {
	FAULT_NONE,
	FAULT_INVALID_ARGS,
	FAULT_ACCESS_DENIED,
	FAULT_LIMITS_EXCEEDED,
	FAULT_NOT_SUPPORTED,
	FAULT_NO_SUCH_DEVICE,
	FAULT_NO_SUCH_LEASE,
	FAULT_DEVICE_LEASED,
	FAULT_DEVICE_IN_USE,
	FAULT_DEVICE_GONE,
	FAULT_DEVICE_BOXED,
	FAULT_DEVICE_NOT_OPERATIONAL,
	FAULT_NOT_LEASE_HOLDER,
	FAULT_UNSUPPORTED_DEVICE,
	FAULT_BIND_FAILED,
	FAULT_RESTORE_FAILED,
	FAULT_OPERATION_IN_PROGRESS,
	FAULT_POLICY_INVALID,
	FAULT_STUCK,
	FAULT_INTERACTION_REQUIRED,
	FAULT_NOT_DEFINED,
	FAULT_DEFINITION_FAILED,
	FAULT_DEFINITION_INVALID,
	_FAULT_CODE_MAX,
};

/* Plain bytes, so that a worker process can send it. */
struct fault {
	enum fault_code code;
	char text[LIMIT_MESSAGE_BYTES];
};

/* Sets code and a sentence made printable; returns the negative errno that goes with code. */
int fault_set(struct fault *fault, enum fault_code code, const char *format, ...) _printf_(3, 4);

/* The name of code as in dbus/names.h, without prefix: "DeviceLeased"; "" for FAULT_NONE. */
const char *fault_code_to_string(enum fault_code code);
