/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl libvirt-xml`: prints what libvirt is to be told of devices, as far as it has words for
 * them. Takes no device.
 */
#include <errno.h>
#include <stddef.h>

#include "call.h"
#include "libvirt.h"
#include "machine.h"
#include "names.h"
#include "properties.h"
#include "selection.h"

#define DEVICES_MAX 64

struct place {
	char *sysfs;
};

static const struct property place_properties[] = {
	{ "SysfsPath", PROPERTY_STRING, offsetof(struct place, sysfs) },
	{},
};

/* The mediated device is there as long as the lease. */
static enum exit_code print_hostdev(sd_bus *bus, const char *id)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *device = NULL, *reply = NULL;
	struct place place = {};
	const char *path, *uuid = NULL;
	enum exit_code code;
	int r;

	code = call_manager(bus, "find the device", &device, "GetDevice", "s", id);
	if (code)
		return code;
	r = sd_bus_message_read(device, "o", &path);
	if (r < 0)
		return call_bad_reply("find the device", r);
	code = call_properties(bus, "find the device", path, CCWB_IFACE_DEVICE, &reply);
	if (code)
		return code;
	r = properties_read(reply, place_properties, &place);
	if (r >= 0 && place.sysfs)
		uuid = libvirt_uuid(place.sysfs);
	if (uuid)
		libvirt_print_hostdev(stdout, id, uuid);
	else
		call_complain(
			"%s has no mediated device for libvirt before it is leased: ccwctl acquire %s",
			id, id);
	properties_free(place_properties, &place);
	return uuid ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
}

enum exit_code verb_libvirt_xml(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(selection_freep) struct selection *selection = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	const char *ids[DEVICES_MAX];
	enum exit_code code;
	struct qemu_way way;
	size_t n;

	code = selection_open(&row_libvirt_xml, options, arguments->words, arguments->n_words,
			      DEVICES_MAX, &bus, &selection);
	for (n = 0; !code && n < selection_count(selection); n++)
		ids[n] = selection_get(selection, (unsigned int)n);
	if (!code)
		code = machine_find_way(bus, options, ids, n, &way);
	if (code)
		return code;
	if (!way.by_vfio_ccw && libvirt_print_commandline(stdout, ids, n) < 0) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	for (size_t i = 0; way.by_vfio_ccw && !code && i < n; i++)
		code = print_hostdev(bus, ids[i]);
	return code;
}
