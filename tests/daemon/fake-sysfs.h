/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "scratch.h"
#include "sysfs.h"

/*
 * A tree of plain files in the shape of /sys. What is written to it stays written and has no
 * effect; tests that need an effect make it themselves by the functions below.
 */
struct fake_sysfs {
	struct scratch scratch;
};

struct fake_device {
	const char *id;		  /* "0.0.0580" */
	const char *subchannel;	  /* "0.0.0003" */
	const char *device_type;  /* "3490/50" */
	const char *control_unit; /* "3490/50" */
	const char *driver;	  /* NULL: none */
	bool is_online;
};

/* Not 0 while this process is at something that is none of the daemon's: what stands for the kernel, or the test. */
extern int fake_sysfs_depth;

/* With the bus, the drivers tape_34xx, dasd-eckd and ccwbroker, and no device. */
void fake_sysfs_init(struct fake_sysfs *fake);
void fake_sysfs_deinit(struct fake_sysfs *fake);

void fake_sysfs_add(const struct fake_sysfs *fake, const struct fake_device *device);

/* A tape drive, 0.0.0580, offline, with tape_34xx. */
void fake_sysfs_add_tape(const struct fake_sysfs *fake);

/*
 * A tape drive, 0.0.0580, and count names of it: from 0.1.0000 on, 65,536 in each subchannel set. For
 * tests of numbers only, with which a directory for each would take long.
 */
void fake_sysfs_add_names(const struct fake_sysfs *fake, unsigned int count);

void fake_sysfs_remove(const struct fake_sysfs *fake, const char *id);
void fake_sysfs_set_driver(const struct fake_sysfs *fake, const char *id, const char *driver);
void fake_sysfs_set(const struct fake_sysfs *fake, const char *id, const char *file,
		    const char *text);
void fake_sysfs_set_group(const struct fake_sysfs *fake, const char *id, unsigned int group);
char *fake_sysfs_get(const struct fake_sysfs *fake, const char *id, const char *file);

/* What was written last to a driver's file. */
char *fake_sysfs_get_driver(const struct fake_sysfs *fake, const char *driver, const char *file);

/*
 * The subchannel that a device was added with, on the css bus, with the drivers io_subchannel, which it
 * has, and vfio_ccw, which it has not.
 */
void fake_sysfs_add_subchannel(const struct fake_sysfs *fake, const char *subchannel);
void fake_sysfs_set_subchannel_driver(const struct fake_sysfs *fake, const char *subchannel,
				      const char *driver);

/* The tree as the daemon sees it; the caller frees it. */
struct sysfs *fake_sysfs_open(const struct fake_sysfs *fake);
