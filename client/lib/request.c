/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the asking for devices, by one who waits for the answer and by one with an event loop. Does not know what
 * becomes of a lease.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "ccw-id.h"
#include "connection.h"
#include "error.h"
#include "lease.h"
#include "names.h"
#include "parcel.h"

/* How long apart a device is asked for that is just on its way back */
#define PATIENCE_PAUSE_MS 200

/* Checked ids, options of the size that this version knows, and leases that are granted all together. */
struct ccwb_request {
	struct ccwb_connection *connection;
	char ids[CCWB_LEASE_TOGETHER_MAX][CCW_ID_STRING_SIZE];
	unsigned int n;
	bool is_together;
	struct ccwb_lease_options options; /* its texts are the caller's, until it has been sent */
	char what[64];
	struct ccwb_lease *leases[CCWB_LEASE_TOGETHER_MAX]; /* NULL when taken */
	struct connection_question question;		    /* not asked by one who waits */
	struct ccwb_error error;
	int result; /* 0: no answer yet; 1: granted; else what went wrong */
};

struct ccwb_request *ccwb_request_free(struct ccwb_request *request)
{
	if (!request)
		return NULL;
	connection_forget(&request->question);
	for (unsigned int i = 0; i < request->n; i++)
		request->leases[i] = ccwb_lease_free(request->leases[i]);
	free(request);
	return NULL;
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
		 struct ccwb_request *ret, struct ccwb_error *ret_error)
{
	struct ccw_id id;
	int r;

	if (!n || n > CCWB_LEASE_TOGETHER_MAX)
		return error_set(ret_error, n ? -E2BIG : -EINVAL,
				 "1 to %d devices can be acquired together, not %u",
				 CCWB_LEASE_TOGETHER_MAX, n);
	ret->n = n;
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
	(void)snprintf(ret->what, sizeof(ret->what), "acquire %s%s", ret->ids[0],
		       n > 1 ? " and others" : "");
	for (unsigned int i = 0; r >= 0 && i < n; i++)
		r = lease_make(ret->ids[i], &ret->leases[i]);
	return r < 0 ? error_set(ret_error, r, "cannot %s: out of memory", ret->what) : 0;
}

/* A request that is good to be sent. */
static int make(struct ccwb_connection *connection, const char *const *ids, unsigned int n,
		const struct ccwb_lease_options *options, struct ccwb_request **ret,
		struct ccwb_error *ret_error)
{
	_cleanup_(ccwb_request_freep) struct ccwb_request *request = calloc(1, sizeof(*request));
	int r;

	if (!request)
		return error_set(ret_error, -ENOMEM, "cannot ask for a device: out of memory");
	request->connection = connection;
	r = check(ids, n, options, request, ret_error);
	if (r >= 0)
		*ret = TAKE_PTR(request);
	return r;
}

static int append_request(sd_bus_message *call, const struct ccwb_request *request)
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

static int make_call(const struct ccwb_request *request, sd_bus_message **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r;

	r = connection_message(request->connection,
			       request->is_together ? "AcquireDevices" : "AcquireDevice", &call);
	if (r >= 0)
		r = append_request(call, request);
	if (r >= 0 && request->options.is_interactive)
		r = sd_bus_message_set_allow_interactive_authorization(call, true);
	if (r >= 0)
		*ret = TAKE_PTR(call);
	return r;
}

static int ask_once(const struct ccwb_request *request, sd_bus_message **ret,
		    struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r;

	r = make_call(request, &call);
	if (r < 0)
		return error_set_bus(ret_error, request->what, r, NULL);
	return connection_call(request->connection, request->what, call, ret, ret_error);
}

/* Until the device is no longer on its way, or the caller's patience is over. */
static int ask_patiently(const struct ccwb_request *request, sd_bus_message **ret,
			 struct ccwb_error *ret_error)
{
	const struct timespec pause = { .tv_nsec = PATIENCE_PAUSE_MS * 1000000L };
	struct ccwb_error error;
	int r;

