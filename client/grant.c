/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how the verbs that use devices get them by way of libccwbroker: the options of the command line, and
 * complaints with their exit status. Does not know what the fds are used for.
 */
#include <errno.h>

#include "call.h"
#include "grant.h"
#include "names.h"

/* A device comes back when its paths are verified by its driver, 10 s each at worst. */
#define GIVE_BACK_MS 90000

/* For how long a device is asked for that is just on its way back */
#define PATIENCE_MS 5000

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
		.patience_ms = PATIENCE_MS,
	};
	struct ccwb_error error;
	const char *warning;

	if (ccwb_lease_new(connection, id, &wish, ret, &error) < 0)
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
