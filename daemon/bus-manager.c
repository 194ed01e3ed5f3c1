/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the interface org.ccwbroker1.Manager: reads and checks arguments, looks up, passes on,
 * replies. Decides nothing.
 */
#include "bus-manager.h"

#include <errno.h>
#include <string.h>

#include "bus-about.h"
#include "authority.h"
#include "autostart.h"
#include "bus-acquire.h"
#include "bus-consent.h"
#include "bus-definition.h"
#include "bus-error.h"
#include "bus-hold.h"
#include "bus-job.h"
#include "bus-lease.h"
#include "bus-inquire.h"
#include "bus-list.h"
#include "bus-lookup.h"
#include "bus-revoke.h"
#include "bus-state.h"
#include "bus-statistics.h"
#include "bus-together.h"
#include "names.h"

#define SHOWN_BYTES 64 /* of a caller's argument in our answer */

static int method_acquire_device(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	struct ccw_id id;
	int r;

	r = bus_lookup_read_id(message, &id, &fault);
	if (r >= 0)
		r = bus_acquire(userdata, id, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

static int method_release_lease(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	const char *id;
	int r;

	r = sd_bus_message_read(message, "s", &id);
	if (r >= 0 && !lease_id_is_valid(id))
		r = fault_set(&fault, FAULT_INVALID_ARGS,
			      "\"%.*s\" is no lease id; see ccwctl leases", SHOWN_BYTES, id);
	if (r >= 0)
		r = bus_lease_release(userdata, id, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

static int method_revoke_lease(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	const char *id;
	int r;

	r = sd_bus_message_read(message, "s", &id);
	if (r >= 0 && !lease_id_is_valid(id))
		r = fault_set(&fault, FAULT_INVALID_ARGS,
			      "\"%.*s\" is no lease id; see ccwctl leases", SHOWN_BYTES, id);
	if (r >= 0)
		r = bus_revoke(userdata, id, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

/* 1: it may; 0: the message comes again when that is known. */
static int may_reload(struct broker *broker, sd_bus_message *message, struct fault *fault)
{
	struct bus_hold *hold = broker_hold(broker);
	struct subject subject;
	int r;

	r = bus_hold_subject(hold, message, &subject, fault);
	if (r > 0) {
		r = bus_consent_authorize(hold, message, &subject, CCWB_ACTION_RELOAD, NULL, fault);
		subject_deinit(&subject);
	}
	return r;
}

static int check_reload(struct broker *broker, struct fault *fault)
{
	int r;

	r = authority_check(broker_config_peek(broker)->policy_directories, fault);
	return r < 0 ? r : autostart_check_reload(broker_autostart(broker), fault);
}

static int reload_by(sd_bus_message *message, struct broker *broker, sd_bus_error *error,
		     int (*reload)(struct broker *broker, struct fault *fault))
{
	struct fault fault = {};
	int r;

	r = may_reload(broker, message, &fault);
	if (r == 0)
		return 1;
	if (r > 0)
		r = reload(broker, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	return sd_bus_reply_method_return(message, NULL);
}

static int method_reload(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return reload_by(message, userdata, error, broker_reload);
}

static int method_check_reload(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return reload_by(message, userdata, error, check_reload);
}

#define ANYBODY SD_BUS_VTABLE_UNPRIVILEGED /* the handler, or what it calls, asks who it is */

static const sd_bus_vtable manager_methods[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("ListDevices", SD_BUS_ARGS("a{sv}", filter, "t", flags),
				SD_BUS_RESULT("a(sssso)", devices), bus_list_devices, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("GetDevice", SD_BUS_ARGS("s", id), SD_BUS_RESULT("o", device),
				bus_lookup_by_id, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("GetDeviceBySubchannel", SD_BUS_ARGS("s", subchannel),
				SD_BUS_RESULT("o", device), bus_lookup_by_subchannel, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("GetDeviceByNode", SD_BUS_ARGS("s", node),
				SD_BUS_RESULT("o", device), bus_lookup_by_node, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("AcquireDevice", SD_BUS_ARGS("s", id, "a{sv}", options),
				SD_BUS_RESULT("o", lease, "a{sh}", fds, "a{sv}", info),
				method_acquire_device, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS(
		"AcquireDevices", SD_BUS_ARGS("a(sa{sv})", requests, "a{sv}", options),
		SD_BUS_RESULT("a(soa{sh}a{sv})", grants), bus_together_acquire, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("CanAcquire", SD_BUS_ARGS("s", id, "a{sv}", options),
				SD_BUS_RESULT("s", answer, "a(ss)", reasons), bus_inquire, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("ReleaseLease", SD_BUS_ARGS("s", lease, "t", flags),
				SD_BUS_NO_RESULT, method_release_lease, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("RevokeLease",
				SD_BUS_ARGS("s", lease, "s", reason, "t", timeout_usec, "t", flags),
				SD_BUS_NO_RESULT, method_revoke_lease, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("BindDevice", SD_BUS_ARGS("s", id, "s", driver, "t", flags),
				SD_BUS_RESULT("o", job), bus_job_bind, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("RestoreDevice", SD_BUS_ARGS("s", id, "t", flags),
				SD_BUS_RESULT("o", job), bus_job_restore, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("ResetDevice", SD_BUS_ARGS("s", id, "t", flags),
				SD_BUS_RESULT("o", job), bus_job_reset, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("DefineDevice",
				SD_BUS_ARGS("s", id, "a{sv}", definition, "t", flags),
				SD_BUS_NO_RESULT, bus_definition_define, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("UndefineDevice", SD_BUS_ARGS("s", id, "t", flags),
				SD_BUS_NO_RESULT, bus_definition_undefine, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("ListDefinitions", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("a(sa{sv})", definitions), bus_definition_list,
				ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("ListLeases", SD_BUS_ARGS("t", flags),
				SD_BUS_RESULT("a(ssussto)", leases), bus_list_leases, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_reload, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("CheckReload", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
				method_check_reload, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_ARGS("t", flags), SD_BUS_RESULT("s", json),
				bus_state_describe, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("DumpState", SD_BUS_NO_ARGS, SD_BUS_RESULT("h", json),
				bus_state_dump, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("GetStatistics", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", numbers),
				bus_statistics_get, ANYBODY),
	SD_BUS_SIGNAL_WITH_ARGS("DeviceNew", SD_BUS_ARGS("s", id, "o", device), 0),
	SD_BUS_SIGNAL_WITH_ARGS("DeviceRemoved", SD_BUS_ARGS("s", id, "o", device), 0),
	SD_BUS_SIGNAL_WITH_ARGS("JobNew", SD_BUS_ARGS("u", id, "o", job), 0),
	SD_BUS_SIGNAL_WITH_ARGS("JobRemoved",
				SD_BUS_ARGS("u", id, "o", job, "s", result, "(ss)", reason), 0),
	SD_BUS_SIGNAL_WITH_ARGS("LeaseNew", SD_BUS_ARGS("s", lease, "s", device_id, "o", path), 0),
	SD_BUS_SIGNAL_WITH_ARGS("LeaseRemoved",
				SD_BUS_ARGS("s", lease, "s", device_id, "o", path, "s", reason), 0),
	SD_BUS_SIGNAL_WITH_ARGS("Reloading", SD_BUS_ARGS("b", active), 0),
	SD_BUS_VTABLE_END,
};

int bus_manager_register(sd_bus *bus, struct broker *broker)
{
	int r;

	r = bus_about_register(bus, broker);
	if (r < 0)
		return r;
	return sd_bus_add_object_vtable(bus, NULL, CCWB_PATH, CCWB_IFACE_MANAGER, manager_methods,
					broker);
}
