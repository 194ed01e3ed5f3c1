/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "macro.h"

#define HOLDER_TEXT_SIZE 256

/* What a block device that is made of others is, and how to take it apart. Printable. */
struct holder {
	char what[HOLDER_TEXT_SIZE]; /* "LVM logical volume vg0/home (dm-7)" */
	char how[HOLDER_TEXT_SIZE];  /* "vgchange -an vg0" */
};

/* name is that of a link to it in the directory holders_fd, "dm-7" or "md0". */
void holder_describe(int holders_fd, const char *name, struct holder *ret);
