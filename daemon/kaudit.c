/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way to the kernel's audit system. libaudit is looked for when the first record is sent, so
 * that one build does with and without it. Knows nothing of what the records say.
 */
#include "kaudit.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#define TYPE_USER_DEVICE 1137 /* "user-space device changes", of the audit system's list */

typedef int (*open_t)(void);
typedef int (*log_t)(int fd, int type, const char *message, const char *hostname,
		     const char *address, const char *tty, int result);

static log_t log_user_message;
static int audit_fd = -1;

/* Once; what is not there then is not there. */
static void connect_once(void)
{
	static int has_tried;
	void *library;
	open_t open_audit;

	if (has_tried++)
		return;
	library = dlopen("libaudit.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return;
	open_audit = (open_t)dlsym(library, "audit_open");
	log_user_message = (log_t)dlsym(library, "audit_log_user_message");
	if (open_audit && log_user_message)
		audit_fd = open_audit();
}

int kaudit_send(const char *text, bool is_success)
{
	connect_once();
	if (audit_fd < 0)
		return 0;
	/* the kernel has taken it when the answer is there; without a word on it a terminal is looked for */
	if (log_user_message(audit_fd, TYPE_USER_DEVICE, text, NULL, NULL, "", is_success) > 0)
		return 0;
	return errno > 0 ? -errno : -EIO;
}
