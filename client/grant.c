/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how the verbs that use devices get them by way of libccwbroker: the options of the command line, and
 * complaints with their exit status. Does not know what the fds are used for.
 */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "call.h"
#include "consent.h"
#include "grant.h"
#include "names.h"
#include "progress.h"

/* A device comes back when its paths are verified by its driver, 10 s each at worst. */
#define GIVE_BACK_MS 90000

/* How often and how long apart a device is asked for that is just on its way back: 5 s in all */
#define ATTEMPTS   26
#define PAUSE_NSEC (200 * 1000 * 1000)

/* What is left to be sent is looked at so often */
#define POLL_MS 1000

static const char *const fd_names[GRANT_FDS] = {
	[CCWB_LEASE_FD_CONTAINER] = CCWB_FD_CONTAINER, [CCWB_LEASE_FD_GROUP] = CCWB_FD_GROUP,
	[CCWB_LEASE_FD_IOMMUFD] = CCWB_FD_IOMMUFD,     [CCWB_LEASE_FD_DEVICE] = CCWB_FD_DEVICE,
	[CCWB_LEASE_FD_LEASE] = CCWB_FD_LEASE,
};

const char *grant_fd_to_string(enum ccwb_lease_fd fd)
{
	return fd_names[fd];
}

static enum exit_code complain(const struct ccwb_error *error)
{
	call_complain("%s", error->text);
	if (error->number == -ENOTCONN)
		return EXIT_CODE_UNREACHABLE;
	return *error->name ? call_exit_code(error->name) : EXIT_CODE_FAILURE;
}

enum exit_code grant_connect(sd_bus *bus, struct ccwb_connection **ret)
{
	struct ccwb_error error;
	int r;

	r = bus ? ccwb_connection_new_with_bus(bus, ret, &error)
		: ccwb_connection_new(NULL, ret, &error);
	if (r >= 0)
		return EXIT_CODE_OK;
	call_complain("%s", error.text);
	if (error.number != -ENOTCONN) /* whose text has that already */
		call_complain("is ccwbrokerd running? systemctl start ccwbrokerd");
	return EXIT_CODE_UNREACHABLE;
}

/* Until something has come, or the terminal is to be told. */
static void wait_a_moment(struct ccwb_connection *connection, const struct progress *progress)
{
	struct pollfd pollfd = { .fd = ccwb_connection_fd(connection), .events = POLLIN };
	uint64_t usec = progress_wait_usec(progress);
	int timeout = ccwb_connection_timeout(connection);

	if (timeout < 0 || timeout > POLL_MS)
		timeout = POLL_MS;
	if (usec / 1000 < (uint64_t)timeout)
		timeout = (int)(usec / 1000) + 1;
	(void)poll(&pollfd, 1, timeout); /* whatever it says, the connection is looked at */
}

static int ask_once(struct ccwb_connection *connection, const char *id,
		    const struct ccwb_lease_options *wish, struct progress *progress,
		    struct ccwb_lease **ret, struct ccwb_error *error)
{
	struct ccwb_request *request;
	int r;

	r = ccwb_request_new(connection, &id, 1, wish, &request, error);
	if (r < 0)
		return r;
	for (;;) {
		r = ccwb_connection_process(connection, error);
		if (r >= 0)
			r = ccwb_request_finish(request, ret, error);
		if (r != 0)
			break;
		progress_show(progress, "waiting", -1);
		wait_a_moment(connection, progress);
	}
	ccwb_request_free(request);
	return r;
}

static int ask_patiently(struct ccwb_connection *connection, const char *id,
			 const struct ccwb_lease_options *wish, struct ccwb_lease **ret,
			 struct ccwb_error *error)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NSEC };
	struct progress progress;
	char what[32];
	int r;

	(void)snprintf(what, sizeof(what), "acquire %s", id); /* an id is short */
	progress = progress_start(what);
	for (unsigned int attempt = 1;; attempt++) {
		r = ask_once(connection, id, wish, &progress, ret, error);
		if (r != -EAGAIN || attempt == ATTEMPTS)
			break;
		progress_show(&progress, "waiting", -1);
		(void)nanosleep(&pause, NULL); /* a signal that does not end us only shortens it */
	}
	progress_clear(&progress);
	return r;
}

enum exit_code grant_confirm(const struct options *options, const char *id, unsigned int n)
{
	if (!options->force)
		return EXIT_CODE_OK;
	return consent_ask(options, "this takes %s%s also from programs that use %s", id,
			   n > 1 ? " and others" : "", n > 1 ? "them" : "it");
}

enum exit_code grant_acquire(struct ccwb_connection *connection, const char *id,
			     const struct options *options, const char *who,
			     struct ccwb_lease **ret)
{
	const struct ccwb_lease_options wish = {
		.size = sizeof(wish),
		.who = options->who ? options->who : who,
		.iommu = options->iommu,
		.backend = options->backend,
		.grant = options->by_path ? CCWB_GRANT_PATH : NULL,
		.force = options->force,
		/* polkit may ask for a password where the policy wants that */
		.is_interactive = true,
	};
	struct ccwb_error error;
	const char *warning;

	if (ask_patiently(connection, id, &wish, ret, &error) < 0)
		return complain(&error);
	warning = ccwb_lease_info(*ret, CCWB_INFO_WARNING);
	if (warning)
		call_complain("%s: %s", id, warning);
	return EXIT_CODE_OK;
}

enum exit_code grant_give_back(struct ccwb_lease *lease)
{
	enum exit_code code = EXIT_CODE_OK;
	struct ccwb_error error;

	if (ccwb_lease_release(lease, GIVE_BACK_MS, &error) < 0) {
		call_complain("%s", error.text);
		code = error.number == -ETIMEDOUT ? EXIT_CODE_TIMEOUT : EXIT_CODE_FAILURE;
	}
	(void)ccwb_lease_free(lease); /* gives NULL */
	return code;
}
