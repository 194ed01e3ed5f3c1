/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns a device from AcquireDevice's reply until its return: the fds, the lease's name, and the
 * way back. Does not know what the fds are used for.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "grant.h"
#include "names.h"

/* A device comes back when its paths are verified by its driver, 10 s each at worst. */
#define GIVE_BACK_USEC (90ULL * 1000 * 1000)

/* Fds 0 to 2 stay what they are even when the caller has closed some. */
#define FD_FIRST 3

static const char *const fd_names[_GRANT_FD_MAX] = {
	[GRANT_FD_CONTAINER] = CCWB_FD_CONTAINER, [GRANT_FD_GROUP] = CCWB_FD_GROUP,
	[GRANT_FD_IOMMUFD] = CCWB_FD_IOMMUFD,	  [GRANT_FD_DEVICE] = CCWB_FD_DEVICE,
	[GRANT_FD_LEASE] = CCWB_FD_LEASE,
};

struct farewell {
	const char *lease;
	bool is_over;
	char *reason;
};

const char *grant_fd_to_string(enum grant_fd fd)
{
	return fd_names[fd];
}

struct grant *grant_free(struct grant *grant)
{
	if (!grant)
		return NULL;
	for (unsigned int i = 0; i < _GRANT_FD_MAX; i++)
		macro_close(grant->fds[i]);
	free(grant->lease);
	free(grant->device_type);
	free(grant->warning);
	free(grant);
	return NULL;
}

static int read_fds(sd_bus_message *reply, struct grant *grant)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sh}");
	if (r < 0)
		return r;
	for (;;) {
		const char *name;
		int fd_peek;

		r = sd_bus_message_read(reply, "{sh}", &name, &fd_peek);
		if (r < 0)
			return r;
		if (r == 0)
			return sd_bus_message_exit_container(reply);
		for (unsigned int i = 0; i < _GRANT_FD_MAX; i++) {
			if (strcmp(name, fd_names[i]) || grant->fds[i] >= 0)
				continue;
			grant->fds[i] = fcntl(fd_peek, F_DUPFD_CLOEXEC, FD_FIRST);
			if (grant->fds[i] < 0)
				return -errno;
		}
	}
}

static int read_info(sd_bus_message *reply, struct grant *grant)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		const char *key, *value;
		char **into = NULL;

		r = sd_bus_message_read(reply, "s", &key);
		if (r < 0)
			return r;
		if (!strcmp(key, CCWB_INFO_LEASE))
			into = &grant->lease;
		else if (!strcmp(key, CCWB_INFO_DEVICE_TYPE))
			into = &grant->device_type;
		else if (!strcmp(key, CCWB_INFO_WARNING))
			into = &grant->warning;
		r = into && !*into ? sd_bus_message_read(reply, "v", "s", &value)
				   : sd_bus_message_skip(reply, "v");
		if (r < 0)
			return r;
		if (into && !*into && !(*into = strdup(value)))
			return -ENOMEM;
		r = sd_bus_message_exit_container(reply);
		if (r < 0)
			return r;
	}
	return r;
}

/* A container without its group is as useless as neither. */
static bool is_complete(const struct grant *grant, const struct grant_wish *wish)
{
	bool has_container = grant->fds[GRANT_FD_CONTAINER] >= 0;
	bool has_group = grant->fds[GRANT_FD_GROUP] >= 0;
	bool has_iommufd = grant->fds[GRANT_FD_IOMMUFD] >= 0;
	bool has_device = grant->fds[GRANT_FD_DEVICE] >= 0;

	if (grant->fds[GRANT_FD_LEASE] < 0 || !grant->lease)
		return false;
	if (wish->by_path)
		return !has_container && !has_group && !has_iommufd && !has_device;
	return has_device && has_container == has_group && has_iommufd != has_group;
}

static int read_reply(sd_bus_message *reply, const struct grant_wish *wish, struct grant *grant)
{
	int r;

	r = sd_bus_message_skip(reply, "o");
	if (r >= 0)
		r = read_fds(reply, grant);
	if (r >= 0)
		r = read_info(reply, grant);
	if (r < 0)
		return r;
	return is_complete(grant, wish) ? 0 : -EBADMSG;
}

