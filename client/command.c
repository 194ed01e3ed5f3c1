/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what stands for the placeholders in a command's words: the numbers of the fds that it will
 * find, and the directories of devices. Runs nothing.
 */
#include "command.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "names.h"
#include "placeholder.h"
#include "properties.h"

struct scope {
	sd_bus *bus;
	const struct command_fd *fds;
	unsigned int n;
	int first_fd;
	enum exit_code code; /* of what has been complained about already */
};

struct directory {
	char *path;
};

static const struct property directory_properties[] = {
	{ "SysfsPath", PROPERTY_STRING, offsetof(struct directory, path) },
	{},
};

/* By the kernel's vfio_ccw it is that of the lease's mediated device. */
static int find_directory(struct scope *scope, const char *id, char **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *device = NULL, *reply = NULL;
	struct directory directory = {};
	const char *path;
	int r;

	scope->code = call_manager(scope->bus, "find a device", &device, "GetDevice", "s", id);
	if (scope->code)
		return -EIO;
	r = sd_bus_message_read(device, "o", &path);
	if (r >= 0)
		r = call_properties_quietly(scope->bus, path, CCWB_IFACE_DEVICE, &reply);
	if (r >= 0)
		r = properties_read(reply, directory_properties, &directory);
	if (r >= 0 && !directory.path)
		r = -ENOENT;
	if (r >= 0)
		*ret = TAKE_PTR(directory.path);
	properties_free(directory_properties, &directory);
	return r;
}

/* "device-fd" of the fd "device". */
static bool is_key_of(const char *key, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(key, name, length) && !strcmp(key + length, "-fd");
}

static int look_up(void *userdata, const char *key, const char *id, char **ret)
{
	struct scope *scope = userdata;
	bool is_ours = false;

	for (unsigned int i = 0; i < scope->n; i++) {
		if (strcmp(scope->fds[i].device, id))
			continue;
		is_ours = true;
		if (is_key_of(key, scope->fds[i].name))
			return asprintf(ret, "%d", scope->first_fd + (int)i) < 0 ? -ENOMEM : 0;
	}
	if (!is_ours)
		return -ENODEV;
	return strcmp(key, "sysfs") ? -ENOENT : find_directory(scope, id, ret);
}

static enum exit_code complain(const struct scope *scope, const struct placeholder_fault *fault,
			       int error)
{
	int length = (int)fault->length;

	if (scope->code)
		return scope->code;
	switch (error) {
	case -EINVAL:
		call_complain("\"%.*s\": that is no device id", length, fault->text);
		return EXIT_CODE_USAGE;
	case -ENODEV:
		call_complain(
			"\"%.*s\": the command is not given that device; name it before \"--\"",
			length, fault->text);
		return EXIT_CODE_USAGE;
	case -ENOENT:
		call_complain(
			"\"%.*s\": the device comes without; by --iommu=iommufd there are iommufd and "
			"device, by --iommu=group container, group and device, by --grant=path "
			"neither",
			length, fault->text);
		return EXIT_CODE_USAGE;
	default:
		call_complain("\"%.*s\": %s", length, fault->text, strerror(-error));
		return EXIT_CODE_FAILURE;
	}
}

enum exit_code command_expand(sd_bus *bus, char **command, const struct command_fd *fds,
			      unsigned int n, int first_fd)
{
	struct scope scope = { .bus = bus, .fds = fds, .n = n, .first_fd = first_fd };

	for (; *command; command++) {
		struct placeholder_fault fault = { *command, strlen(*command) };
		char *word;
		int r;

		if (!strchr(*command, '{'))
			continue;
		r = placeholder_expand(*command, look_up, &scope, &word, &fault);
		if (r < 0)
			return complain(&scope, &fault, r);
		*command = word;
	}
	return EXIT_CODE_OK;
}
