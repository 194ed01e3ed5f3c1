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
#include "parcel.h"
#include "names.h"

/* How long apart a device is asked for that is just on its way back */
#define PATIENCE_PAUSE_MS 200

struct ccwb_lease {
	char device[CCW_ID_STRING_SIZE];
	struct parcel parcel;
	struct connection_listener listener;
	enum ccwb_lease_state state;
	bool is_held_elsewhere; /* its end is not ours: the fd has been taken, or there is none */
	char *reason;		/* NULL while it is active */
	uint64_t deadline_usec;
};

/* A request: checked ids, and options of the size that this version knows. */
struct request {
	char ids[CCWB_LEASE_TOGETHER_MAX][CCW_ID_STRING_SIZE];
	unsigned int n;
	bool is_together;
	struct ccwb_lease_options options;
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

static int lease_make(const char *device, struct ccwb_lease **ret)
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

/* A member that a later version has added must be zero here, where nobody knows it. */
static int copy_options(const struct ccwb_lease_options *from, struct ccwb_lease_options *ret)
{
	const uint8_t *bytes = (const uint8_t *)from;
	size_t n;

	*ret = (struct ccwb_lease_options){ .size = sizeof(*ret) };
	if (!from)
		return 0;
	if (from->size < sizeof(from->size))
		return -EINVAL;
	for (n = sizeof(*ret); n < from->size; n++)
		if (bytes[n])
			return -E2BIG;
	memcpy(ret, from, from->size < sizeof(*ret) ? from->size : sizeof(*ret));
	return 0;
}

static int check(const char *const *ids, unsigned int n, const struct ccwb_lease_options *options,
		 struct request *ret, struct ccwb_error *ret_error)
{
	struct ccw_id id;
	int r;

