/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the wait for the last close of a device, by the module's notice and by looking again and
 * again, ever more slowly, until patience ends. Knows no lease.
 */
#include "usage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <time.h>

#include "backend.h"
#include "io.h"
#include "limits.h"
#include "sysfs.h"

#define USEC_PER_MSEC  1000ULL
#define FIRST_PAUSE_MS 10
#define ACCURACY_USEC  1000 /* what is not asked for is a quarter of a second late */

struct usage {
	struct sysfs *sysfs; /* peek */
	struct ccw_id id;
	int fd;
	char node[32]; /* of a group, "" otherwise; then fd is -1 and patience without end */
	dev_t node_number;
	unsigned int pause_ms;
	uint64_t patience_end; /* microseconds */
	sd_event_source *notice;
	sd_event_source *timer;
	usage_closed_t closed;
	void *userdata;
};

static int look_again(struct usage *usage)
{
	int r;

	r = sd_event_source_set_time_relative(usage->timer, usage->pause_ms * USEC_PER_MSEC);
	if (r < 0)
		return r;
	usage->pause_ms *= 2;
	if (usage->pause_ms > LIMIT_CLOSE_POLL_MS)
		usage->pause_ms = LIMIT_CLOSE_POLL_MS;
	return sd_event_source_set_enabled(usage->timer, SD_EVENT_ONESHOT);
}

static bool is_patient(struct usage *usage)
{
	uint64_t now;

	return sd_event_now(sd_event_source_get_event(usage->timer), CLOCK_MONOTONIC, &now) >= 0 &&
	       now < usage->patience_end;
}

/* An error means that the attribute is gone, and with it the device or its binding: closed. */
static bool is_device_held(struct usage *usage)
{
	int is_open = sysfs_read_usage(usage->fd);

	return is_open == 1 || (is_open == 0 && sysfs_read_fds(usage->sysfs, usage->id) > 0);
}

/* A group can be opened by one only, and is open as long as its device is. */
static bool is_group_held(const struct usage *usage)
{
	_cleanup_close_ int fd = -1;

	return io_open_char_at(AT_FDCWD, usage->node, usage->node_number, &fd) == -EBUSY;
}

static int look(struct usage *usage)
{
	bool is_group = *usage->node;

	if (is_group && is_group_held(usage))
		return usage->pause_ms < LIMIT_CLOSE_POLL_MS || !usage->notice ? look_again(usage)
									       : 0;
	if (!is_group && is_device_held(usage) && is_patient(usage))
		return look_again(usage);
	(void)sd_event_source_set_enabled(usage->notice, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(usage->timer, SD_EVENT_OFF);
	usage->closed(usage->userdata); /* may free usage */
	return 0;
}

static int on_notice(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	return look(userdata);
}

static int on_timer(sd_event_source *source, uint64_t now, void *userdata)
{
	return look(userdata);
}

/* It comes a moment before the group can be opened again. */
static int on_close(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
	struct usage *usage = userdata;

	usage->pause_ms = FIRST_PAUSE_MS;
	return look_again(usage);
}

static int watch_group(struct usage *usage, sd_event *event, const struct sysfs_site *site)
{
	unsigned int group;
	int r;

	r = sysfs_read_group(usage->sysfs, site, &group);
	if (r >= 0)
		r = sysfs_read_group_node(usage->sysfs, group, &usage->node_number);
	if (r < 0)
		return r;
	snprintf(usage->node, sizeof(usage->node), "/dev/vfio/%u", group);
	if (sd_event_add_inotify(event, &usage->notice, usage->node, IN_CLOSE, on_close, usage) < 0)
		usage->notice = NULL; /* without notices it is looked at again and again */
	return 0;
}

static int watch_device(struct usage *usage, sd_event *event)
{
	int r;

	r = sysfs_open_usage(usage->sysfs, usage->id, &usage->fd);
	if (r < 0)
		return r;
	/* read before the first poll: only what changes after that is news */
	(void)sysfs_read_usage(usage->fd);
	r = sd_event_add_io(event, &usage->notice, usage->fd, EPOLLPRI, on_notice, usage);
	return r < 0 && r != -EPERM ? r : 0; /* -EPERM: a plain file has no notices */
}

int usage_new(sd_event *event, struct sysfs *sysfs, struct ccw_id id, const struct backend *backend,
	      usage_closed_t closed, void *userdata, struct usage **ret)
{
	_cleanup_(usage_freep) struct usage *usage = calloc(1, sizeof(*usage));
	const struct sysfs_site site = backend_site(backend, id);
	int r;

	if (!usage)
		return -ENOMEM;
	usage->fd = -1;
	usage->sysfs = sysfs;
	usage->id = id;
	usage->pause_ms = FIRST_PAUSE_MS;
	usage->closed = closed;
	usage->userdata = userdata;
	if (backend->kind == BACKEND_VFIO_CCW)
		r = watch_group(usage, event, &site);
	else
		r = watch_device(usage, event);
	if (r >= 0)
		r = sd_event_now(event, CLOCK_MONOTONIC, &usage->patience_end);
	if (r < 0)
		return r;
	usage->patience_end += LIMIT_CLOSE_GRACE_MS * USEC_PER_MSEC;
	/* the first look, from the event loop */
	r = sd_event_add_time_relative(event, &usage->timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC,
				       on_timer, usage);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(usage);
	return 0;
}

void usage_free(struct usage *usage)
{
	if (!usage)
		return;
	sd_event_source_disable_unref(usage->notice);
	sd_event_source_disable_unref(usage->timer);
	macro_close(usage->fd);
	free(usage);
}
