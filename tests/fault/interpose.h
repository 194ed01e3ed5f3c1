/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

/*
 * What a program asks of the C library comes by here first when interpose.c is linked to it, and the n-th
 * of a kind fails. Nothing of the program itself is another one for it.
 */
enum interpose_kind {
	INTERPOSE_ALLOC,  /* memory: ENOMEM */
	INTERPOSE_OPEN,	  /* files and directories: EMFILE */
	INTERPOSE_READ,	  /* from files, links and sockets: EIO */
	INTERPOSE_WRITE,  /* and synchronizing: ENOSPC */
	INTERPOSE_NAME,	  /* rename, link, remove, make: ENOSPC */
	INTERPOSE_FORK,	  /* processes: EAGAIN */
	INTERPOSE_SOCKET, /* new ones, and connecting: EMFILE */
	INTERPOSE_SEND,	  /* ENOBUFS */
	INTERPOSE_EVENT,  /* what an event loop is made of, copies of fds, shared memory: ENOMEM */
	_INTERPOSE_KIND_MAX,
};

/* In memory, or a file, that the test and those that it tries share. */
struct interpose {
	atomic_bool is_on;
	atomic_bool has_struck;
	int kind;
	unsigned int nth; /* from 0 on */
	atomic_uint counts[_INTERPOSE_KIND_MAX];
};

/* A file to map: with it the program is one that is tried from its start on. */
#define INTERPOSE_ENVIRONMENT "CCWB_INTERPOSE"

const char *interpose_kind_to_string(enum interpose_kind kind);

/* For a test: shared memory, tried are the processes that it forks. path: or those it starts, by that file. */
struct interpose *interpose_share(const char *path);

/* From now on all is counted, and the n-th of a kind fails, once. */
void interpose_arm(struct interpose *interpose, enum interpose_kind kind, unsigned int nth);

/* Gives whether it has failed. */
bool interpose_disarm(struct interpose *interpose);

/* Of the test: while it is there and not 0, nothing fails and nothing counts in that process. */
extern const int *interpose_exempt;
