/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "macro.h"
#include "qemu.h"
#include "verb.h"

/*
 * How a VM manager would have the devices here and now, full ids all, as far as the options leave it open:
 * by the backend that the broker would choose, and by iommufd where the kernel has what QEMU needs for
 * it. Says on standard error which of them is not to be had at present, and why; that is no error, an
 * id without a device is.
 */
_must_check_ enum exit_code machine_find_way(sd_bus *bus, const struct options *options,
					     const char *const *ids, size_t n,
					     struct qemu_way *ret);

/*
 * Whether devices have nodes of their own, to be bound to an iommufd: dev_dir has the node "iommu", and the
 * file devices, in the form of /proc/devices, the nodes' driver.
 */
bool machine_has_iommufd(const char *dev_dir, const char *devices);
