/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A channel device bound to ccwbroker.ko and opened through its VFIO group, or by its own node and
 * iommufd, for the raw test of the module. Everything returns 0 or -errno unless it says otherwise.
 */
#pragma once

#include <fcntl.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEVICE_IOVA 0x10000u
#define DEVICE_SIZE 0x10000u

struct device {
	int container; /* or the iommufd */
	int group;     /* -1 with an iommufd */
	int device;
	unsigned int group_number;
	uint32_t ioas; /* with an iommufd */
	uint8_t *mem;  /* DEVICE_SIZE bytes at DEVICE_IOVA */
	uint32_t hole; /* where a page of them is not mapped; 0: nowhere */
	bool is_lent;  /* mem is not ours to unmap */
};

/* From now on devices are opened by their nodes. */
extern bool device_by_iommufd;

int claim_write(const char *text);
bool claim_lists(const char *id);

/* Takes the device away from whatever driver has it. */
void device_detach(const char *id);
int device_bind(const char *id);
int device_unbind(const char *id);
/* The module's attribute `open`: 0 or 1. */
int device_is_open(const char *id);

/* The module's other attributes: text without the newline, and numbers. */
int attr_write(const char *id, const char *name, const char *text);
bool attr_is(const char *id, const char *name, const char *text);
long attr_number(const char *id, const char *name);
/* Installs the eventfd of an interrupt, VFIO_CCW_*_IRQ_INDEX. */
int device_set_event(struct device *dev, unsigned int index, int event);
/* Varies the device's first channel path on or off. */
int device_vary_path(const char *id, bool online);

int device_open(const char *id, struct device *ret);
/* With memory of the caller's, which has such a hole. */
int device_open_lent(const char *id, uint8_t *mem, uint32_t hole, struct device *ret);
void device_close(struct device *dev);
int device_map(struct device *dev);
int device_unmap(struct device *dev);
/* Pages pinned and not yet unpinned in the whole machine, from the kernel's own counters. */
long device_pins(void);
