/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "ccw-id.h"
#include "fault.h"
#include "macro.h"
#include "mdev.h"
#include "sysfs.h"

/* What makes a device one of VFIO. */
enum backend_kind {
	BACKEND_CCWBROKER, /* our module: a driver of the ccw bus */
	BACKEND_VFIO_CCW,  /* the kernel's own: a driver of the css bus, and a mediated device */
	BACKEND_AUTO,	   /* a wish only: ours where it is loaded */
	_BACKEND_KIND_MAX,
};

/* What not every kind can do. */
enum backend_feature {
	BACKEND_MASK,	    /* lets through only some channel commands */
	BACKEND_RESET,	    /* resets the device before or after a lease */
	BACKEND_STAY,	    /* keeps the device bound after a lease */
	BACKEND_REVOKE,	    /* takes the device from a client that has it open */
	BACKEND_STATISTICS, /* counts what a client does */
	_BACKEND_FEATURE_MAX,
};

/* How one lease has its device. Plain bytes. */
struct backend {
	enum backend_kind kind;
	char subchannel[SYSFS_TYPE_SIZE]; /* VFIO_CCW: of which nothing but this is left in sysfs */
	char mdev[MDEV_UUID_SIZE];	  /* likewise: its UUID; "" otherwise */
	char device_type[SYSFS_TYPE_SIZE]; /* likewise: of the device, which sysfs has no more */
	char control_unit[SYSFS_TYPE_SIZE];
};

const char *backend_kind_to_string(enum backend_kind kind);
_must_check_ int backend_kind_from_string(const char *text);

/*
 * The kind for wanted, which may be AUTO, as modules are loaded now. NOT_SUPPORTED, saying what to
 * load, when there is none; for a device that cannot be had by that kind, UNSUPPORTED_DEVICE.
 */
_must_check_ int backend_choose(struct sysfs *sysfs, enum backend_kind wanted, const char *device,
				const struct sysfs_facts *facts, enum backend_kind *ret,
				struct fault *fault);

/* Of a chosen kind, for a lease of the device with these facts. */
void backend_init(struct backend *backend, enum backend_kind kind, const char *lease_id,
		  const struct sysfs_facts *facts);

/* 0, or NOT_SUPPORTED with what to do instead. */
int backend_check(enum backend_kind kind, enum backend_feature feature, struct fault *fault);

/* Where VFIO has the device once it is bound. */
struct sysfs_site backend_site(const struct backend *backend, struct ccw_id id);

/*
 * What is known of a device while its subchannel is with VFIO_CCW and sysfs does not have it:
 * -ENOENT when the subchannel is gone as well, or, where that must be there, the mediated device.
 * *ret_path is the site's, which the caller frees.
 */
_must_check_ int backend_read_away(struct sysfs *sysfs, const struct backend *backend,
				   bool must_be_bound, struct sysfs_facts *ret_facts,
				   char **ret_path);
