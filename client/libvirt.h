/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "macro.h"

/* A device by the kernel's vfio_ccw, whose mediated device has that uuid: an element of <devices>. */
void libvirt_print_hostdev(FILE *out, const char *id, const char *uuid);

/* Devices by our module: an element of <domain>. -ENOMEM. */
_must_check_ int libvirt_print_commandline(FILE *out, const char *const *ids, size_t n);

/* The last part of path is a uuid, as the directory of a mediated device has. NULL: it is not. */
const char *libvirt_uuid(const char *path);
