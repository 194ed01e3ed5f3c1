/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "fake-sysfs.h"

#define FAKE_CSS_SUBCHANNEL "0.0.0003"

/* What becomes of the device of the subchannel. */
enum fake_css_event {
	FAKE_CSS_NOTHING,
	FAKE_CSS_GOES,
	FAKE_CSS_COMES, /* recognized anew */
};

/* The subchannel as after a boot, with io_subchannel; also in place of one that is there. */
void fake_css_add(const struct fake_sysfs *fake);

/* It goes, with the mediated device. */
void fake_css_remove(const struct fake_sysfs *fake);

/* What text written to path does. 0, or negative as the kernel refuses it: -ENOENT for other paths. */
int fake_css_write(const struct fake_sysfs *fake, const char *path, const char *text,
		   enum fake_css_event *ret_event);

/* Whether the subchannel is with vfio_ccw and has a mediated device. */
bool fake_css_has_mdev(const struct fake_sysfs *fake);

/* Whether it is as fake_css_add makes it. */
bool fake_css_is_plain(const struct fake_sysfs *fake);
