/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "macro.h"
#include "verb.h"

struct json_object;

struct lease_row {
	char *id;
	char *device;
	uint32_t uid;
	char *user;
	char *who;
	char *state;
	uint64_t since_usec; /* CLOCK_REALTIME */
	char *path;
	char *lifetime; /* this and what follows: NULL before lease_list_fetch_terms */
	char *profile;
	char *rule; /* "": none had to grant it */
};

struct lease_list {
	struct lease_row *rows;
	size_t n;
	struct lease_row **by_device; /* the same, in the order of devices */
};

/* Asks the broker; complains itself. */
_must_check_ enum exit_code lease_list_fetch(sd_bus *bus, struct lease_list **ret);

/* Asks for lifetime, profile and rule of a lease. One that has just ended stays without. Negative errno. */
_must_check_ int lease_list_fetch_terms(sd_bus *bus, struct lease_row *row);

/* Reads a(ssussto), the answer of ListLeases. Negative errno. */
_must_check_ int lease_list_read(sd_bus_message *reply, struct lease_list **ret);

struct lease_list *lease_list_free(struct lease_list *list);
DEFINE_CLEANUP(struct lease_list *, lease_list_free)

/* The lease of a device by full id, or NULL. */
struct lease_row *lease_list_find(const struct lease_list *list, const char *device);

/* A new object, or NULL for lack of memory. */
struct json_object *lease_list_row_to_json(const struct lease_row *row);
