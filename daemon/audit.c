/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what is told of who did what with which device: journal entries with ids and fields, and audit
 * records. Decides nothing, and knows no life of a lease.
 */
#include "audit.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kaudit.h"
#include "limits.h"
#include "log.h"
#include "names.h"
#include "refusals.h"

static const struct {
	const char *id;
	int level;
	const char *operation; /* in audit records */
	bool is_success;
} events[_AUDIT_EVENT_MAX] = {
	[AUDIT_GRANT] = { CCWB_MESSAGE_GRANT, LOG_INFO, "grant", true },
	[AUDIT_REFUSAL] = { CCWB_MESSAGE_REFUSAL, LOG_NOTICE, "grant", false },
	[AUDIT_END] = { CCWB_MESSAGE_END, LOG_INFO, "end", true },
	[AUDIT_REVOKE] = { CCWB_MESSAGE_REVOKE, LOG_NOTICE, "revoke", true },
	[AUDIT_FORCE] = { CCWB_MESSAGE_FORCE, LOG_NOTICE, "force", true },
	[AUDIT_POLICY] = { CCWB_MESSAGE_POLICY, LOG_NOTICE, "policy", true },
	[AUDIT_POLICY_BAD] = { CCWB_MESSAGE_POLICY_BAD, LOG_ERR, "policy", false },
};

const char *audit_message_id(enum audit_event event)
{
	return events[event].id;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void tell_journal(const struct audit_record *record, const char *message)
{
	char uid[16] = "", pid[16] = "";
	const struct log_field fields[] = {
		{ "MESSAGE_ID", events[record->event].id }, { CCWB_FIELD_DEVICE, record->device },
		{ CCWB_FIELD_LEASE, record->lease },	    { CCWB_FIELD_UID, uid },
		{ CCWB_FIELD_USER, record->user },	    { CCWB_FIELD_PID, pid },
		{ CCWB_FIELD_UNIT, record->unit },	    { CCWB_FIELD_RULE, record->rule },
		{ CCWB_FIELD_PROFILE, record->profile },    { CCWB_FIELD_REASON, record->reason },
	};

	if (record->has_subject)
		snprintf(uid, sizeof(uid), "%u", (unsigned int)record->uid);
	if (record->has_subject && record->pid > 0)
		snprintf(pid, sizeof(pid), "%d", (int)record->pid);
	log_fields(events[record->event].level, fields, ARRAY_SIZE(fields), message);
}

/* NAME=VALUE, where a value that could be taken for something else is in hexadecimal digits. */
static void append(char *text, size_t size, const char *name, const char *value)
{
	size_t at = strlen(text), n;
	bool is_plain = true;

	/* the longest value, a unit's name in digits, has room for sure */
	if (!value || !*value || at + strlen(name) + 2 * strlen(value) + 3 > size)
		return;
	for (n = 0; value[n]; n++)
		is_plain &= value[n] > 0x20 && value[n] < 0x7f && value[n] != '"';
	at += (size_t)snprintf(text + at, size - at, " %s=%s", name, is_plain ? value : "");
	for (n = 0; !is_plain && value[n]; n++)
		at += (size_t)snprintf(text + at, size - at, "%02X", (unsigned char)value[n]);
}

static void tell_kernel(const struct audit_record *record)
{
	char text[LIMIT_MESSAGE_BYTES * 2] = "", owner[16];

	snprintf(text, sizeof(text), "op=ccwbroker-%s", events[record->event].operation);
	append(text, sizeof(text), "device", record->device);
	append(text, sizeof(text), "lease", record->lease);
	if (record->has_subject) {
		snprintf(owner, sizeof(owner), "%u", (unsigned int)record->uid);
		append(text, sizeof(text), "id", owner);
	}
	append(text, sizeof(text), "unit", record->unit);
	append(text, sizeof(text), "profile", record->profile);
	append(text, sizeof(text), "reason", record->reason);
	/* the journal has it in any case */
	(void)kaudit_send(text, events[record->event].is_success);
}

void audit_log(const struct audit_record *record, const char *format, ...)
{
	static struct refusals refusals;
	char message[LIMIT_MESSAGE_BYTES];
	unsigned int untold = 0;
	size_t length;
	va_list args;

	if (record->event == AUDIT_REFUSAL &&
	    !refusals_count(&refusals, record->uid, now_ms(), &untold))
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	length = strlen(message);
	if (untold > 0)
		snprintf(message + length, sizeof(message) - length,
			 " (%u more refusals of uid %u were not told)", untold,
			 (unsigned int)record->uid);
	tell_journal(record, message);
	tell_kernel(record);
}
