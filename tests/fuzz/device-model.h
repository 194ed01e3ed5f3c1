/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The interface of a device's fd as linux/vfio_ccw.h and kmod/uapi/ccwbroker.h have it, for one client: what a call
 * has to answer. Shares nothing with the driver but the fakes below it.
 */
#pragma once

#include "kmod/fake-driver.h"

struct model {
	struct ccw_io_region io;
	struct ccw_cmd_region cmd;
	uint32_t words[CRW_QUEUE_MAX];
	unsigned int n_words;
	bool has_event[VFIO_CCW_NUM_IRQS];
	unsigned int n_rings, n_calls;
	bool is_revoked;
};

extern struct model model;

struct access {
	uint64_t offset;
	size_t count;
	uint64_t region;
	size_t pos;
};

extern const size_t model_region_sizes[4];

/* What the call has to give, before it is made: it uses up what it takes. */
ssize_t model_read(const struct access *a, uint8_t *bytes);
ssize_t model_write(const struct access *a);
long model_ioctl(unsigned int op);

/* The client's memory of this call: so many bytes are there; the word at that place. */
bool model_has_user(size_t n);
uint32_t model_user_word(size_t at);
