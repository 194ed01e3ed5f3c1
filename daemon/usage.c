/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the wait for the last close of a device, by the module's notice and by looking again and
 * again, ever more slowly, until patience ends. Knows no lease.
 */
#include "usage.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

#include "limits.h"
#include "sysfs.h"

#define USEC_PER_MSEC  1000ULL
#define FIRST_PAUSE_MS 10
#define ACCURACY_USEC  1000 /* what is not asked for is a quarter of a second late */

struct usage {
	struct sysfs *sysfs; /* peek */
	struct ccw_id id;
	int fd;
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
static int look(struct usage *usage)
{
	int is_open = sysfs_read_usage(usage->fd);

	bool is_held =
		is_open == 1 || (is_open == 0 && sysfs_read_fds(usage->sysfs, usage->id) > 0);

	if (is_held && is_patient(usage))
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

int usage_new(sd_event *event, struct sysfs *sysfs, struct ccw_id id, usage_closed_t closed,
	      void *userdata, struct usage **ret)
{
	_cleanup_(usage_freep) struct usage *usage = calloc(1, sizeof(*usage));
	int r;

	if (!usage)
		return -ENOMEM;
	usage->fd = -1;
	usage->sysfs = sysfs;
	usage->id = id;
	usage->pause_ms = FIRST_PAUSE_MS;
	usage->closed = closed;
	usage->userdata = userdata;
	r = sysfs_open_usage(sysfs, id, &usage->fd);
	if (r < 0)
		return r;
	/* read before the first poll: only what changes after that is news */
	(void)sysfs_read_usage(usage->fd);
	r = sd_event_add_io(event, &usage->notice, usage->fd, EPOLLPRI, on_notice, usage);
	if (r < 0 && r != -EPERM)
		return r; /* -EPERM: a plain file has no notices */
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
