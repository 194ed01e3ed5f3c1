/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ccw-id.h"
#include "macro.h"

/*
 * The words below consist of ids, of what stands here and of placeholders (placeholder.h), so of characters
 * that mean nothing to a shell, at its prompt or in "$(...)".
 */

/* How QEMU opens the devices. */
struct qemu_way {
	bool by_iommufd;  /* else by path */
	bool by_vfio_ccw; /* the kernel's own: the directory is known with the lease only */
};

/* "fe.0.1234", which a guest sees as 0.0.1234; "": QEMU's numbers have no room for the id. */
const char *qemu_guest_number(const char *id, char buffer[static CCW_ID_STRING_SIZE]);

/* The value of option -device for a full id. NULL: out of memory. */
_must_check_ char *qemu_device_value(const char *id, struct qemu_way way);

/*
 * All words for n full ids, from the option -object for the iommufd that they share, the first one's, to the
 * last value. NULL-terminated; NULL: out of memory.
 */
_must_check_ char **qemu_words(const char *const *ids, size_t n, struct qemu_way way);

/* NULL is taken. Returns NULL. */
char **qemu_free_words(char **words);
DEFINE_CLEANUP(char **, qemu_free_words)
