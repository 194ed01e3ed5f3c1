/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "macro.h"

/* Who asks: numbers from the kernel, names and groups from the account database. */
struct subject {
	uid_t uid;
	pid_t pid;
	int pidfd;  /* of pid, or -1 */
	char *unit; /* the system unit that the process belongs to, NULL when that is not sure */
	char *user; /* the name of uid, or its digits */
	size_t n_groups;
	gid_t *gids;
	char **groups;	/* the name of each gid, or its digits */
	uint64_t start; /* of that process, as in struct process; 0: not known */
	uid_t owner;	/* to whom uid is subordinate; 0: to nobody */
};

/* To whom limits count what the subject has: who has many uids is one user all the same. */
static inline uid_t subject_account(const struct subject *subject)
{
	return subject->owner != 0 ? subject->owner : subject->uid;
}

/*
 * Asks the account database for uid, which may block. Groups are those of the account, so a
 * process can neither gain nor hide one. The caller calls subject_deinit.
 */
_must_check_ int subject_init(struct subject *ret, uid_t uid, pid_t pid);
void subject_deinit(struct subject *subject);

/* What the account database says of subject, as bytes for subject_read in another process. */
_must_check_ int subject_write(const struct subject *subject, int fd);

/* The reverse; -EBADMSG for anything else. The bytes must end with a NUL. */
_must_check_ int subject_read(struct subject *ret, const char *bytes, size_t size);
