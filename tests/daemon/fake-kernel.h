/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "fake-sysfs.h"

/*
 * A kernel behind a fake sysfs: what is written there has its effect at once. The linker leads the
 * daemon's writes here (--wrap), and its few dealings with VFIO and its own files as well. Each of
 * these is a point, and one of them may be struck by a fault.
 */
#define FAKE_KERNEL_ID "0.0.0580"

enum kernel_fault {
	KERNEL_BUSY,		   /* nothing happens, EBUSY */
	KERNEL_IO,		   /* nothing happens, EIO */
	KERNEL_NODEV,		   /* nothing happens, ENODEV */
	KERNEL_PARTIAL,		   /* it is done, and EIO nevertheless */
	KERNEL_HANG,		   /* it does not come back */
	KERNEL_HANG_DONE,	   /* it is done, and does not come back */
	KERNEL_VANISH,		   /* the device goes */
	KERNEL_REPLACE,		   /* it goes, and is back before anybody has looked */
	KERNEL_KILL_BEFORE,	   /* the daemon is killed before it */
	KERNEL_KILL_AFTER,	   /* and after it */
	KERNEL_WORKER_KILL_BEFORE, /* the worker is, where it is one that does it */
	KERNEL_WORKER_KILL_AFTER,
	KERNEL_CLIENT_KILL, /* who waits for the lease is */
	_KERNEL_FAULT_MAX,
};

#define KERNEL_POINTS_MAX 64

/* In memory that the test, the daemon and its workers share. */
struct kernel {
	int daemon;	       /* its process */
	unsigned int n_points; /* passed since kernel_arm */
	unsigned int strike_at;
	enum kernel_fault fault;
	bool has_struck;
	atomic_bool
		is_beginning; /* the daemon, with an acquisition; its worker waits for its turn */
	char names[KERNEL_POINTS_MAX][40];
};

extern struct kernel *kernel;

/* Makes the tree, with a device of that driver (NULL: none). */
void kernel_init(struct fake_sysfs *fake, const char *driver, bool is_online);
void kernel_deinit(struct fake_sysfs *fake);

/* Begins to count anew. Point number strike_at is struck; -1: none. */
void kernel_arm(int strike_at, enum kernel_fault fault);

/* A device that went comes back, as the kernel finds it: with the driver of its kind, offline. */
void kernel_replug(void);

bool kernel_has_claim(void);
bool kernel_has_mdev(void);

/* Whether the subchannel is with io_subchannel, reserved for nobody. */
bool kernel_has_plain_subchannel(void);
const char *kernel_fault_to_string(enum kernel_fault fault);

#define KERNEL_BIT(fault) (1U << (fault))

/* The daemon's own files do not hang. */
#define KERNEL_FILE_FAULTS (~(KERNEL_BIT(KERNEL_HANG) | KERNEL_BIT(KERNEL_HANG_DONE)))

/* What happens when nothing strikes. */
typedef int (*kernel_effect_t)(void *data);

/* One point, which may be struck by faults, a set of bits. */
int kernel_point(const char *name, const char *detail, unsigned int faults, kernel_effect_t effect,
		 void *data);
