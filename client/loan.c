/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns a device that is had by path, from AcquireDevice's reply to its return. Does not know who will
 * open it.
 */
#include "loan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "names.h"
#include "sender.h"

/* A device comes back when its paths are verified by its driver, 10 s each at worst. */
#define GIVE_BACK_USEC (90ULL * 1000 * 1000)

/* The end of a lease, as it is waited for. */
struct farewell {
	struct sender sender;
	const char *lease;
	bool is_over;
	bool is_home; /* its driver has it */
	int error;
};

struct loan *loan_free(struct loan *loan)
{
	if (!loan)
		return NULL;
	macro_close(loan->fd);
	free(loan->lease);
	free(loan->vfio_path);
	free(loan);
	return NULL;
}

static int read_fd(sd_bus_message *reply, struct loan *loan)
{
	const char *name;
	int r, fd_peek;

	r = sd_bus_message_enter_container(reply, 'a', "{sh}");
	while (r >= 0 && (r = sd_bus_message_read(reply, "{sh}", &name, &fd_peek)) > 0) {
		if (strcmp(name, CCWB_FD_LEASE) || loan->fd >= 0)
			continue;
		loan->fd = fcntl(fd_peek, F_DUPFD_CLOEXEC, 3);
		if (loan->fd < 0)
			return -errno;
	}
	return r < 0 ? r : sd_bus_message_exit_container(reply);
}

static int read_info(sd_bus_message *reply, struct loan *loan)
{
	const char *key, *value;
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		char **into = NULL;

		r = sd_bus_message_read(reply, "s", &key);
		if (r < 0)
			return r;
		if (!strcmp(key, CCWB_INFO_LEASE))
			into = &loan->lease;
		else if (!strcmp(key, CCWB_INFO_VFIO_PATH))
			into = &loan->vfio_path;
		else if (strcmp(key, CCWB_INFO_WARNING)) {
			r = sd_bus_message_skip(reply, "v");
			if (r >= 0)
				r = sd_bus_message_exit_container(reply);
			continue;
		}
		r = sd_bus_message_read(reply, "v", "s", &value);
		if (r >= 0 && !into)
			call_complain("%s: %s", loan->id, value);
		if (r >= 0 && into && !*into && !(*into = strdup(value)))
			return -ENOMEM;
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	return r;
}

static int read_reply(sd_bus_message *reply, bool by_process, struct loan *loan)
{
	int r;

	r = sd_bus_message_skip(reply, "o");
	if (r >= 0)
		r = read_fd(reply, loan);
	if (r >= 0)
		r = read_info(reply, loan);
	if (r < 0)
		return r;
	return loan->lease && loan->vfio_path && (loan->fd >= 0) != by_process ? 0 : -EBADMSG;
}

/* So many options as are counted are read of the list, in which those that always stand come first. */
static enum exit_code call_acquire(sd_bus *bus, const char *what, const char *id,
				   const struct loan_wish *wish, sd_bus_message **ret)
{
	int n = 3 + (wish->backend ? 1 : 0);

	if (wish->pidfd_peek >= 0)
		return call_manager_patiently(bus, what, ret, "AcquireDevice", "sa{sv}", id, n + 2,
					      CCWB_OPTION_GRANT, "s", CCWB_GRANT_PATH,
					      CCWB_OPTION_WHO, "s", wish->who, CCWB_OPTION_LIFETIME,
					      "s", "pidfd", CCWB_OPTION_PIDFD, "h",
					      wish->pidfd_peek, CCWB_OPTION_FORCE, "b", wish->force,
					      CCWB_OPTION_BACKEND, "s", wish->backend);
	return call_manager_patiently(bus, what, ret, "AcquireDevice", "sa{sv}", id, n,
				      CCWB_OPTION_GRANT, "s", CCWB_GRANT_PATH, CCWB_OPTION_WHO, "s",
				      wish->who, CCWB_OPTION_FORCE, "b", wish->force,
				      CCWB_OPTION_BACKEND, "s", wish->backend);
}

