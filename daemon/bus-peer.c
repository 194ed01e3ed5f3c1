/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from a message to the person behind it. Asks only for what the bus itself vouches
 * for, and for nothing that is read from /proc.
 */
#include "bus-peer.h"

#include <errno.h>

static int query(sd_bus_message *message, uint64_t mask, sd_bus_creds **ret)
{
	return sd_bus_query_sender_creds(message, mask, ret);
}

int bus_peer_uid(sd_bus_message *message, uid_t *ret)
{
	_cleanup_(sd_bus_creds_unrefp) sd_bus_creds *creds = NULL;
	int r;

	r = query(message, SD_BUS_CREDS_EUID, &creds);
	if (r < 0)
		return r;
	return sd_bus_creds_get_euid(creds, ret);
}

int bus_peer_subject(sd_bus_message *message, struct subject *ret)
{
	_cleanup_(sd_bus_creds_unrefp) sd_bus_creds *creds = NULL;
	pid_t pid;
	uid_t uid;
	int r;

	r = query(message, SD_BUS_CREDS_EUID | SD_BUS_CREDS_PID, &creds);
	if (r < 0)
		return r;
	r = sd_bus_creds_get_euid(creds, &uid);
	if (r < 0)
		return r;
	if (sd_bus_creds_get_pid(creds, &pid) < 0)
		pid = 0; /* of another pid namespace: only for show */
	return subject_init(ret, uid, pid);
}
