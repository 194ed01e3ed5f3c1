/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "fault.h"
#include "macro.h"

/* What the host tells about its uses of devices, as texts of the proc files of these names. */
struct inuse_tables {
	char *mountinfo;
	char *swaps;
	char *consoles;
	const char *proc_root; /* peek: where processes are looked for; NULL: nowhere */
};

#define INUSE_OBJECT_SIZE 64

enum inuse_kind {
	INUSE_CONSOLE,
	INUSE_GROUP,
	INUSE_MOUNT,
	INUSE_SWAP,
	INUSE_HOLDER,
	INUSE_INTERFACE,
	INUSE_PROCESS,
	_INUSE_KIND_MAX,
};

/* One use of a device. */
struct inuse_use {
	enum inuse_kind kind;
	char object
		[INUSE_OBJECT_SIZE]; /* what of the device is used: "dasda1", "eth0"; printable */
	struct fault fault;	     /* the sentence, with what to do */
};

/* A negative answer ends the search, and is its result. */
typedef int (*inuse_found_t)(const struct inuse_use *use, void *userdata);

/* Reads the tables below proc_root, "/proc" but for tests. A missing file is an empty table. */
_must_check_ int inuse_tables_read(const char *proc_root, struct inuse_tables *ret);
void inuse_tables_deinit(struct inuse_tables *tables);

/*
 * Looks for a use of the device whose sysfs directory device_fd is: mounted, swap, held by another
 * block device, network interface up, open in a program, member of a ccwgroup device, console.
 * 0: none found, which is not yet the kernel's word. FAULT_DEVICE_IN_USE or FAULT_UNSUPPORTED_DEVICE
 * with an explanation that starts with name and says what to do.
 *
 * is_forced passes over interfaces and programs: they lose the device, and no more. Never over what
 * data hangs on, nor over the console. Looks again for a while before a program counts: for workers.
 */
_must_check_ int inuse_check(int device_fd, const char *name, const char *driver,
			     const struct inuse_tables *tables, bool is_forced,
			     struct fault *fault);

/* Calls found for each use there is at the moment; of the mounts of one disk or partition, the first. */
_must_check_ int inuse_each(int device_fd, const char *name, const char *driver,
			    const struct inuse_tables *tables, inuse_found_t found, void *userdata);

/* "mount", "swap" and so on. */
const char *inuse_kind_to_string(enum inuse_kind kind);