/* What hangs on a process is not waited for: nobody has opened it yet. */
static enum exit_code release(sd_bus *bus, struct loan *loan)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	return call_manager(bus, "give it back", &reply, "ReleaseLease", "st", loan->lease,
			    (uint64_t)0);
}

static int on_lease_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct farewell *farewell = userdata;
	const char *lease, *reason;
	int r = sender_is_broker(&farewell->sender, message);

	if (r > 0)
		r = sd_bus_message_read(message, "ssos", &lease, NULL, NULL, &reason);
	if (r < 0)
		farewell->error = r;
	if (r <= 0 || strcmp(lease, farewell->lease))
		return 0;
	farewell->is_over = true;
	farewell->is_home = strcmp(reason, "failed");
	return 0;
}

static uint64_t now_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static int wait_for_farewell(sd_bus *bus, struct farewell *farewell)
{
	uint64_t end = now_usec() + GIVE_BACK_USEC;
	int r;

	while (!farewell->is_over) {
		uint64_t now = now_usec();

		r = sd_bus_process(bus, NULL);
		if (r < 0)
			return r;
		if (farewell->error < 0)
			return farewell->error;
		if (r > 0)
			continue;
		if (now >= end)
			return -ETIMEDOUT;
		r = sd_bus_wait(bus, end - now);
		if (r < 0 && r != -EINTR)
			return r;
	}
	return 0;
}

static enum exit_code close_and_wait(sd_bus *bus, struct loan *loan)
{
	_cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
	struct farewell farewell = { .lease = loan->lease };
	int r;

	/* the match must stand before the fd is closed, or the signal may pass unseen */
	r = sender_follow(&farewell.sender, bus);
	if (r >= 0)
		r = sd_bus_match_signal(bus, &slot, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
					"LeaseRemoved", on_lease_removed, &farewell);
	macro_close(TAKE_FD(loan->fd));
	if (r >= 0)
		r = wait_for_farewell(bus, &farewell);
	sender_unfollow(&farewell.sender);
	if (r >= 0 && farewell.is_home)
		return EXIT_CODE_OK;
	call_complain("%s was not given back to its driver: %s", loan->id,
		      r < 0 ? strerror(-r) : "the broker failed to");
	call_complain("ccwctl info %s says more", loan->id);
	return EXIT_CODE_FAILURE;
}

enum exit_code loan_give_back(sd_bus *bus, struct loan *loan)
{
	enum exit_code code = loan->fd < 0 ? release(bus, loan) : close_and_wait(bus, loan);

	loan_free(loan);
	return code;
}

enum exit_code loan_acquire(sd_bus *bus, const char *id, const struct loan_wish *wish,
			    struct loan **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(loan_freep) struct loan *loan = calloc(1, sizeof(*loan));
	_cleanup_free_ char *what = NULL;
	enum exit_code code;
	int r;

	if (!loan || asprintf(&what, "acquire %s", id) < 0) {
		what = NULL;
		if (loan)
			loan->fd = -1;
		call_complain("cannot acquire %s: out of memory", id);
		return EXIT_CODE_FAILURE;
	}
	loan->fd = -1;
	snprintf(loan->id, sizeof(loan->id), "%s", id);
	code = call_acquire(bus, what, id, wish, &reply);
	if (code)
		return code;
	r = read_reply(reply, wish->pidfd_peek >= 0, loan);
	if (r < 0) {
		reply = sd_bus_message_unref(reply); /* it has the lease's fd, too */
		if (loan->lease && loan_give_back(bus, TAKE_PTR(loan)))
			return EXIT_CODE_FAILURE; /* has complained itself */
		return call_bad_reply(what, r);
	}
	*ret = TAKE_PTR(loan);
	return EXIT_CODE_OK;
}
