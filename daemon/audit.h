/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "macro.h"

enum audit_event {
	AUDIT_GRANT,	  /* somebody has a device */
	AUDIT_REFUSAL,	  /* somebody wanted something and did not get it */
	AUDIT_END,	  /* a lease is over */
	AUDIT_REVOKE,	  /* somebody ends the lease of somebody else */
	AUDIT_FORCE,	  /* a device was taken though the host used it */
	AUDIT_POLICY,	  /* another policy is in force */
	AUDIT_POLICY_BAD, /* the files are wrong, and the policy stays as it was */
	_AUDIT_EVENT_MAX,
};

/* What is known; NULL: it does not apply. All of it is borrowed. */
struct audit_record {
	enum audit_event event;
	const char *device;
	const char *lease;
	bool has_subject;
	uid_t uid;
	pid_t pid;
	const char *user;
	const char *unit;
	const char *rule;    /* "FILE:LINE" */
	const char *profile; /* its name */
	const char *reason;  /* one word, as on the bus */
};

/*
 * Tells the journal, and the audit system where there is one. Never waits for either, and never
 * fails. Of too many refusals of one user only the first are told, and then how many were not.
 */
void audit_log(const struct audit_record *record, const char *format, ...) _printf_(2, 3);

/* The MESSAGE_ID of event, as in dbus/names.h. */
const char *audit_message_id(enum audit_event event);
