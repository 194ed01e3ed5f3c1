/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

/*
 * What sort of device it is, from its type and that of its control unit as sysfs gives them
 * ("3390/0c", "3990/e9", "n/a"): "dasd-eckd", "tape-34xx", ...; "other" when it is none we know.
 */
const char *kind_of(const char *device_type, const char *control_unit);