/*
 * Options that were not asked for are not sent: an older broker would refuse them by name. So many as are
 * counted are read of the list.
 */
static enum exit_code call_acquire(sd_bus *bus, const char *what, const char *id,
				   const struct grant_wish *wish, sd_bus_message **ret)
{
	const char *names[3] = {}, *words[3] = {};
	int n = 0;

	if (wish->by_path) {
		names[n] = CCWB_OPTION_GRANT;
		words[n++] = CCWB_GRANT_PATH;
	}
	if (wish->iommu) {
		names[n] = CCWB_OPTION_IOMMU;
		words[n++] = wish->iommu;
	}
	if (wish->backend) {
		names[n] = CCWB_OPTION_BACKEND;
		words[n++] = wish->backend;
	}
	if (wish->force)
		return call_manager_patiently(bus, what, ret, "AcquireDevice", "sa{sv}", id, n + 2,
					      CCWB_OPTION_FORCE, "b", true, CCWB_OPTION_WHO, "s",
					      wish->who, names[0], "s", words[0], names[1], "s",
					      words[1], names[2], "s", words[2]);
	return call_manager_patiently(bus, what, ret, "AcquireDevice", "sa{sv}", id, n + 1,
				      CCWB_OPTION_WHO, "s", wish->who, names[0], "s", words[0],
				      names[1], "s", words[1], names[2], "s", words[2]);
}

enum exit_code grant_acquire(sd_bus *bus, const char *id, const struct grant_wish *wish,
			     struct grant **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(grant_freep) struct grant *grant = calloc(1, sizeof(*grant));
	_cleanup_free_ char *what = NULL;
	enum exit_code code;
	int r;

	if (!grant || asprintf(&what, "acquire %s", id) < 0) {
		what = NULL;
		call_complain("cannot acquire %s: out of memory", id);
		return EXIT_CODE_FAILURE;
	}
	for (unsigned int i = 0; i < _GRANT_FD_MAX; i++)
		grant->fds[i] = -1;
	snprintf(grant->id, sizeof(grant->id), "%s", id);
	code = call_acquire(bus, what, id, wish, &reply);
	if (code)
		return code;
	r = read_reply(reply, wish, grant);
	if (r < 0)
		return call_bad_reply(what, r);
	if (grant->warning)
		call_complain("%s: %s", id, grant->warning);
	*ret = TAKE_PTR(grant);
	return EXIT_CODE_OK;
}

static int on_lease_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct farewell *farewell = userdata;
	const char *lease, *reason;
	int r;

	r = sd_bus_message_read(message, "ssos", &lease, NULL, NULL, &reason);
	if (r < 0 || strcmp(lease, farewell->lease))
		return 0;
	farewell->is_over = true;
	farewell->reason = strdup(reason);
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

enum exit_code grant_give_back(sd_bus *bus, struct grant *grant)
{
	_cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
	_cleanup_free_ char *lease = TAKE_PTR(grant->lease);
	struct farewell farewell = { .lease = lease };
	_cleanup_free_ char *reason = NULL;
	char id[CCW_ID_STRING_SIZE];
	int r;

	memcpy(id, grant->id, sizeof(id));
	/* the match must stand before the fds are closed, or the signal may pass unseen */
	r = sd_bus_match_signal(bus, &slot, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
				"LeaseRemoved", on_lease_removed, &farewell);
	grant_free(grant);
	if (r >= 0)
		r = wait_for_farewell(bus, &farewell);
	reason = farewell.reason;
	if (r >= 0 && reason && strcmp(reason, "failed"))
		return EXIT_CODE_OK;
	call_complain("%s was not given back to its driver: %s", id,
		      r < 0 ? strerror(-r) : "the broker failed to");
	call_complain("ccwctl info %s says more", id);
	return EXIT_CODE_FAILURE;
}
