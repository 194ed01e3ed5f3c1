/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl info`: everything the broker knows about one device.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "describe.h"
#include "lease-list.h"
#include "names.h"
#include "properties.h"
#include "selection.h"
#include "show.h"

struct device_info {
	char *id;
	char *subchannel;
	char *type;
	char *control_unit;
	char *driver;
	char *original_driver;
	bool is_online;
	bool is_defined;
	bool is_autostart;
	char *state;
	char *reason[2]; /* code and sentence, empty when all is well */
	char *sysfs_path;
	char *vfio_path;
};

static const struct property device_properties[] = {
	{ "Id", PROPERTY_STRING, offsetof(struct device_info, id) },
	{ "Subchannel", PROPERTY_STRING, offsetof(struct device_info, subchannel) },
	{ "DeviceType", PROPERTY_STRING, offsetof(struct device_info, type) },
	{ "ControlUnit", PROPERTY_STRING, offsetof(struct device_info, control_unit) },
	{ "Driver", PROPERTY_STRING, offsetof(struct device_info, driver) },
	{ "OriginalDriver", PROPERTY_STRING, offsetof(struct device_info, original_driver) },
	{ "Online", PROPERTY_BOOL, offsetof(struct device_info, is_online) },
	{ "Defined", PROPERTY_BOOL, offsetof(struct device_info, is_defined) },
	{ "Autostart", PROPERTY_BOOL, offsetof(struct device_info, is_autostart) },
	{ "State", PROPERTY_STRING, offsetof(struct device_info, state) },
	{ "StateReason", PROPERTY_PAIR, offsetof(struct device_info, reason) },
	{ "SysfsPath", PROPERTY_STRING, offsetof(struct device_info, sysfs_path) },
	{ "VfioPath", PROPERTY_STRING, offsetof(struct device_info, vfio_path) },
	{},
};

static enum exit_code print_lease(const struct lease_row *lease)
{
	_cleanup_free_ char *since = NULL;

	if (show_time(lease->since_usec, &since) == -ENOMEM) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	show_field(stdout, "Lease", lease->id);
	show_field(stdout, "Leased by", lease->user);
	show_field(stdout, "For", lease->who);
	show_field(stdout, "Since", since);
	show_field(stdout, "Lifetime", lease->lifetime);
	show_field(stdout, "Profile", lease->profile);
	show_field(stdout, "By rule", lease->rule);
	return EXIT_CODE_OK;
}

static enum exit_code print_text(const struct device_info *info, const struct lease_row *lease)
{
	show_field(stdout, "Device", info->id);
	show_field(stdout, "Type", info->type);
	show_field(stdout, "Control unit", info->control_unit);
	show_field(stdout, "Subchannel", info->subchannel);
	show_field(stdout, "Driver", info->driver && *info->driver ? info->driver : "none");
	if (lease)
		show_field(stdout, "Goes back to", info->original_driver);
	show_field(stdout, "Online", info->is_online ? "yes" : "no");
	show_field(stdout, "State", info->state);
	show_field(stdout, "Because", info->reason[1]);
	if (info->is_defined)
		show_field(stdout, "Defined", info->is_autostart ? "autostart" : "yes");
	show_field(stdout, "Sysfs", info->sysfs_path);
	show_field(stdout, "VFIO node", info->vfio_path);
	return lease ? print_lease(lease) : EXIT_CODE_OK;
}

static enum exit_code find_path(sd_bus *bus, const char *id, const char *what, char **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *device = NULL;
	enum exit_code code;
	const char *path;
	int r;

	code = call_manager(bus, what, &device, "GetDevice", "s", id);
	if (code)
		return code;
	r = sd_bus_message_read(device, "o", &path);
	if (r >= 0 && !(*ret = strdup(path)))
		r = -ENOMEM;
	return r < 0 ? call_bad_reply(what, r) : EXIT_CODE_OK;
}

static enum exit_code show_text(sd_bus *bus, const char *id, const char *path, const char *what,
				struct device_info *info)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(lease_list_freep) struct lease_list *leases = NULL;
	struct lease_row *lease;
	enum exit_code code;
	int r;

	code = call_properties(bus, what, path, CCWB_IFACE_DEVICE, &reply);
	if (code)
		return code;
	r = properties_read(reply, device_properties, info);
	if (r < 0)
		return call_bad_reply(what, r);
	code = lease_list_fetch(bus, &leases);
	if (code)
		return code;
	lease = lease_list_find(leases, id);
	r = lease ? lease_list_fetch_terms(bus, lease) : 0;
	return r < 0 ? call_bad_reply(what, r) : print_text(info, lease);
}

static enum exit_code show_info(sd_bus *bus, const struct options *options, const char *id,
				struct device_info *info)
{
	_cleanup_free_ char *path = NULL;
	struct json_object *object = NULL;
	enum exit_code code;
	char what[64];

	snprintf(what, sizeof(what), "look at %s", id);
	code = find_path(bus, id, what, &path);
	if (code)
		return code;
	if (!options->json)
		return show_text(bus, id, path, what, info);
	code = describe_fetch(bus, what, path, CCWB_IFACE_DEVICE, 0, &object);
	return code ? code : show_json(stdout, object, options->json);
}

struct look {
	sd_bus *bus;
	const struct options *options;
	bool is_second; /* or later */
};

static enum exit_code show_device(const char *id, void *userdata)
{
	struct look *look = userdata;
	struct device_info info = {};
	enum exit_code code;

	if (look->is_second && !look->options->json)
		putchar('\n');
	look->is_second = true;
	code = show_info(look->bus, look->options, id, &info);
	properties_free(device_properties, &info);
	return code;
}

enum exit_code verb_info(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(selection_freep) struct selection *selection = NULL;
	struct look look = { .options = options };
	enum exit_code code;

	code = selection_open(&row_info, options, arguments->words, arguments->n_words,
			      SELECTION_MAX, &bus, &selection);
	look.bus = bus;
	return code ? code : selection_each(selection, show_device, &look);
}
