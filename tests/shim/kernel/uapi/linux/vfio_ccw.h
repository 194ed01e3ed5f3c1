/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * For programs and kernel alike: from the host.
 */
#pragma once

#include <linux/vfio_ccw.h>
