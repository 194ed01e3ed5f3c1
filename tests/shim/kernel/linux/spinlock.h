/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A lock that is only ever taken by one thread, and ends the test when it is taken twice.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>

typedef struct {
	bool is_taken;
} spinlock_t;

#define spin_lock_init(lock) ((lock)->is_taken = false)

#define spin_lock_irqsave(lock, flags)                                                             \
	do {                                                                                       \
		assert(!(lock)->is_taken);                                                         \
		(lock)->is_taken = true;                                                           \
		(flags) = 1;                                                                       \
	} while (0)

#define spin_unlock_irqrestore(lock, flags)                                                        \
	do {                                                                                       \
		assert((lock)->is_taken && (flags) == 1);                                          \
		(lock)->is_taken = false;                                                          \
	} while (0)
