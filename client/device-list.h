/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <systemd/sd-bus.h>

#include "ccw-id.h"
#include "macro.h"
#include "verb.h"

/* The first values of --state in option.c, and bits of struct device_filter's states */
enum device_list_state {
	DEVICE_LIST_HOST,
	DEVICE_LIST_BOUND, /* no word of the broker's: ccwbroker has it, and nobody a lease */
	DEVICE_LIST_BOXED,
	DEVICE_LIST_NOT_OPERATIONAL,
};

/* Texts are the list's. */
struct device_row {
	struct ccw_id number;
	const char *id;
	const char *type;
	const char *state;
	const char *driver; /* "": none */
	const char *path;
};

struct device_list {
	struct device_row *rows; /* in the order of ids, each once */
	size_t n;
	sd_bus_message **replies; /* that the rows stand in */
	size_t n_replies;
};

/* Zero is: all devices. */
struct device_filter {
	char **ids;	     /* at most LIMIT_FILTER_IDS ids and ranges, ended by NULL; NULL: any */
	const char *types;   /* with commas between; NULL: any */
	unsigned int states; /* bits by the values of --state; 0: any */
};

/* Asks the broker; complains itself. */
_must_check_ enum exit_code device_list_fetch(sd_bus *bus, const struct device_filter *filter,
					      struct device_list **ret);

/* Reads a(sssso), an answer of ListDevices, into the list, which keeps the message. Negative errno. */
_must_check_ int device_list_read(struct device_list *list, sd_bus_message *reply);

/* Sorts, and leaves one of each and those in these states. */
void device_list_finish(struct device_list *list, unsigned int states);

struct device_list *device_list_free(struct device_list *list);
DEFINE_CLEANUP(struct device_list *, device_list_free)
