/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns a device from the broker's grant until its return: the fds, how the lease stands, and the way
 * back. Does not know what the fds are used for.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "ccw-id.h"
#include "connection.h"
#include "error.h"
#include "lease.h"
#include "names.h"

struct ccwb_lease {
	char device[CCW_ID_STRING_SIZE];
	struct parcel parcel;
	struct connection_listener listener;
	enum ccwb_lease_state state;
	bool is_held_elsewhere; /* its end is not ours: the fd has been taken, or there is none */
	char *reason;		/* NULL while it is active */
	uint64_t deadline_usec;
};

struct ccwb_lease *ccwb_lease_free(struct ccwb_lease *lease)
{
	if (!lease)
		return NULL;
	connection_leave(&lease->listener);
	parcel_deinit(&lease->parcel);
	free(lease->reason);
	free(lease);
	return NULL;
}

static void lease_told(const struct connection_event *event, void *userdata)
{
	struct ccwb_lease *lease = userdata;
	bool is_over = event->lease && !strcmp(event->lease, ccwb_lease_id(lease));

	if (lease->state == CCWB_LEASE_ENDED)
		return;
	if (!is_over && !(event->path && !strcmp(event->path, lease->parcel.path)))
		return;
	free(lease->reason);
	lease->reason =
		strdup(event->reason); /* without memory there is none, and the state says enough */
	lease->state = is_over ? CCWB_LEASE_ENDED : CCWB_LEASE_REVOKING;
	lease->deadline_usec = is_over ? 0 : event->deadline_usec;
}

int lease_make(const char *device, struct ccwb_lease **ret)
{
	struct ccwb_lease *lease = calloc(1, sizeof(*lease));

	if (!lease)
		return -ENOMEM;
	parcel_init(&lease->parcel);
	memcpy(lease->device, device, sizeof(lease->device));
	lease->listener.told = lease_told;
	lease->listener.userdata = lease;
	*ret = lease;
	return 0;
}

void lease_begin(struct ccwb_lease *lease, struct ccwb_connection *connection)
{
	lease->is_held_elsewhere = lease->parcel.fds[CCWB_LEASE_FD_LEASE] < 0;
	connection_listen(connection, &lease->listener);
}

struct parcel *lease_parcel(struct ccwb_lease *lease)
{
	return &lease->parcel;
}

static uint64_t now_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* For one that does not end with a fd of ours. That it is over by now is no error. */
static int ask_for_end(const struct ccwb_lease *lease, struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	struct ccwb_error error = {};
	int r;

	r = connection_message(lease->listener.connection, "ReleaseLease", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "st", ccwb_lease_id(lease), (uint64_t)0);
	if (r < 0)
		return error_set_bus(ret_error, "release the lease", r, NULL);
	r = connection_call(lease->listener.connection, "release the lease", call, &reply, &error);
	if (r < 0 && strcmp(error.name, CCWB_ERROR_NO_SUCH_LEASE)) {
		if (ret_error)
			*ret_error = error;
		return r;
	}
	return 0;
}

/* Closes what is ours, and asks where that is not enough. */
static int let_go(struct ccwb_lease *lease, struct ccwb_error *ret_error)
{
	parcel_close_fds(&lease->parcel);
	if (!lease->is_held_elsewhere || !lease->listener.connection ||
	    lease->state == CCWB_LEASE_ENDED)
		return 0;
	return ask_for_end(lease, ret_error);
}

int ccwb_lease_release(struct ccwb_lease *lease, unsigned int timeout_ms,
		       struct ccwb_error *ret_error)
{
	uint64_t end = now_usec() + timeout_ms * 1000ULL;
	struct ccwb_error error;
	int r;

	r = let_go(lease, ret_error);
	if (r < 0)
		return r;
	while (lease->state != CCWB_LEASE_ENDED) {
		uint64_t now = now_usec();

		if (!lease->listener.connection)
			return error_set(
				ret_error, -ENOTCONN,
				"%s: cannot see whether it is back: the connection has gone",
				lease->device);
		if (now >= end)
			return error_set(
				ret_error, -ETIMEDOUT,
				"%s was not given back to its driver within %u ms; has somebody a copy of its file descriptors?",
				lease->device, timeout_ms);
		/* what came before the bus went counts */
		r = connection_wait(lease->listener.connection, end - now, &error);
		if (r < 0 && lease->state != CCWB_LEASE_ENDED) {
			if (ret_error)
				*ret_error = error;
			return r;
		}
	}
	if (!lease->reason || strcmp(lease->reason, "failed"))
		return 0;
	return error_set(
		ret_error, -EIO,
		"%s was not given back to its driver: the broker failed to; ccwctl info %s says more",
		lease->device, lease->device);
}

const char *ccwb_lease_device(const struct ccwb_lease *lease)
{
	return lease->device;
}

const char *ccwb_lease_id(const struct ccwb_lease *lease)
{
	return parcel_info(&lease->parcel, CCWB_INFO_LEASE);
}

const char *ccwb_lease_info(const struct ccwb_lease *lease, const char *key)
{
	return parcel_info(&lease->parcel, key);
}

int ccwb_lease_fd(const struct ccwb_lease *lease, enum ccwb_lease_fd which)
{
	return lease->parcel.fds[which];
}

int ccwb_lease_take_fd(struct ccwb_lease *lease, enum ccwb_lease_fd which)
{
	if (which == CCWB_LEASE_FD_LEASE)
		lease->is_held_elsewhere = true;
	return TAKE_FD(lease->parcel.fds[which]);
}

enum ccwb_lease_state ccwb_lease_state(const struct ccwb_lease *lease)
{
	return lease->state;
}

const char *ccwb_lease_reason(const struct ccwb_lease *lease)
{
	return lease->reason;
}

uint64_t ccwb_lease_deadline(const struct ccwb_lease *lease)
{
	return lease->deadline_usec;
}
