/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl info`: everything the broker knows about one device.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "call.h"
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

static void add_string(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text && *text ? json_object_new_string(text) : NULL);
}

static struct json_object *to_json(const struct device_info *info, const struct lease_row *lease)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	add_string(object, "id", info->id);
	add_string(object, "type", info->type);
	add_string(object, "control_unit", info->control_unit);
	add_string(object, "subchannel", info->subchannel);
	add_string(object, "driver", info->driver);
	add_string(object, "original_driver", info->original_driver);
	json_object_object_add(object, "online", json_object_new_boolean(info->is_online));
	add_string(object, "state", info->state);
	add_string(object, "state_reason", info->reason[0]);
	add_string(object, "state_text", info->reason[1]);
	json_object_object_add(object, "defined", json_object_new_boolean(info->is_defined));
	json_object_object_add(object, "autostart", json_object_new_boolean(info->is_autostart));
	add_string(object, "sysfs_path", info->sysfs_path);
	add_string(object, "vfio_path", info->vfio_path);
	json_object_object_add(object, "lease", lease ? lease_list_row_to_json(lease) : NULL);
	return object;
}

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

static enum exit_code fetch_info(sd_bus *bus, const char *id, const char *what,
				 struct device_info *info)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *device = NULL, *reply = NULL;
	enum exit_code code;
	const char *path;
	int r;

	code = call_manager(bus, what, &device, "GetDevice", "s", id);
	if (code)
		return code;
	r = sd_bus_message_read(device, "o", &path);
	if (r < 0)
		return call_bad_reply(what, r);
	code = call_properties(bus, what, path, CCWB_IFACE_DEVICE, &reply);
	if (code)
		return code;
	r = properties_read(reply, device_properties, info);
	if (r < 0)
		return call_bad_reply(what, r);
	return EXIT_CODE_OK;
}

static enum exit_code show_info(sd_bus *bus, const struct options *options, const char *id,
				struct device_info *info)
{
	_cleanup_(lease_list_freep) struct lease_list *leases = NULL;
	struct lease_row *lease;
	char what[64];
	int r;
	enum exit_code code;

	snprintf(what, sizeof(what), "look at %s", id);
	code = fetch_info(bus, id, what, info);
	if (!code)
		code = lease_list_fetch(bus, &leases);
	if (code)
		return code;
	lease = lease_list_find(leases, id);
	r = lease ? lease_list_fetch_terms(bus, lease) : 0;
	if (r < 0)
		return call_bad_reply(what, r);
	if (options->json)
		return show_json(stdout, to_json(info, lease), options->json);
	return print_text(info, lease);
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

	code = selection_new(&row_info, options, arguments->words, arguments->n_words,
			     SELECTION_MAX, &selection);
	if (!code)
		code = call_open(&bus);
	look.bus = bus;
	if (!code)
		code = selection_resolve(selection, bus);
	return code ? code : selection_each(selection, show_device, &look);
}