	if (!n || n > CCWB_LEASE_TOGETHER_MAX)
		return error_set(ret_error, n ? -E2BIG : -EINVAL,
				 "1 to %d devices can be acquired together, not %u",
				 CCWB_LEASE_TOGETHER_MAX, n);
	r = copy_options(options, &ret->options);
	if (r < 0)
		return error_set(
			ret_error, r,
			"options: size %zu is none that this library knows; set it to sizeof(struct ccwb_lease_options)",
			options->size);
	for (unsigned int i = 0; i < n; i++) {
		if (ccw_id_parse(ids[i], &id) < 0)
			return error_set(ret_error, -EINVAL,
					 "\"%s\" is no device id such as 0.0.0580 or 0580", ids[i]);
		(void)ccw_id_format(id, ret->ids[i]); /* gives its buffer */
	}
	ret->n = n;
	return 0;
}

static int append_request(sd_bus_message *call, const struct request *request)
{
	int r = 0;

	if (!request->is_together) {
		r = sd_bus_message_append(call, "s", request->ids[0]);
		return r < 0 ? r : parcel_append_options(call, &request->options);
	}
	r = sd_bus_message_open_container(call, 'a', "(sa{sv})");
	for (unsigned int i = 0; r >= 0 && i < request->n; i++) {
		r = sd_bus_message_open_container(call, 'r', "sa{sv}");
		if (r >= 0)
			r = sd_bus_message_append(call, "s", request->ids[i]);
		if (r >= 0)
			r = parcel_append_options(call, &request->options);
		if (r >= 0)
			r = sd_bus_message_close_container(call);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(call);
	return r < 0 ? r : sd_bus_message_append(call, "a{sv}", 0);
}

static int request_once(struct ccwb_connection *connection, const struct request *request,
			const char *what, sd_bus_message **ret, struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r;

	r = connection_message(connection,
			       request->is_together ? "AcquireDevices" : "AcquireDevice", &call);
	if (r >= 0)
		r = append_request(call, request);
	if (r >= 0 && request->options.is_interactive)
		r = sd_bus_message_set_allow_interactive_authorization(call, true);
	if (r < 0)
		return error_set_bus(ret_error, what, r, NULL);
	return connection_call(connection, what, call, ret, ret_error);
}

/* Until the device is no longer on its way, or the caller's patience is over. */
static int request_patiently(struct ccwb_connection *connection, const struct request *request,
			     const char *what, sd_bus_message **ret, struct ccwb_error *ret_error)
{
	const struct timespec pause = { .tv_nsec = PATIENCE_PAUSE_MS * 1000000L };
	struct ccwb_error error;
	int r;

	for (unsigned int waited = 0;; waited += PATIENCE_PAUSE_MS) {
		r = request_once(connection, request, what, ret, &error);
		if (r >= 0)
			return r;
		if (r != -EAGAIN || waited >= request->options.patience_ms)
			break;
		(void)nanosleep(&pause, NULL); /* a signal that does not end us only shortens it */
	}
	if (ret_error)
		*ret_error = error;
	return r;
}

static int read_grants(sd_bus_message *reply, const struct request *request,
		       struct ccwb_lease **leases)
{
	const char *id;
	int r;

	if (!request->is_together)
		return parcel_read(&leases[0]->parcel, reply, &request->options);
	r = sd_bus_message_enter_container(reply, 'a', "(soa{sh}a{sv})");
	for (unsigned int i = 0; r >= 0 && i < request->n; i++) {
		r = sd_bus_message_enter_container(reply, 'r', "soa{sh}a{sv}");
		if (r == 0)
			return -EBADMSG;
		if (r > 0)
			r = sd_bus_message_read(reply, "s", &id);
		if (r > 0 && strcmp(id, leases[i]->device))
			return -EBADMSG;
		if (r > 0)
			r = parcel_read(&leases[i]->parcel, reply, &request->options);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	return r;
}

static int acquire(struct ccwb_connection *connection, const struct request *request,
		   struct ccwb_lease **leases, struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char what[64];
	int r = 0;

	(void)snprintf(what, sizeof(what), "acquire %s%s", request->ids[0],
		       request->n > 1 ? " and others" : "");
	for (unsigned int i = 0; r >= 0 && i < request->n; i++)
		r = lease_make(request->ids[i], &leases[i]);
	if (r < 0)
		return error_set(ret_error, r, "cannot %s: out of memory", what);
	r = request_patiently(connection, request, what, &reply, ret_error);
	if (r < 0)
		return r;
	r = read_grants(reply, request, leases);
	if (r < 0)
		return error_set(
			ret_error, r == -ENOMEM ? r : -EBADMSG,
			"cannot %s: the broker's answer cannot be read: %s; are libccwbroker and ccwbrokerd of one version?",
			what, strerror(-r));
	for (unsigned int i = 0; i < request->n; i++) {
		leases[i]->is_held_elsewhere = leases[i]->parcel.fds[CCWB_LEASE_FD_LEASE] < 0;
		connection_listen(connection, &leases[i]->listener);
	}
	connection_settle(connection);
	return 0;
}

static int acquire_all(struct ccwb_connection *connection, const struct request *request,
		       struct ccwb_lease **ret, struct ccwb_error *ret_error)
{
	struct ccwb_lease *leases[CCWB_LEASE_TOGETHER_MAX] = {};
	int r;

	r = acquire(connection, request, leases, ret_error);
	for (unsigned int i = 0; i < request->n; i++)
		if (r < 0)
			leases[i] = ccwb_lease_free(leases[i]);
		else
			ret[i] = leases[i];
	return r;
}

int ccwb_lease_new(struct ccwb_connection *connection, const char *id,
		   const struct ccwb_lease_options *options, struct ccwb_lease **ret,
		   struct ccwb_error *ret_error)
{
	struct request request = {};
	int r;

	r = check(&id, 1, options, &request, ret_error);
	return r < 0 ? r : acquire_all(connection, &request, ret, ret_error);
}

int ccwb_lease_new_together(struct ccwb_connection *connection, const char *const *ids,
			    unsigned int n, const struct ccwb_lease_options *options,
			    struct ccwb_lease **ret, struct ccwb_error *ret_error)
{
	struct request request = { .is_together = true };
	int r;

	r = check(ids, n, options, &request, ret_error);
	return r < 0 ? r : acquire_all(connection, &request, ret, ret_error);
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
