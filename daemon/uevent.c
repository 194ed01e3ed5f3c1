/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the udev monitor for channel devices. Passes on ids, and nothing of what udev says about
 * them.
 */
#include "uevent.h"

#include <errno.h>
#include <systemd/sd-device.h>

/* A machine may bring up thousands of devices at once: room for their events until we read them. */
#define RECEIVE_BUFFER_BYTES (16 * 1024 * 1024)

struct uevent {
	sd_device_monitor *monitor;
	uevent_handler_t handler;
	void *userdata;
};

static int on_device(sd_device_monitor *monitor, sd_device *device, void *userdata)
{
	struct uevent *uevent = userdata;
	const char *name;
	struct ccw_id id;

	if (sd_device_get_sysname(device, &name) >= 0 && ccw_id_parse(name, &id) >= 0)
		uevent->handler(id, uevent->userdata);
	return 0;
}

int uevent_new(sd_event *event, uevent_handler_t handler, void *userdata, struct uevent **ret)
{
	_cleanup_(uevent_freep) struct uevent *uevent = calloc(1, sizeof(*uevent));
	int r;

	if (!uevent)
		return -ENOMEM;
	uevent->handler = handler;
	uevent->userdata = userdata;
	r = sd_device_monitor_new(&uevent->monitor);
	if (r < 0)
		return r;
	/* needs CAP_NET_ADMIN beyond the system's maximum; the default does for small machines */
	(void)sd_device_monitor_set_receive_buffer_size(uevent->monitor, RECEIVE_BUFFER_BYTES);
	r = sd_device_monitor_filter_add_match_subsystem_devtype(uevent->monitor, "ccw", NULL);
	if (r < 0)
		return r;
	r = sd_device_monitor_attach_event(uevent->monitor, event);
	if (r < 0)
		return r;
	r = sd_device_monitor_start(uevent->monitor, on_device, uevent);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(uevent);
	return 0;
}

void uevent_free(struct uevent *uevent)
{
	if (!uevent)
		return;
	sd_device_monitor_unref(uevent->monitor);
	free(uevent);
}
