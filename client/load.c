/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what a device has done in numbers: as the broker tells it, how much of it a second, and short enough for a
 * column. Reads no clock and prints nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

#define USEC_PER_SEC 1000000

static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	{ "programs", offsetof(struct load, programs) },
	{ "bytes_in", offsetof(struct load, bytes_read) },
	{ "bytes_out", offsetof(struct load, bytes_written) },
	{ "refused", offsetof(struct load, refused) },
	{ "errors", offsetof(struct load, errors) },
};

static void keep(struct load *load, const char *name, uint64_t value)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(numbers[i].name, name))
			*(uint64_t *)((char *)load + numbers[i].offset) = value;
}

int load_read(sd_bus_message *reply, struct load *ret)
{
	const char *name;
	uint64_t value;
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{st}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read(reply, "{st}", &name, &value)) > 0)
		keep(ret, name, value);
	if (r < 0)
		return r;
	ret->is_counted = true;
	return 0;
}

const struct load *load_find(const struct load *loads, size_t n, const char *lease)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(loads[i].lease, lease))
			return &loads[i];
	return NULL;
}

/* A device that was bound anew counts from 0: then what it has is new. */
static uint64_t rate(uint64_t before, uint64_t now, uint64_t usec)
{
	double more = now >= before ? (double)(now - before) : (double)now;

	return (uint64_t)(more * USEC_PER_SEC / (double)usec + 0.5);
}

bool load_compare(const struct load *before, const struct load *now, struct load_rate *ret)
{
	uint64_t usec;

	if (!before || !before->is_counted || !now->is_counted || now->at_usec <= before->at_usec)
		return false;
	usec = now->at_usec - before->at_usec;
	ret->programs = rate(before->programs, now->programs, usec);
	ret->bytes_read = rate(before->bytes_read, now->bytes_read, usec);
	ret->bytes_written = rate(before->bytes_written, now->bytes_written, usec);
	return true;
}

void load_format(uint64_t number, char *buffer, size_t size)
{
	static const char units[] = " KMGTPE";
	uint64_t rest = 0;
	size_t unit = 0;

	while (number >= 1000 && units[unit + 1]) {
		rest = number % 1000 / 100;
		number /= 1000;
		unit++;
	}
	if (unit == 0)
		(void)snprintf(buffer, size, "%u", (unsigned int)number); /* below 1000 */
	else
		(void)snprintf(buffer, size, "%u.%u%c", (unsigned int)number, (unsigned int)rest,
			       units[unit]); /* a buffer that is too small cuts it */
}
