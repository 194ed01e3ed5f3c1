/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "macro.h"

/* One process, and no later one of the same pid. The fd becomes readable when it has ended. */
struct process {
	pid_t pid;	/* 0: none is known */
	uint64_t start; /* when it began, in the kernel's ticks since boot */
	int fd;		/* pidfd, owned; -1: none, or it has ended */
};

#define PROCESS_NONE ((struct process){ .fd = -1 })

/* The process that has pid now; -ESRCH when there is none. The caller calls process_deinit. */
_must_check_ int process_open(pid_t pid, struct process *ret);

/* The process that had pid and began at start; -ESRCH when it has ended. */
_must_check_ int process_reopen(pid_t pid, uint64_t start, struct process *ret);

/*
 * The process of somebody else's pidfd, which is copied. -EBADF when it is no pidfd, -ESRCH when the
 * process has ended or is of a pid namespace that cannot be seen from here.
 */
_must_check_ int process_from_pidfd(int pidfd, struct process *ret);

/* The same process once more. */
_must_check_ int process_copy(const struct process *process, struct process *ret);

/* Whether every uid of the process is uid; -ESRCH when it has ended. */
_must_check_ int process_is_of(const struct process *process, uid_t uid, bool *ret);

bool process_has_ended(const struct process *process);

void process_deinit(struct process *process);
