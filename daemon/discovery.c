/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns when the registry looks at sysfs: at the start, at an event, and everywhere when events were
 * lost. Events are sd-device's, but devices are not enumerated by it: it knows no tree but /sys,
 * and an object of it costs several times what we keep of a device. All three ways end in
 * registry_refresh of one id.
 */
#include "discovery.h"

#include <errno.h>

#include "limits.h"
#include "log.h"
#include "uevent.h"

struct discovery {
	struct registry *registry;
	struct uevent *uevent;	    /* NULL without events */
	sd_event_source *rescan;    /* off but for when events were lost */
	struct registry_scan *scan; /* under way */
	bool is_asked_again;	    /* meanwhile */
	bool has_told_full;	    /* once until there is room again */
};

static void tell_full(struct discovery *discovery, bool is_full)
{
	if (is_full && !discovery->has_told_full)
		log_warning("there are more than %d devices: those with the highest ids are not "
			    "known here; keep the kernel from those that are not needed, see "
			    "cio_ignore(8)",
			    LIMIT_DEVICES);
	discovery->has_told_full = is_full;
}

int discovery_scan(struct discovery *discovery)
{
	size_t left_out;
	int r;

	r = registry_scan(discovery->registry, &left_out);
	if (r < 0)
		return r;
	tell_full(discovery, left_out > 0);
	return 0;
}

void discovery_look(struct discovery *discovery, struct ccw_id id)
{
	/* gone is an answer, too */
	if (registry_refresh(discovery->registry, id) == -E2BIG)
		tell_full(discovery, true);
}

/* Cannot fail: the source is ours and one-shot is a mode it knows. */
static void go_on(struct discovery *discovery)
{
	(void)sd_event_source_set_enabled(discovery->rescan, SD_EVENT_ONESHOT);
}

void discovery_look_everywhere(struct discovery *discovery)
{
	discovery->is_asked_again = true;
	go_on(discovery);
}

static void on_device(struct ccw_id id, void *userdata)
{
	discovery_look(userdata, id);
}

static void on_subchannel(struct ccw_id id, void *userdata)
{
	struct discovery *discovery = userdata;
	char name[CCW_ID_STRING_SIZE];

	registry_refresh_subchannel(discovery->registry, ccw_id_format(id, name));
}

static void on_lost(void *userdata)
{
	log_info("events of devices were lost: looking at all of them");
	discovery_look_everywhere(userdata);
}

/* 1: there is more to be looked at. */
static int scan_step(struct discovery *discovery)
{
	size_t left_out;
	int r = 0;

	if (!discovery->scan) {
		discovery->is_asked_again = false;
		r = registry_scan_new(discovery->registry, &discovery->scan);
	}
	if (r >= 0)
		r = registry_scan_step(discovery->scan, LIMIT_SCAN_STEP, &left_out);
	if (r > 0)
		return r;
	discovery->scan = (registry_scan_free(discovery->scan), NULL);
	if (r >= 0)
		tell_full(discovery, left_out > 0);
	return r < 0 ? r : discovery->is_asked_again;
}

/* In steps, so that nobody waits for all of them. */
static int on_rescan(sd_event_source *source, void *userdata)
{
	int r;

	r = scan_step(userdata);
	if (r < 0)
		log_error_errno(r, "cannot look for devices");
	if (r > 0)
		go_on(userdata);
	return 0;
}

static const struct uevent_listener uevent_listener = {
	.device = on_device,
	.subchannel = on_subchannel,
	.lost = on_lost,
};

int discovery_new(sd_event *event, struct registry *registry, bool has_events,
		  struct discovery **ret)
{
	_cleanup_(discovery_freep) struct discovery *discovery = calloc(1, sizeof(*discovery));
	int r;

	if (!discovery)
		return -ENOMEM;
	discovery->registry = registry;
	registry_set_event(registry, event);
	r = sd_event_add_defer(event, &discovery->rescan, on_rescan, discovery);
	if (r < 0)
		return r;
	r = sd_event_source_set_enabled(discovery->rescan, SD_EVENT_OFF);
	if (r < 0)
		return r;
	/* behind the events that are still to be read, so that many losses make one scan */
	r = sd_event_source_set_priority(discovery->rescan, SD_EVENT_PRIORITY_IDLE);
	if (r < 0)
		return r;
	if (has_events) {
		r = uevent_new(event, &uevent_listener, discovery, &discovery->uevent);
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(discovery);
	return 0;
}

void discovery_free(struct discovery *discovery)
{
	if (!discovery)
		return;
	uevent_free(discovery->uevent);
	sd_event_source_disable_unref(discovery->rescan);
	registry_scan_free(discovery->scan);
	free(discovery);
}
