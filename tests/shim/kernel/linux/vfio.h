/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The interface's structures are those of the host's own header; the rest is the shim's.
 */
#pragma once

#include <driver-kernel.h>
