/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the udev monitor for channel devices. Passes on ids and the news that some were lost, and
 * nothing of what udev says about a device.
 */
#include "uevent.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-device.h>

/* A machine may bring up thousands of devices at once: room for their events until we read them. */
#define RECEIVE_BUFFER_BYTES (16 * 1024 * 1024)

struct uevent {
	sd_device_monitor *monitor;
	const struct uevent_listener *listener;
	void *userdata;
	uint32_t drops; /* events for which the socket had no room, since it was made */
};

/*
 * sd-device keeps the ENOBUFS of a full socket to itself, and goes on with what did fit in. The
 * kernel's own count tells: where there was no room for one event there are others to be read, so it is
 * looked at in time. A count that cannot be read stays the same.
 */
static uint32_t count_drops(const struct uevent *uevent)
{
	uint32_t info[SK_MEMINFO_VARS] = {};
	socklen_t size = sizeof(info);
	int fd;

	fd = sd_event_source_get_io_fd(sd_device_monitor_get_event_source(uevent->monitor));
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) < 0 ||
	    size <= SK_MEMINFO_DROPS * sizeof(*info))
		return uevent->drops;
	return info[SK_MEMINFO_DROPS];
}

/* The directory above a mediated device's is its subchannel's; it may be gone, but it has its name. */
static int parse_parent(sd_device *device, struct ccw_id *ret)
{
	char name[CCW_ID_STRING_SIZE];
	const char *path, *end, *begin;

	if (sd_device_get_syspath(device, &path) < 0)
		return -EINVAL;
	end = strrchr(path, '/');
	for (begin = end; begin && begin > path && begin[-1] != '/';)
		begin--;
	if (!end || end - begin >= CCW_ID_STRING_SIZE)
		return -EINVAL;
	memcpy(name, begin, (size_t)(end - begin));
	name[end - begin] = '\0';
	return ccw_id_parse(name, ret);
}

static void pass_on(const struct uevent *uevent, sd_device *device)
{
	const char *subsystem, *name;
	struct ccw_id id;

	if (sd_device_get_subsystem(device, &subsystem) < 0 ||
	    sd_device_get_sysname(device, &name) < 0)
		return;
	if (strcmp(subsystem, "mdev") == 0 && parse_parent(device, &id) >= 0)
		uevent->listener->subchannel(id, uevent->userdata);
	else if (ccw_id_parse(name, &id) < 0)
		return;
	else if (strcmp(subsystem, "css") == 0)
		uevent->listener->subchannel(id, uevent->userdata);
	else
		uevent->listener->device(id, uevent->userdata);
}

static int on_device(sd_device_monitor *monitor, sd_device *device, void *userdata)
{
	struct uevent *uevent = userdata;
	uint32_t drops = count_drops(uevent);

	if (drops != uevent->drops) {
		uevent->drops = drops;
		uevent->listener->lost(uevent->userdata);
	}
	pass_on(uevent, device);
	return 0;
}

int uevent_new(sd_event *event, const struct uevent_listener *listener, void *userdata,
	       struct uevent **ret)
{
	static const char *const subsystems[] = { "ccw", "css", "mdev" };
	_cleanup_(uevent_freep) struct uevent *uevent = calloc(1, sizeof(*uevent));
	size_t n;
	int r;

	if (!uevent)
		return -ENOMEM;
	uevent->listener = listener;
	uevent->userdata = userdata;
	r = sd_device_monitor_new(&uevent->monitor);
	if (r < 0)
		return r;
	/* needs CAP_NET_ADMIN beyond the system's maximum; the default does for small machines */
	(void)sd_device_monitor_set_receive_buffer_size(uevent->monitor, RECEIVE_BUFFER_BYTES);
	for (n = 0; n < ARRAY_SIZE(subsystems); n++) {
		r = sd_device_monitor_filter_add_match_subsystem_devtype(uevent->monitor,
									 subsystems[n], NULL);
		if (r < 0)
			return r;
	}
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
