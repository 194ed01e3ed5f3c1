/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "limits.h"
#include "macro.h"

#define OPENER_NAME_SIZE    64
#define OPENER_COMMAND_SIZE 20 /* the kernel gives 15 characters */

/* One device node of a device. */
struct opener_node {
	dev_t number;
	bool is_block;
	char name[OPENER_NAME_SIZE]; /* "dasda1" */
};

/* The nodes of one device; those past the limit are left out. */
struct opener_nodes {
	size_t count;
	struct opener_node list[LIMIT_DEVICE_NODES];
};

/* A program that has one of them open. */
struct opener {
	pid_t pid;
	char command[OPENER_COMMAND_SIZE]; /* printable */
	const struct opener_node *node;	   /* peek */
};

/* Adds every node that hangs below the device's sysfs directory. */
_must_check_ int opener_collect(int device_fd, struct opener_nodes *nodes);

/* Anything but 0 ends the search, and is its result. */
typedef int (*opener_found_t)(const struct opener *opener, void *userdata);

/*
 * Looks through the processes of proc_root for those that have a node open. What we may not look into
 * is passed over, so 0 is no proof. Looks at a bounded number of fds.
 */
_must_check_ int opener_each(const char *proc_root, const struct opener_nodes *nodes,
			     opener_found_t found, void *userdata);
