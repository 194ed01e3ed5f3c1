/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the wire of AcquireDevice: options as they are sent, fds and info as they come back. Does not
 * know what becomes of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "parcel.h"
#include "names.h"

/* Fds 0 to 2 stay what they are even when the caller has closed some. */
#define FD_FIRST 3

static const char *const fd_names[PARCEL_FDS] = {
	[CCWB_LEASE_FD_CONTAINER] = CCWB_FD_CONTAINER, [CCWB_LEASE_FD_GROUP] = CCWB_FD_GROUP,
	[CCWB_LEASE_FD_IOMMUFD] = CCWB_FD_IOMMUFD,     [CCWB_LEASE_FD_DEVICE] = CCWB_FD_DEVICE,
	[CCWB_LEASE_FD_LEASE] = CCWB_FD_LEASE,
};

void parcel_init(struct parcel *parcel)
{
	memset(parcel, 0, sizeof(*parcel));
	for (unsigned int i = 0; i < PARCEL_FDS; i++)
		parcel->fds[i] = -1;
}

void parcel_close_fds(struct parcel *parcel)
{
	for (unsigned int i = 0; i < PARCEL_FDS; i++)
		parcel->fds[i] = macro_close(parcel->fds[i]);
}

void parcel_deinit(struct parcel *parcel)
{
	parcel_close_fds(parcel);
	for (unsigned int i = 0; i < parcel->n_infos; i++) {
		free(parcel->infos[i].key);
		free(parcel->infos[i].value);
	}
	free(parcel->path);
}

const char *parcel_info(const struct parcel *parcel, const char *key)
{
	for (unsigned int i = 0; i < parcel->n_infos; i++)
		if (!strcmp(parcel->infos[i].key, key))
			return parcel->infos[i].value;
	return NULL;
}

static int read_fds(struct parcel *parcel, sd_bus_message *reply)
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
		for (unsigned int i = 0; i < PARCEL_FDS; i++) {
			if (strcmp(name, fd_names[i]) || parcel->fds[i] >= 0)
				continue;
			parcel->fds[i] = fcntl(fd_peek, F_DUPFD_CLOEXEC, FD_FIRST);
			if (parcel->fds[i] < 0)
				return -errno;
		}
	}
}

static int keep_info(struct parcel *parcel, const char *key, const char *value)
{
	_cleanup_free_ char *own_key = NULL, *own_value = NULL;

	if (parcel->n_infos == PARCEL_INFOS_MAX || parcel_info(parcel, key))
		return 0;
	own_key = strdup(key);
	own_value = strdup(value);
	if (!own_key || !own_value)
		return -ENOMEM;
	parcel->infos[parcel->n_infos].key = TAKE_PTR(own_key);
	parcel->infos[parcel->n_infos++].value = TAKE_PTR(own_value);
	return 0;
}

/* What is no text is of a later version. */
static int read_info(struct parcel *parcel, sd_bus_message *reply)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		const char *key, *value, *contents;

		r = sd_bus_message_read(reply, "s", &key);
		if (r >= 0)
			r = sd_bus_message_peek_type(reply, NULL, &contents);
		if (r < 0)
			return r;
		if (strcmp(contents, "s")) {
			r = sd_bus_message_skip(reply, "v");
		} else {
			r = sd_bus_message_read(reply, "v", "s", &value);
			if (r >= 0)
				r = keep_info(parcel, key, value);
		}
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(reply);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(reply);
}

static bool is_word(const char *option, const char *word)
{
	return option && !strcmp(option, word);
}

/* A container without its group is as useless as neither. */
static bool is_complete(const struct parcel *parcel, const struct ccwb_lease_options *options)
{
	bool has_container = parcel->fds[CCWB_LEASE_FD_CONTAINER] >= 0;
	bool has_group = parcel->fds[CCWB_LEASE_FD_GROUP] >= 0;
	bool has_iommufd = parcel->fds[CCWB_LEASE_FD_IOMMUFD] >= 0;
	bool has_device = parcel->fds[CCWB_LEASE_FD_DEVICE] >= 0;

	if (!parcel_info(parcel, CCWB_INFO_LEASE))
		return false;
	if (parcel->fds[CCWB_LEASE_FD_LEASE] < 0 && !is_word(options->lifetime, "pidfd"))
		return false;
	if (is_word(options->grant, CCWB_GRANT_PATH))
		return !has_container && !has_group && !has_iommufd && !has_device;
	return has_device && has_container == has_group && has_iommufd != has_group;
}

int parcel_read(struct parcel *parcel, sd_bus_message *reply,
		const struct ccwb_lease_options *options)
{
	const char *path;
	int r;

	r = sd_bus_message_read(reply, "o", &path);
	if (r < 0)
		return r;
	parcel->path = strdup(path);
	if (!parcel->path)
		return -ENOMEM;
	r = read_fds(parcel, reply);
	if (r >= 0)
		r = read_info(parcel, reply);
	if (r < 0)
		return r;
	return is_complete(parcel, options) ? 0 : -EBADMSG;
}

static int append_texts(sd_bus_message *call, const struct ccwb_lease_options *options)
{
	const struct {
		const char *key;
		const char *value;
	} texts[] = {
		{ CCWB_OPTION_WHO, options->who },	     { CCWB_OPTION_IOMMU, options->iommu },
		{ CCWB_OPTION_BACKEND, options->backend },   { CCWB_OPTION_GRANT, options->grant },
		{ CCWB_OPTION_LIFETIME, options->lifetime },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(texts); i++)
		if (texts[i].value)
			r = sd_bus_message_append(call, "{sv}", texts[i].key, "s", texts[i].value);
	return r;
}

int parcel_append_options(sd_bus_message *call, const struct ccwb_lease_options *options)
{
	int r;

	r = sd_bus_message_open_container(call, 'a', "{sv}");
	if (r >= 0)
		r = append_texts(call, options);
	if (r >= 0 && options->force)
		r = sd_bus_message_append(call, "{sv}", CCWB_OPTION_FORCE, "b", true);
	if (r >= 0 && is_word(options->lifetime, "pidfd"))
		r = sd_bus_message_append(call, "{sv}", CCWB_OPTION_PIDFD, "h", options->pidfd);
	return r < 0 ? r : sd_bus_message_close_container(call);
}