	for (unsigned int waited = 0;; waited += PATIENCE_PAUSE_MS) {
		r = ask_once(request, ret, &error);
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

static int read_grants(const struct ccwb_request *request, sd_bus_message *reply)
{
	const char *id;
	int r;

	if (!request->is_together)
		return parcel_read(lease_parcel(request->leases[0]), reply, &request->options);
	r = sd_bus_message_enter_container(reply, 'a', "(soa{sh}a{sv})");
	for (unsigned int i = 0; r >= 0 && i < request->n; i++) {
		r = sd_bus_message_enter_container(reply, 'r', "soa{sh}a{sv}");
		if (r == 0)
			return -EBADMSG;
		if (r > 0)
			r = sd_bus_message_read(reply, "s", &id);
		if (r > 0 && strcmp(id, request->ids[i]))
			return -EBADMSG;
		if (r > 0)
			r = parcel_read(lease_parcel(request->leases[i]), reply, &request->options);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	return r;
}

/* The answer, and with it the leases. */
static int take_reply(struct ccwb_request *request, sd_bus_message *reply,
		      struct ccwb_error *ret_error)
{
	int r;

	r = read_grants(request, reply);
	if (r < 0)
		return error_set(
			ret_error, r == -ENOMEM ? r : -EBADMSG,
			"cannot %s: the broker's answer cannot be read: %s; are libccwbroker and ccwbrokerd of one version?",
			request->what, strerror(-r));
	for (unsigned int i = 0; i < request->n; i++)
		lease_begin(request->leases[i], request->connection);
	return 0;
}

static void give(struct ccwb_request *request, struct ccwb_lease **ret)
{
	for (unsigned int i = 0; i < request->n; i++)
		ret[i] = TAKE_PTR(request->leases[i]);
}

static int acquire(struct ccwb_request *request, struct ccwb_lease **ret,
		   struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = ask_patiently(request, &reply, ret_error);
	if (r >= 0)
		r = take_reply(request, reply, ret_error);
	if (r < 0)
		return r;
	give(request, ret);
	connection_settle(request->connection);
	return 0;
}

int ccwb_lease_new(struct ccwb_connection *connection, const char *id,
		   const struct ccwb_lease_options *options, struct ccwb_lease **ret,
		   struct ccwb_error *ret_error)
{
	_cleanup_(ccwb_request_freep) struct ccwb_request *request = NULL;
	int r;

	r = make(connection, &id, 1, options, &request, ret_error);
	return r < 0 ? r : acquire(request, ret, ret_error);
}

int ccwb_lease_new_together(struct ccwb_connection *connection, const char *const *ids,
			    unsigned int n, const struct ccwb_lease_options *options,
			    struct ccwb_lease **ret, struct ccwb_error *ret_error)
{
	_cleanup_(ccwb_request_freep) struct ccwb_request *request = NULL;
	int r;

	r = make(connection, ids, n, options, &request, ret_error);
	if (r < 0)
		return r;
	request->is_together = true;
	return acquire(request, ret, ret_error);
}

/* ---- with an event loop ---- */

/* What the answer is held to; the caller's texts may go meanwhile. */
static void keep_kind(struct ccwb_lease_options *options)
{
	bool is_by_path = options->grant && !strcmp(options->grant, CCWB_GRANT_PATH);
	bool is_by_pidfd = options->lifetime && !strcmp(options->lifetime, "pidfd");

	*options = (struct ccwb_lease_options){
		.grant = is_by_path ? CCWB_GRANT_PATH : NULL,
		.lifetime = is_by_pidfd ? "pidfd" : NULL,
	};
}

static void on_answer(sd_bus_message *reply, const struct ccwb_error *error, void *userdata)
{
	struct ccwb_request *request = userdata;
	int r;

	if (reply) {
		r = take_reply(request, reply, &request->error);
	} else {
		request->error = *error;
		r = error->number;
	}
	request->result = r < 0 ? r : 1;
}

static int check_patience(const struct ccwb_request *request, struct ccwb_error *ret_error)
{
	if (!request->options.patience_ms)
		return 0;
	return error_set(
		ret_error, -EINVAL,
		"options: patience_ms is for those who wait; with an event loop ask again after -EAGAIN");
}

int ccwb_request_new(struct ccwb_connection *connection, const char *const *ids, unsigned int n,
		     const struct ccwb_lease_options *options, struct ccwb_request **ret,
		     struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	_cleanup_(ccwb_request_freep) struct ccwb_request *request = NULL;
	int r;

	r = make(connection, ids, n, options, &request, ret_error);
	if (r >= 0)
		r = check_patience(request, ret_error);
	if (r < 0)
		return r;
	request->is_together = n > 1;
	request->question.told = on_answer;
	request->question.userdata = request;
	r = make_call(request, &call);
	if (r < 0)
		return error_set_bus(ret_error, request->what, r, NULL);
	keep_kind(&request->options);
	r = connection_ask(connection, request->what, call, &request->question, ret_error);
	if (r >= 0)
		*ret = TAKE_PTR(request);
	return r;
}

int ccwb_request_finish(struct ccwb_request *request, struct ccwb_lease **ret,
			struct ccwb_error *ret_error)
{
	int r = request->result;

	if (r == 0 && !request->question.connection)
		return error_set(ret_error, -ENOTCONN,
				 "cannot %s: the connection was freed before the answer",
				 request->what);
	if (r < 0 && ret_error)
		*ret_error = request->error;
	if (r <= 0)
		return r;
	if (!request->leases[0])
		return error_set(ret_error, -EALREADY, "cannot %s: the answer was taken before",
				 request->what);
	give(request, ret);
	return 1;
}
