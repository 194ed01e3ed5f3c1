/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns when changes are told to the bus, so that a lease costs few signals and no call waits for
 * them. What a change is, others know. A signal that cannot be sent is lost: state can always be read.
 */
#include "bus-news.h"

#include <errno.h>
#include <string.h>

#include "bus-device.h"
#include "bus-lease.h"
#include "limits.h"
#include "names.h"

#define USEC_PER_MSEC 1000ULL
#define PERIODS_MAX   (LIMIT_NEWS_LATE_MS / LIMIT_NEWS_MS)

struct bus_news {
	sd_bus *bus;
	struct broker *broker;
	sd_event_source *timer; /* set for the oldest of the news, or for what is told by now */
	unsigned int n_periods; /* for which they wait already */
	struct ccw_id devices[LIMIT_NEWS];
	size_t n_devices;
	bool has_leases;
	bool has_count;
};

static void tell_lease(struct bus_news *news, struct lease *lease)
{
	char device[CCW_ID_STRING_SIZE];
	_cleanup_free_ char *path = NULL;

	lease->is_untold = false;
	if (bus_lease_path(lease, &path) < 0)
		return;
	(void)sd_bus_emit_object_added(news->bus, path);
	(void)sd_bus_emit_signal(news->bus, CCWB_PATH, CCWB_IFACE_MANAGER, "LeaseNew", "sso",
				 lease->id, ccw_id_format(lease->device, device), path);
}

static void tell_leases(struct bus_news *news)
{
	struct lease *lease = NULL;

	if (!news->has_leases)
		return;
	news->has_leases = false;
	while ((lease = broker_next_lease(news->broker, lease)))
		if (lease->is_untold)
			tell_lease(news, lease);
}

static void tell_devices(struct bus_news *news)
{
	struct ccw_id devices[LIMIT_NEWS];
	struct device *device;
	unsigned int changes;
	size_t n, count = news->n_devices;

	/* what is found out while it is told is news again */
	memcpy(devices, news->devices, sizeof(devices));
	news->n_devices = 0;
	for (n = 0; n < count; n++) {
		device = registry_peek(broker_registry(news->broker), devices[n]);
		if (!device)
			continue; /* its end has been told */
		changes = device->untold;
		device->untold = 0;
		bus_device_emit_changes(news->bus, device, changes);
	}
}

void bus_news_flush(struct bus_news *news)
{
	tell_leases(news);
	tell_devices(news);
	if (news->has_count)
		(void)sd_bus_emit_properties_changed(news->bus, CCWB_PATH, CCWB_IFACE_MANAGER,
						     "NLeases", NULL);
	news->has_count = false;
}

/* Cannot fail: the source is ours, and so are the values. */
static void wait_period(struct bus_news *news)
{
	news->n_periods++;
	(void)sd_event_source_set_time_relative(news->timer, LIMIT_NEWS_MS * USEC_PER_MSEC);
	(void)sd_event_source_set_enabled(news->timer, SD_EVENT_ONESHOT);
}

/* Who waits for a device goes first, but not for ever: news cost the bus more than all the rest. */
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus_news *news = userdata;

	if (news->n_periods < PERIODS_MAX && broker_is_taking(news->broker)) {
		wait_period(news);
		return 0;
	}
	bus_news_flush(news);
	return 0;
}

static void tell_soon(struct bus_news *news)
{
	int enabled = SD_EVENT_OFF;

	(void)sd_event_source_get_enabled(news->timer, &enabled);
	if (enabled != SD_EVENT_OFF)
		return;
	news->n_periods = 0;
	wait_period(news);
}

void bus_news_device_changed(struct bus_news *news, struct device *device, unsigned int changes)
{
	if (!device->untold) {
		if (news->n_devices == LIMIT_NEWS)
			bus_news_flush(news);
		news->devices[news->n_devices++] = device->id;
	}
	device->untold |= changes;
	tell_soon(news);
}

void bus_news_lease_added(struct bus_news *news, struct lease *lease)
{
	lease->is_untold = true;
	news->has_leases = true;
	tell_soon(news);
}

void bus_news_lease_count(struct bus_news *news)
{
	news->has_count = true;
	tell_soon(news);
}

int bus_news_new(sd_bus *bus, struct broker *broker, struct bus_news **ret)
{
	_cleanup_(bus_news_freep) struct bus_news *news = calloc(1, sizeof(*news));
	sd_event *event = sd_bus_get_event(bus);
	int r;

	if (!news)
		return -ENOMEM;
	news->bus = sd_bus_ref(bus);
	news->broker = broker;
	r = sd_event_add_time(event, &news->timer, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_timer,
			      news);
	/* before the bus, which would go first as long as there are calls */
	if (r >= 0)
		r = sd_event_source_set_priority(news->timer, SD_EVENT_PRIORITY_IMPORTANT);
	if (r >= 0)
		r = sd_event_source_set_enabled(news->timer, SD_EVENT_OFF);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(news);
	return 0;
}

void bus_news_free(struct bus_news *news)
{
	if (!news)
		return;
	bus_news_flush(news);
	sd_event_source_disable_unref(news->timer);
	sd_bus_unref(news->bus);
	free(news);
}
