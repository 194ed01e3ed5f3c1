/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ccw-id.h"
#include "macro.h"

#define SYSFS_ROOT	"/sys"
#define SYSFS_NAME_SIZE 64 /* a driver with its NUL */
#define SYSFS_TYPE_SIZE 16 /* a device type or a subchannel with its NUL */
#define SYSFS_SITE_SIZE 96 /* "bus/css/devices/", a subchannel, "/" and a UUID with its NUL */

struct sysfs;

/*
 * Where VFIO has a device: the directory below the root that has its iommu_group, and the name by
 * which its group knows it.
 */
struct sysfs_site {
	char directory[SYSFS_SITE_SIZE];
	char name[SYSFS_NAME_SIZE];
};

/* Whether the device answers. What the kernel may say some day and we do not know is GOOD. */
enum sysfs_availability {
	SYSFS_GOOD,
	SYSFS_BOXED,	 /* another system has it reserved */
	SYSFS_NO_PATH,	 /* no channel path leads to it */
	SYSFS_NO_DEVICE, /* it does not answer any more; the kernel keeps its name */
};

/* What the kernel says about one device at one moment. There is one for each of many devices. */
struct sysfs_facts {
	uint64_t incarnation;		    /* another number: another device of the same id */
	char subchannel[SYSFS_TYPE_SIZE];   /* "0.0.0003", "" when it has none any more */
	char device_type[SYSFS_TYPE_SIZE];  /* "3490/50" or "n/a" */
	char control_unit[SYSFS_TYPE_SIZE]; /* likewise */
	char driver[SYSFS_NAME_SIZE];	    /* "" for none */
	enum sysfs_availability availability;
	bool is_online;
};

typedef int (*sysfs_each_t)(struct ccw_id id, void *userdata);

/* Opens the tree below root, "/sys" but for tests. The caller owns *ret. */
_must_check_ int sysfs_new(const char *root, struct sysfs **ret);
void sysfs_free(struct sysfs *sysfs);
DEFINE_CLEANUP(struct sysfs *, sysfs_free)

/* The fd that a worker must keep. */
int sysfs_fd_peek(const struct sysfs *sysfs);

/* Calls each for every channel device until one returns negative, which is passed on. */
_must_check_ int sysfs_for_each(struct sysfs *sysfs, sysfs_each_t each, void *userdata);

/*
 * -ENOENT when there is no such device. *ret_path is "/sys/devices/css0/0.0.0003/0.0.0580", which the
 * caller frees; ret_path may be NULL.
 */
_must_check_ int sysfs_read(struct sysfs *sysfs, struct ccw_id id, struct sysfs_facts *ret_facts,
			    char **ret_path);

/* Why a device does not answer, "" when it does. */
const char *sysfs_explain_availability(enum sysfs_availability availability);

/* Reads only is_online and availability: the kernel sends no event when these change. */
_must_check_ int sysfs_read_status(struct sysfs *sysfs, struct ccw_id id,
				   struct sysfs_facts *facts);

/* The directory of a device, for looking at what hangs below it. */
_must_check_ int sysfs_open_device(struct sysfs *sysfs, struct ccw_id id, int *ret_fd);

bool sysfs_has_driver(struct sysfs *sysfs, const char *driver);

/* These may block for as long as the kernel likes: only for workers. */
_must_check_ int sysfs_set_online(struct sysfs *sysfs, struct ccw_id id, bool online);
_must_check_ int sysfs_bind(struct sysfs *sysfs, struct ccw_id id, const char *driver);
_must_check_ int sysfs_unbind(struct sysfs *sysfs, struct ccw_id id, const char *driver);

/* Ends the use of whoever has the device open; -ENOENT when it is not bound to the module. */
_must_check_ int sysfs_revoke(struct sysfs *sysfs, struct ccw_id id);

/* What an attribute of the module says of the device; the caller frees it. Writing one. */
_must_check_ int sysfs_read_module(struct sysfs *sysfs, struct ccw_id id, const char *attribute,
				   char **ret);
_must_check_ int sysfs_write_module(struct sysfs *sysfs, struct ccw_id id, const char *attribute,
				    const char *text);

/* Puts the device on the module's claim list or takes it off; -ENOENT without the module. */
_must_check_ int sysfs_set_claim(struct sysfs *sysfs, struct ccw_id id, bool claimed);

/* The site of a device that is bound to the module: it itself. */
struct sysfs_site sysfs_site(struct ccw_id id);

/* "/sys/bus/ccw/devices/0.0.0580"; the caller frees it. NULL without memory. */
char *sysfs_site_path(const struct sysfs *sysfs, const struct sysfs_site *site);

/* The number of a site's VFIO group and that group's device node. */
_must_check_ int sysfs_read_group(struct sysfs *sysfs, const struct sysfs_site *site,
				  unsigned int *ret);
_must_check_ int sysfs_read_group_node(struct sysfs *sysfs, unsigned int group, dev_t *ret);

/* The number N of the site's own node vfioN, and that node. -ENOENT: this VFIO gives none. */
_must_check_ int sysfs_read_device_node(struct sysfs *sysfs, const struct sysfs_site *site,
					unsigned int *ret, dev_t *ret_node);

/* -ENOENT: this kernel has no iommufd, or the module is not loaded. */
_must_check_ int sysfs_read_iommufd_node(struct sysfs *sysfs, dev_t *ret);

/*
 * The module's word on whether the device is open: an fd that becomes readable by POLLPRI when it
 * changes, and its value now (0 or 1). -ENOENT when the device is not bound to the module.
 */
_must_check_ int sysfs_open_usage(struct sysfs *sysfs, struct ccw_id id, int *ret_fd);
int sysfs_read_usage(int fd);

/*
 * How many VFIO fds of the device there are, those included that do not have it open. For these
 * nothing becomes readable. Negative when the module does not tell.
 */
int sysfs_read_fds(struct sysfs *sysfs, struct ccw_id id);
