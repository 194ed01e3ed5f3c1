/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the interface org.ccwbroker1.Lease: one object for each lease that clients know of.
 */
#include "bus-lease.h"

#include <errno.h>
#include <string.h>

#include "bus-describe.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-hold.h"
#include "bus-revoke.h"
#include "names.h"
#include "statistics.h"
#include "text.h"

int bus_lease_path(const struct lease *lease, char **ret)
{
	return sd_bus_path_encode(CCWB_PATH_LEASE, lease->id, ret);
}

int bus_lease_release(struct broker *broker, const char *id, sd_bus_message *message,
		      struct fault *fault)
{
	uint64_t flags;
	uid_t uid;
	int r;

	r = bus_dict_read_flags_of(message, CCWB_FLAG_DRY_RUN, &flags, fault);
	if (r < 0)
		return r;
	r = bus_hold_uid(broker_hold(broker), message, &uid, fault);
	if (r <= 0)
		return r;
	r = broker_release(broker, id, uid, flags & CCWB_FLAG_DRY_RUN, fault);
	if (r < 0)
		return r;
	return sd_bus_reply_method_return(message, NULL);
}

static int method_release(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const struct lease *lease = userdata;
	sd_bus_slot *slot = sd_bus_get_current_slot(sd_bus_message_get_bus(message));
	struct fault fault = {};
	int r;

	r = bus_lease_release(sd_bus_slot_get_userdata(slot), lease->id, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

static int method_revoke(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const struct lease *lease = userdata;
	sd_bus_slot *slot = sd_bus_get_current_slot(sd_bus_message_get_bus(message));
	struct fault fault = {};
	int r;

	r = bus_revoke(sd_bus_slot_get_userdata(slot), lease->id, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

#define PROPERTY(name, type, value)                                                                \
	static int property_##name(sd_bus *bus, const char *path, const char *interface,           \
				   const char *property, sd_bus_message *reply, void *userdata,    \
				   sd_bus_error *error)                                            \
	{                                                                                          \
		const struct lease *lease = userdata;                                              \
                                                                                                   \
		return sd_bus_message_append(reply, type, value);                                  \
	}

PROPERTY(id, "s", lease->id)
PROPERTY(owner_uid, "u", (uint32_t)lease->uid)
PROPERTY(owner_pid, "u", (uint32_t)lease->pid)
PROPERTY(owner_user, "s", lease->user)
PROPERTY(who, "s", lease->who)
PROPERTY(since, "t", lease->since)
PROPERTY(owner_unit, "s", lease->unit)
PROPERTY(profile, "s", lease->profile)
PROPERTY(rule, "s", lease->rule)
PROPERTY(backend, "s", backend_kind_to_string(lease->backend.kind))
PROPERTY(lifetime, "s", lifetime_to_string(lease->tether.lifetime))
PROPERTY(state, "s", lease_state_to_string(lease->state))

static int property_lifetime_pid(sd_bus *bus, const char *path, const char *interface,
				 const char *property, sd_bus_message *reply, void *userdata,
				 sd_bus_error *error)
{
	const struct tether *tether = &((struct lease *)userdata)->tether;
	uint32_t pid = tether->lifetime == LIFETIME_PIDFD ? (uint32_t)tether->process.pid : 0;

	return sd_bus_message_append(reply, "u", pid);
}

static int property_device(sd_bus *bus, const char *path, const char *interface,
			   const char *property, sd_bus_message *reply, void *userdata,
			   sd_bus_error *error)
{
	const struct lease *lease = userdata;
	char name[CCW_ID_STRING_SIZE];
	_cleanup_free_ char *device = NULL;
	int r;

	r = sd_bus_path_encode(CCWB_PATH_DEVICE, ccw_id_format(lease->device, name), &device);
	if (r < 0)
		return r;
	return sd_bus_message_append(reply, "o", device);
}

#define EMITS SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define CONST SD_BUS_VTABLE_PROPERTY_CONST

static const sd_bus_vtable lease_properties[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Id", "s", property_id, 0, CONST),
	SD_BUS_PROPERTY("Device", "o", property_device, 0, CONST),
	SD_BUS_PROPERTY("OwnerUID", "u", property_owner_uid, 0, CONST),
	SD_BUS_PROPERTY("OwnerPID", "u", property_owner_pid, 0, CONST),
	SD_BUS_PROPERTY("OwnerUser", "s", property_owner_user, 0, CONST),
	SD_BUS_PROPERTY("OwnerUnit", "s", property_owner_unit, 0, CONST),
	SD_BUS_PROPERTY("Lifetime", "s", property_lifetime, 0, CONST),
	SD_BUS_PROPERTY("LifetimePID", "u", property_lifetime_pid, 0, CONST),
	SD_BUS_PROPERTY("Who", "s", property_who, 0, CONST),
	SD_BUS_PROPERTY("Profile", "s", property_profile, 0, CONST),
	SD_BUS_PROPERTY("Rule", "s", property_rule, 0, CONST),
	SD_BUS_PROPERTY("Backend", "s", property_backend, 0, CONST),
	SD_BUS_PROPERTY("Since", "t", property_since, 0, CONST),
	SD_BUS_PROPERTY("State", "s", property_state, 0, EMITS),
	SD_BUS_SIGNAL_WITH_ARGS("RevokeRequested",
				SD_BUS_ARGS("s", reason, "t", deadline_monotonic_usec), 0),
	SD_BUS_SIGNAL_WITH_ARGS("Revoked", SD_BUS_ARGS("s", reason), 0),
	SD_BUS_VTABLE_END,
};

int bus_lease_describe(sd_bus *bus, struct lease *lease, struct json_object **ret)
{
	return bus_describe(bus, lease_properties, lease, ret);
}

static int method_describe(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct json_object *object;
	struct fault fault = {};
	int r;

	r = bus_dict_read_flags(message, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	r = bus_lease_describe(sd_bus_message_get_bus(message), userdata, &object);
	return r < 0 ? r : bus_describe_reply(message, object);
}

static int reply_statistics(sd_bus_message *message, const struct statistics *statistics)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	size_t n;
	int r;

	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{st}");
	for (n = 0; r >= 0 && n < statistics->count; n++)
		r = sd_bus_message_append(reply, "{st}", statistics->entries[n].name,
					  statistics->entries[n].value);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

static int method_get_statistics(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const struct lease *lease = userdata;
	sd_bus_slot *slot = sd_bus_get_current_slot(sd_bus_message_get_bus(message));
	struct statistics statistics;
	struct fault fault = {};
	int r;

	r = bus_dict_read_flags(message, &fault);
	if (r >= 0)
		r = statistics_read(broker_sysfs(sd_bus_slot_get_userdata(slot)), lease->device,
				    &lease->backend, &statistics, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : reply_statistics(message, &statistics);
}

/* Of a lease's fds, all but this one are for who was given them, and the daemon has no copy. */
static int check_fd_name(const char *name, struct fault *fault)
{
	if (strcmp(name, CCWB_FD_LEASE) == 0)
		return 0;
	return fault_set(fault, FAULT_INVALID_ARGS,
			 "name \"%.*s\" is not \"" CCWB_FD_LEASE
			 "\", the only fd to be had again: the "
			 "others are given out once, by AcquireDevice",
			 LIMIT_WHO_BYTES, name);
}

static int method_get_file_descriptor(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const struct lease *lease = userdata;
	sd_bus_slot *slot = sd_bus_get_current_slot(sd_bus_message_get_bus(message));
	struct broker *broker = sd_bus_slot_get_userdata(slot);
	_cleanup_close_ int fd = -1;
	struct fault fault = {};
	const char *name;
	uid_t uid;
	int r;

	r = sd_bus_message_read(message, "s", &name);
	if (r >= 0)
		r = check_fd_name(name, &fault);
	if (r >= 0)
		r = bus_hold_uid(broker_hold(broker), message, &uid, &fault);
	if (r > 0)
		r = broker_reopen(broker, lease->id, uid, &fd, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	if (fd < 0)
		return 1;				     /* message comes again */
	return sd_bus_reply_method_return(message, "h", fd); /* which has a copy of its own */
}

static const sd_bus_vtable lease_methods[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Release", SD_BUS_ARGS("t", flags), SD_BUS_NO_RESULT,
				method_release, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Revoke", SD_BUS_ARGS("s", reason, "t", timeout_usec, "t", flags),
				SD_BUS_NO_RESULT, method_revoke, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetStatistics", SD_BUS_ARGS("t", flags),
				SD_BUS_RESULT("a{st}", numbers), method_get_statistics,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetFileDescriptor", SD_BUS_ARGS("s", name), SD_BUS_RESULT("h", fd),
				method_get_file_descriptor, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_ARGS("t", flags), SD_BUS_RESULT("s", json),
				method_describe, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

void bus_lease_emit_changes(sd_bus *bus, const struct lease *lease)
{
	_cleanup_free_ char *path = NULL;

	if (bus_lease_path(lease, &path) < 0)
		return;
	/* who misses a signal can still ask */
	(void)sd_bus_emit_properties_changed(bus, path, CCWB_IFACE_LEASE, "State", NULL);
}

static int find(sd_bus *bus, const char *path, const char *interface, void *userdata,
		void **ret_found, sd_bus_error *error)
{
	_cleanup_free_ char *id = NULL;
	struct lease *lease;
	int r;

	r = sd_bus_path_decode(path, CCWB_PATH_LEASE, &id);
	if (r <= 0)
		return r;
	lease = broker_find_lease(userdata, id);
	if (!lease)
		return 0;
	*ret_found = lease;
	return 1;
}

static int enumerate(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes,
		     sd_bus_error *error)
{
	_cleanup_(text_list_freep) char **nodes =
		calloc(broker_count_leases(userdata) + 1, sizeof(*nodes));
	struct lease *lease = NULL;
	size_t n = 0;
	int r;

	if (!nodes)
		return -ENOMEM;
	while ((lease = broker_next_lease(userdata, lease))) {
		r = bus_lease_path(lease, &nodes[n++]);
		if (r < 0)
			return r;
	}
	*ret_nodes = TAKE_PTR(nodes);
	return 0;
}

int bus_lease_register(sd_bus *bus, struct broker *broker)
{
	int r;

	r = sd_bus_add_fallback_vtable(bus, NULL, CCWB_PATH_LEASE, CCWB_IFACE_LEASE,
				       lease_properties, find, broker);
	if (r < 0)
		return r;
	r = sd_bus_add_fallback_vtable(bus, NULL, CCWB_PATH_LEASE, CCWB_IFACE_LEASE, lease_methods,
				       find, broker);
	if (r < 0)
		return r;
	return sd_bus_add_node_enumerator(bus, NULL, CCWB_PATH_LEASE, enumerate, broker);
}
