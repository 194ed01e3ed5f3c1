/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns where messages go: structured into the journal, or as plain lines to standard error.
 * Knows nothing about devices and leases but the names of their journal fields.
 */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "limits.h"
#include "names.h"

static const char *log_program = "ccwbroker";
static int log_max_level = LOG_INFO;
static bool log_to_journal;

static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	if (fstat(STDERR_FILENO, &st) < 0)
		return false;
	return st.st_dev == device && st.st_ino == inode;
}

void log_init(const char *program)
{
	log_program = program;
	log_to_journal = stderr_is_journal();
}

void log_set_max_level(int level)
{
	log_max_level = level;
}

int log_get_max_level(void)
{
	return log_max_level;
}

int log_set_target(const char *target)
{
	bool is_journal = strcmp(target, "journal") == 0;

	if (!is_journal && strcmp(target, "console") != 0)
		return -EINVAL;
	log_to_journal = is_journal;
	return 0;
}

const char *log_get_target(void)
{
	return log_to_journal ? "journal" : "console";
}

const char *log_get_program(void)
{
	return log_program;
}

/* The text of one field; the caller frees it. */
static bool field_make(struct iovec *iov, const char *name, const char *value)
{
	char *text;
	int length;

	if (!value || !*value)
		return false;
	length = asprintf(&text, "%s=%s", name, value);
	if (length < 0)
		return false; /* a message with a field less is better than none */
	*iov = (struct iovec){ .iov_base = text, .iov_len = (size_t)length };
	return true;
}

static void journal_send(int level, const struct log_field *fields, size_t n_fields,
			 const char *message)
{
	struct iovec iov[LOG_FIELDS + 3];
	char priority[4];
	int n = 0;
	size_t i;

	snprintf(priority, sizeof(priority), "%d", level & 7);
	n += field_make(&iov[n], "MESSAGE", message);
	n += field_make(&iov[n], "PRIORITY", priority);
	n += field_make(&iov[n], "SYSLOG_IDENTIFIER", log_program);
	for (i = 0; i < n_fields && i < LOG_FIELDS; i++)
		n += field_make(&iov[n], fields[i].name, fields[i].value);
	(void)sd_journal_sendv(iov, n); /* there is no other place to report to */
	while (n > 0)
		free(iov[--n].iov_base);
}

static void log_fields_send(int level, const struct log_field *fields, size_t n,
			    const char *message)
{
	if (log_to_journal)
		journal_send(level, fields, n, message);
	else
		fprintf(stderr, "%s: %s\n", log_program, message);
}

static void send_message(int level, const char *device, const char *lease, const char *message)
{
	const struct log_field fields[] = {
		{ CCWB_FIELD_DEVICE, device },
		{ CCWB_FIELD_LEASE, lease },
	};

	log_fields_send(level, fields, ARRAY_SIZE(fields), message);
}

void log_fields(int level, const struct log_field *fields, size_t n, const char *message)
{
	if (level <= log_max_level)
		log_fields_send(level, fields, n, message);
}

void log_full(int level, const char *device, const char *lease, const char *format, ...)
{
	char message[LIMIT_MESSAGE_BYTES];
	va_list args;

	if (level > log_max_level)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	send_message(level, device, lease, message);
}

int log_full_errno(int level, const char *device, const char *lease, int error, const char *format,
		   ...)
{
	char message[LIMIT_MESSAGE_BYTES];
	va_list args;
	int length;

	if (level > log_max_level)
		return error;
	va_start(args, format);
	length = vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (length >= 0 && (size_t)length < sizeof(message))
		snprintf(message + length, sizeof(message) - (size_t)length, ": %s",
			 strerror(-error));
	send_message(level, device, lease, message);
	return error;
}
