/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the wait for the last close of a device, by the module's notice and, where that cannot be
 * had, by looking every second. Knows no lease.
 */
#include "usage.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

#include "limits.h"
#include "sysfs.h"

#define USEC_PER_MSEC 1000ULL

struct usage {
	int fd;
	sd_event_source *notice;
	sd_event_source *timer;
	usage_closed_t closed;
	void *userdata;
};

/* An error means that the attribute is gone, and with it the device or its binding: closed. */
static bool look(struct usage *usage)
{
	if (sysfs_read_usage(usage->fd) == 1)
		return false;
	(void)sd_event_source_set_enabled(usage->notice, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(usage->timer, SD_EVENT_OFF);
	usage->closed(usage->userdata); /* may free usage */
	return true;
}

static int on_notice(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)look(userdata); /* if it is still open there will be another notice */
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t now, void *userdata)
{
	struct usage *usage = userdata;
	int r;

	if (look(usage) || usage->notice)
		return 0;
	r = sd_event_source_set_time_relative(source, LIMIT_CLOSE_POLL_MS * USEC_PER_MSEC);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int usage_new(sd_event *event, int fd_take, usage_closed_t closed, void *userdata,
	      struct usage **ret)
{
	_cleanup_(usage_freep) struct usage *usage = calloc(1, sizeof(*usage));
	int r;

	if (!usage) {
		macro_close(fd_take);
		return -ENOMEM;
	}
	usage->fd = fd_take;
	usage->closed = closed;
	usage->userdata = userdata;
	/* read before the first poll: only what changes after that is news */
	(void)sysfs_read_usage(usage->fd);
	r = sd_event_add_io(event, &usage->notice, usage->fd, EPOLLPRI, on_notice, usage);
	if (r < 0 && r != -EPERM)
		return r; /* -EPERM: a plain file has no notices */
	/* the first look, from the event loop */
	r = sd_event_add_time_relative(event, &usage->timer, CLOCK_MONOTONIC, 0, 0, on_timer,
				       usage);
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
