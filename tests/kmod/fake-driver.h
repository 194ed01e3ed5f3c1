/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What is below and around the calls of a client: a request that starts nothing and notes what it is asked for,
 * VFIO as far as it looks at arguments, eventfds that are counted, and a client's memory that has an end.
 */
#pragma once

#include "vfio-dev.h"

enum fake_call {
	FAKE_NONE,
	FAKE_START,
	FAKE_RUN,
	FAKE_HALT,
	FAKE_CLEAR,
	FAKE_RESET,
	FAKE_HOT_RESET,
	FAKE_REGISTER,
	FAKE_UNREGISTER,
};

struct fake_driver {
	const struct vfio_device_ops *ops;
	struct vfio_dev *dev;
	uint8_t *user; /* the client's memory in this call */
	size_t user_size;
	int r; /* what the request answers */
	unsigned int n_irbs;
	uint8_t irb_mark; /* of the oldest */
	enum fake_call call;
	unsigned int n_calls;
	uint64_t iova, length;
	bool store;
	uint8_t orb[CCWBROKER_ORB_SIZE];
	int n_contexts;
	unsigned int n_rings;
};

extern struct fake_driver fake_driver;

/* A device that a client has open. */
void fake_driver_begin(void);
/* Closed and freed; no eventfd may be left. */
void fake_driver_end(void);
/* What request_get_irb gives next. */
void fake_driver_irb(uint8_t mark, struct irb *ret);
