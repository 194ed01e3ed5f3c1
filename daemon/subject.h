/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "macro.h"

/* Who asks: numbers from the kernel, names and groups from the account database. */
struct subject {
	uid_t uid;
	pid_t pid;
	char *user; /* the name of uid, or its digits */
	size_t n_groups;
	gid_t *gids;
	char **groups; /* the name of each gid, or its digits */
};

/*
 * Fills *ret for a process of uid. Groups are those of the account, so a process can neither gain
 * nor hide one. The caller calls subject_deinit.
 */
_must_check_ int subject_init(struct subject *ret, uid_t uid, pid_t pid);
void subject_deinit(struct subject *subject);
