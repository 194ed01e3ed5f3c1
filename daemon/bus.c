/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what appears on the bus as a whole: the three kinds of objects, the name, and the signals
 * that the broker's events become. A signal that cannot be sent is lost: state can always be read.
 */
#include "bus.h"

#include <errno.h>

#include "bus-device.h"
#include "bus-job.h"
#include "bus-hold.h"
#include "bus-lease.h"
#include "bus-log.h"
#include "bus-manager.h"
#include "bus-news.h"
#include "bus-revoke.h"
#include "bus-statistics.h"
#include "bus-tether.h"
#include "bus-turn.h"
#include "names.h"

struct bus {
	sd_bus *connection;
	struct broker *broker;
	struct bus_hold *hold;
	struct bus_turns *turns;
	struct bus_tether *tether;
	struct bus_news *news;
	struct bus_job *jobs;
	uint64_t policies; /* put in force before the reload that is under way */
};

static void on_device_added(struct device *device, void *userdata)
{
	struct bus *bus = userdata;
	_cleanup_free_ char *path = NULL;

	if (bus_device_path(device, &path) < 0)
		return;
	(void)sd_bus_emit_object_added(bus->connection, path);
	(void)sd_bus_emit_signal(bus->connection, CCWB_PATH, CCWB_IFACE_MANAGER, "DeviceNew", "so",
				 device->name, path);
}

static void on_device_changed(struct device *device, unsigned int changes, void *userdata)
{
	struct bus *bus = userdata;

	bus_news_device_changed(bus->news, device, changes);
}

static void on_device_removed(struct device *device, void *userdata)
{
	struct bus *bus = userdata;
	_cleanup_free_ char *path = NULL;

	if (bus_device_path(device, &path) < 0)
		return;
	(void)sd_bus_emit_interfaces_removed(bus->connection, path, CCWB_IFACE_DEVICE, NULL);
	(void)sd_bus_emit_signal(bus->connection, CCWB_PATH, CCWB_IFACE_MANAGER, "DeviceRemoved",
				 "so", device->name, path);
}

static void on_lease_added(struct lease *lease, void *userdata)
{
	struct bus *bus = userdata;

	bus_tether_watch(bus->tether, lease);
	bus_news_lease_added(bus->news, lease);
	bus_news_lease_count(bus->news);
	bus_statistics_granted(bus->broker, lease);
}

static void on_draining(bool is_draining, void *userdata)
{
	struct bus *bus = userdata;

	(void)sd_bus_emit_properties_changed(bus->connection, CCWB_PATH, CCWB_IFACE_MANAGER,
					     "Draining", NULL);
}

static void on_reloading(bool is_active, void *userdata)
{
	struct bus *bus = userdata;

	(void)sd_bus_emit_signal(bus->connection, CCWB_PATH, CCWB_IFACE_MANAGER, "Reloading", "b",
				 (int)is_active);
	if (is_active)
		bus->policies = broker_tally(bus->broker)->policies;
	else if (bus->policies != broker_tally(bus->broker)->policies)
		(void)sd_bus_emit_properties_changed(bus->connection, CCWB_PATH, CCWB_IFACE_MANAGER,
						     "PolicyGeneration", NULL);
}

static void on_lease_changed(struct lease *lease, void *userdata)
{
	struct bus *bus = userdata;

	if (lease->is_untold)
		bus_news_flush(bus->news);
	bus_lease_emit_changes(bus->connection, lease);
	if (lease->state == LEASE_REVOKING)
		bus_revoke_request(bus->connection, lease);
}

static void on_lease_removed(struct lease *lease, enum lease_end end, void *userdata)
{
	struct bus *bus = userdata;
	char device[CCW_ID_STRING_SIZE];
	_cleanup_free_ char *path = NULL;

	if (lease->is_untold)
		bus_news_flush(bus->news);
	if (end == LEASE_END_REVOKED)
		bus_revoke_done(bus->connection, lease);
	if (bus_lease_path(lease, &path) < 0)
		return;
	(void)sd_bus_emit_interfaces_removed(bus->connection, path, CCWB_IFACE_LEASE, NULL);
	(void)sd_bus_emit_signal(bus->connection, CCWB_PATH, CCWB_IFACE_MANAGER, "LeaseRemoved",
				 "ssos", lease->id, ccw_id_format(lease->device, device), path,
				 lease_end_to_string(end));
	bus_statistics_ended(bus->broker, end);
	bus_news_lease_count(bus->news);
}

static const struct listener bus_listener = {
	.device_added = on_device_added,
	.device_changed = on_device_changed,
	.device_removed = on_device_removed,
	.draining = on_draining,
	.reloading = on_reloading,
	.lease_added = on_lease_added,
	.lease_changed = on_lease_changed,
	.lease_removed = on_lease_removed,
};

int bus_new(sd_bus *connection, struct broker *broker, struct bus **ret)
{
	const struct broker_config *config = broker_config_peek(broker);
	const struct resolver_config resolver = {
		.event = config->event,
		.run = config->resolve,
		.patience_ms = config->lookup_ms,
	};
	_cleanup_(bus_freep) struct bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (!bus)
		return -ENOMEM;
	bus->connection = sd_bus_ref(connection);
	bus->broker = broker;
	r = bus_hold_new(connection, &resolver, config->question_ms, &bus->hold);
	if (r < 0)
		return r;
	broker_set_hold(broker, bus->hold);
	r = bus_turns_new(connection, bus->hold, &bus->turns);
	if (r < 0)
		return r;
	r = sd_bus_add_object_manager(connection, NULL, CCWB_PATH);
	if (r < 0)
		return r;
	r = bus_manager_register(connection, broker);
	if (r < 0)
		return r;
	r = bus_device_register(connection, broker);
	if (r < 0)
		return r;
	r = bus_lease_register(connection, broker);
	if (r < 0)
		return r;
	r = bus_job_new(connection, broker, &bus->jobs);
	if (r < 0)
		return r;
	r = bus_log_register(connection);
	if (r < 0)
		return r;
	r = bus_tether_new(connection, broker, &bus->tether);
	if (r < 0)
		return r;
	r = bus_news_new(connection, broker, &bus->news);
	if (r < 0)
		return r;
	broker_set_listener(broker, &bus_listener, bus);
	*ret = TAKE_PTR(bus);
	return 0;
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	broker_set_listener(bus->broker, NULL, NULL);
	bus_news_free(bus->news);
	broker_set_hold(bus->broker, NULL);
	bus_turns_free(bus->turns);
	bus_hold_free(bus->hold);
	bus_tether_free(bus->tether);
	bus_job_free(bus->jobs);
	sd_bus_unref(bus->connection);
	free(bus);
}

int bus_request_name(struct bus *bus)
{
	return sd_bus_request_name(bus->connection, CCWB_BUS_NAME, 0);
}
