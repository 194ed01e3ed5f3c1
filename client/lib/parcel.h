/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>
#include <systemd/sd-bus.h>

#include "macro.h"

#define PARCEL_FDS	 (CCWB_LEASE_FD_LEASE + 1)
#define PARCEL_INFOS_MAX 32 /* those that come later are not kept */

/* What the broker answers to a request. Embedded; all of it owned. */
struct parcel {
	char *path;	     /* the lease's object */
	int fds[PARCEL_FDS]; /* -1: not given */
	unsigned int n_infos;
	struct {
		char *key;
		char *value;
	} infos[PARCEL_INFOS_MAX];
};

void parcel_init(struct parcel *parcel);
void parcel_deinit(struct parcel *parcel);
void parcel_close_fds(struct parcel *parcel);

/* Reads "oa{sh}a{sv}" where the message stands. -EBADMSG: fds that do not go together. */
_must_check_ int parcel_read(struct parcel *parcel, sd_bus_message *reply,
			     const struct ccwb_lease_options *options);

/* NULL: the broker did not say. */
const char *parcel_info(const struct parcel *parcel, const char *key);

/* Appends options as "a{sv}"; what is NULL or false is left out, as an older broker would not know it. */
_must_check_ int parcel_append_options(sd_bus_message *call,
				       const struct ccwb_lease_options *options);
