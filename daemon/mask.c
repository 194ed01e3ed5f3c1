/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way of a command mask to the module, and that it has arrived. Only takes away: what the
 * module itself does not permit for a device, nothing here permits.
 */
#include "mask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

#define MASK_DIGITS (2 * PLAN_COMMANDS_SIZE)

static int mask_parse(const char *text, uint8_t ret[static PLAN_COMMANDS_SIZE])
{
	unsigned int byte;
	size_t n;

	if (strlen(text) != MASK_DIGITS || strspn(text, "0123456789abcdef") != MASK_DIGITS)
		return -EBADMSG;
	for (n = 0; n < PLAN_COMMANDS_SIZE; n++) {
		if (sscanf(text + 2 * n, "%2x", &byte) != 1)
			return -EBADMSG;
		ret[n] = (uint8_t)byte;
	}
	return 0;
}

static int mask_read(struct sysfs *sysfs, struct ccw_id id, const char *attribute,
		     uint8_t ret[static PLAN_COMMANDS_SIZE])
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = sysfs_read_module(sysfs, id, attribute, &text);
	return r < 0 ? r : mask_parse(text, ret);
}

static int mask_write(struct sysfs *sysfs, struct ccw_id id,
		      const uint8_t commands[static PLAN_COMMANDS_SIZE])
{
	char text[MASK_DIGITS + 1];
	size_t n;

	for (n = 0; n < PLAN_COMMANDS_SIZE; n++)
		snprintf(text + 2 * n, 3, "%02x", commands[n]);
	return sysfs_write_module(sysfs, id, CCWB_DEVICE_COMMANDS, text);
}

int mask_set(struct sysfs *sysfs, struct ccw_id id,
	     const uint8_t commands[static PLAN_COMMANDS_SIZE], bool is_anew)
{
	uint8_t now[PLAN_COMMANDS_SIZE], wanted[PLAN_COMMANDS_SIZE];
	size_t n;
	int r;

	r = mask_read(sysfs, id, is_anew ? CCWB_DEVICE_COMMANDS_BOUND : CCWB_DEVICE_COMMANDS,
		      wanted);
	if (r < 0)
		return r;
	for (n = 0; n < PLAN_COMMANDS_SIZE; n++)
		wanted[n] &= commands[n];
	r = mask_read(sysfs, id, CCWB_DEVICE_COMMANDS, now);
	if (r < 0)
		return r;
	if (memcmp(now, wanted, sizeof(now)) == 0)
		return 0;
	r = mask_write(sysfs, id, wanted);
	if (r >= 0)
		r = mask_read(sysfs, id, CCWB_DEVICE_COMMANDS, now);
	if (r < 0)
		return r;
	return memcmp(now, wanted, sizeof(now)) == 0 ? 0 : -EIO;
}
