// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * What happens to a device of the storm from outside. After each event the device is bound again,
 * however long its client takes to let go.
 */
#include "storm-world.h"

#include <errno.h>
#include <stdlib.h>

#include "module-device.h"
#include "storm-program.h"

#define CCW "/sys/bus/ccw/devices"
#define CSS "/sys/bus/css/drivers/io_subchannel"

static int text_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int text_read(const char *id, const char *name, char *buf, size_t size)
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), CCW "/%s/%s", id, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	buf[n] = 0;
	buf[strcspn(buf, "\n")] = 0;
	return 0;
}

static bool driver_is(const char *id, const char *driver)
{
	char path[128], target[256];
	ssize_t n;

	snprintf(path, sizeof(path), CCW "/%s/driver", id);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = 0;
	return !strcmp(strrchr(target, '/') + 1, driver);
}

static bool is_there(const char *id)
{
	char buf[32];

	return !text_read(id, "availability", buf, sizeof(buf)) && !strcmp(buf, "good");
}

static int look_subchannel(struct storm_device *device)
{
	char path[128];
	char *real;

	snprintf(path, sizeof(path), CCW "/%s/..", device->id);
	real = realpath(path, NULL);
	if (!real)
		return -errno;
	snprintf(device->subchannel, sizeof(device->subchannel), "%.15s", strrchr(real, '/') + 1);
	free(real);
	return 0;
}

/* Also for a device that has gone with its path. */
static int path_vary(const struct storm_device *device, bool online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/css0/chp0.%s/status", device->path);
	return text_write(path, online ? "online" : "offline");
}

int storm_world_look(struct storm_device *device)
{
	char cutype[32], chpids[64];
	int r;

	r = text_read(device->id, "cutype", cutype, sizeof(cutype));
	if (r)
		return r;
	snprintf(device->cu, sizeof(device->cu), "%.4s", cutype);
	r = text_read(device->id, "../chpids", chpids, sizeof(chpids));
	if (r)
		return r;
	snprintf(device->path, sizeof(device->path), "%.2s", chpids);
	return look_subchannel(device);
}

int storm_world_bind(struct storm *storm, const struct storm_device *device)
{
	int r = 0;

	if (attr_is(device->id, "state", "revoked"))
		storm_count(storm, STORM_UNBIND, device_unbind(device->id));
	if (!driver_is(device->id, "ccwbroker")) {
		device_detach(device->id);
		r = device_bind(device->id);
		storm_count(storm, STORM_BIND, r);
	}
	if (!r && !attr_is(device->id, "commands", storm_program_commands(device->cu)))
		r = attr_write(device->id, "commands", storm_program_commands(device->cu));
	return r;
}

bool storm_world_is_back(const struct storm_device *device, unsigned int timeout_ms)
{
	uint64_t end = storm_now() + timeout_ms;

	if (device->has_own_path)
		(void)path_vary(device, true);
	while (!is_there(device->id) && storm_now() < end)
		usleep(50000);
	return is_there(device->id);
}

static void world_revoke(struct storm *storm, const struct storm_device *device)
{
	storm_count(storm, STORM_REVOKE, attr_write(device->id, "revoke", "1"));
}

static void world_unbind(struct storm *storm, const struct storm_device *device)
{
	storm_count(storm, STORM_UNBIND, device_unbind(device->id));
}

/* The whole ccw device goes and comes, as when an operator detaches it. */
static void world_subchannel(struct storm *storm, const struct storm_device *device)
{
	struct storm_device now = *device;
	int r;

	if (look_subchannel(&now))
		return;
	r = text_write(CSS "/unbind", now.subchannel);
	storm_count(storm, STORM_SUBCHANNEL, r);
	while (!r && text_write(CSS "/bind", now.subchannel) && !is_there(device->id) &&
	       !storm_is_over(storm))
		usleep(10000);
	(void)storm_world_is_back(device, 5000);
}

static void world_path(struct storm *storm, const struct storm_device *device, struct dice *dice)
{
	int r = path_vary(device, false);

	usleep(dice_below(dice, 50000));
	(void)path_vary(device, true);
	storm_count(storm, STORM_PATH, r);
	usleep(200000); /* paths are verified */
}

/* While a client has the device open, the kernel lets nobody change them. */
static void world_commands(struct storm *storm, const struct storm_device *device)
{
	storm_count(storm, STORM_COMMANDS,
		    attr_write(device->id, "commands", storm_program_commands(device->cu)));
}

static void world_event(struct storm *storm, const struct storm_device *device, struct dice *dice)
{
	switch (dice_below(dice, 8)) {
	case 0:
	case 1:
		world_revoke(storm, device);
		break;
	case 2:
	case 3:
		world_unbind(storm, device);
		break;
	case 4:
		if (!device->is_plugged)
			world_subchannel(storm, device);
		break;
	case 5:
		world_commands(storm, device);
		break;
	default:
		if (device->has_own_path)
			world_path(storm, device, dice);
	}
}

static void world_plugged(struct storm *storm, const struct storm_device *device)
{
	if (is_there(device->id))
		return;
	storm_count(storm, STORM_UNPLUGGED, 0);
	while (!is_there(device->id) && !storm_is_over(storm))
		usleep(20000);
	if (is_there(device->id))
		storm_count(storm, STORM_PLUGGED, 0);
}

_Noreturn void storm_world(struct storm *storm, unsigned int device)
{
	const struct storm_device *about = &storm->devices[device];
	struct dice dice;

	dice_init(&dice, storm->seed, 1000 + device, 0);
	while (!storm_is_over(storm)) {
		if (about->is_plugged)
			world_plugged(storm, about);
		usleep(200000 + dice_below(&dice, 1200000));
		world_event(storm, about, &dice);
		usleep(dice_below(&dice, 20000));
		(void)storm_world_bind(storm, about);
	}
	exit(0);
}
