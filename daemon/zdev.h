/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "ccw-id.h"
#include "macro.h"

#define ZDEV_ROOT "/"

/*
 * The udev rules in which chzdev(8), or the firmware by it, keeps a configuration of the device: with
 * it the host sets the device up at every boot and whenever it appears. 1 and the file's path, which
 * the caller frees; 0: there is none. root is "/" but for tests.
 */
_must_check_ int zdev_find(const char *root, struct ccw_id id, char **ret);
