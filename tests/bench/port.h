/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A channel device opened through VFIO, the kernel's vfio_ccw or ours, with memory that it sees, and
 * the ways to run the program at the start of that memory. Judges nothing, times nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ccwbroker.h"

#define PORT_IOVA 0x100000u

struct port {
	int container;
	int group;
	int device;
	int event; /* rings at I/O interrupts */
	uint8_t *memory;
	size_t size;
};

/* The I/O interrupt of a program that ended. */
struct port_irb {
	uint8_t bytes[CCWBROKER_IRB_SIZE];
};

/*
 * Opens the device of that name in the group that the link `iommu_group` in sysfs directory `dir` leads to, with
 * size bytes of touched memory at PORT_IOVA. -errno; what was opened is left to the end of the process.
 */
int port_open(const char *dir, const char *name, size_t size, struct port *ret);

/* Has all of its memory stay pinned, or no longer: only for our module. -errno. */
int port_register(struct port *port);
int port_unregister(struct port *port);

/* Write of the I/O region, the eventfd, read of the region: as a VM manager does it. */
int port_run_region(struct port *port, struct port_irb *ret_irb);
/* One CMD_REQUEST. */
int port_run_request(struct port *port, struct port_irb *ret_irb);

uint8_t port_irb_device_status(const struct port_irb *irb);
uint8_t port_irb_channel_status(const struct port_irb *irb);
