/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the properties of the Manager: what this daemon is, can do and has.
 */
#include "bus-about.h"

#include "bus-describe.h"
#include "ignored.h"
#include "limits.h"
#include "names.h"

static int property_version(sd_bus *bus, const char *path, const char *interface,
			    const char *property, sd_bus_message *reply, void *userdata,
			    sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", PACKAGE_VERSION);
}

static int property_features(sd_bus *bus, const char *path, const char *interface,
			     const char *property, sd_bus_message *reply, void *userdata,
			     sd_bus_error *error)
{
	return sd_bus_message_append(reply, "as", 3, CCWB_FEATURE_GROUP, CCWB_FEATURE_IOMMUFD,
				     CCWB_FEATURE_PATH);
}

static int property_ignored(sd_bus *bus, const char *path, const char *interface,
			    const char *property, sd_bus_message *reply, void *userdata,
			    sd_bus_error *error)
{
	_cleanup_free_ char *ignored = NULL;
	char line[2 * CCW_ID_STRING_SIZE];
	const char *at;
	int r, n;

	r = broker_read_ignored(userdata, &ignored);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "s");
	at = ignored;
	for (n = 0; r >= 0 && n < LIMIT_IGNORED && ignored_next(&at, line); n++)
		r = sd_bus_message_append(reply, "s", line);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int property_leases_max(sd_bus *bus, const char *path, const char *interface,
			       const char *property, sd_bus_message *reply, void *userdata,
			       sd_bus_error *error)
{
	return sd_bus_message_append(reply, "u", (uint32_t)LIMIT_LEASES);
}

static int property_leases_max_per_user(sd_bus *bus, const char *path, const char *interface,
					const char *property, sd_bus_message *reply, void *userdata,
					sd_bus_error *error)
{
	return sd_bus_message_append(reply, "u", (uint32_t)LIMIT_LEASES_PER_UID);
}

static int property_draining(sd_bus *bus, const char *path, const char *interface,
			     const char *property, sd_bus_message *reply, void *userdata,
			     sd_bus_error *error)
{
	return sd_bus_message_append(reply, "b", (int)broker_is_stopping(userdata));
}

static int property_n_leases(sd_bus *bus, const char *path, const char *interface,
			     const char *property, sd_bus_message *reply, void *userdata,
			     sd_bus_error *error)
{
	return sd_bus_message_append(reply, "u", broker_count_leases(userdata));
}

static int property_policy_generation(sd_bus *bus, const char *path, const char *interface,
				      const char *property, sd_bus_message *reply, void *userdata,
				      sd_bus_error *error)
{
	return sd_bus_message_append(reply, "t", broker_tally(userdata)->policies);
}

#define EMITS SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define CONST SD_BUS_VTABLE_PROPERTY_CONST

static const sd_bus_vtable about_properties[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", property_version, 0, CONST),
	SD_BUS_PROPERTY("Features", "as", property_features, 0, CONST),
	SD_BUS_PROPERTY("Ignored", "as", property_ignored, 0, 0),
	SD_BUS_PROPERTY("LeasesMax", "u", property_leases_max, 0, CONST),
	SD_BUS_PROPERTY("LeasesMaxPerUser", "u", property_leases_max_per_user, 0, CONST),
	SD_BUS_PROPERTY("Draining", "b", property_draining, 0, EMITS),
	SD_BUS_PROPERTY("NLeases", "u", property_n_leases, 0, EMITS),
	SD_BUS_PROPERTY("PolicyGeneration", "t", property_policy_generation, 0, EMITS),
	SD_BUS_VTABLE_END,
};

int bus_about_describe(sd_bus *bus, struct broker *broker, struct json_object **ret)
{
	return bus_describe(bus, about_properties, broker, ret);
}

int bus_about_register(sd_bus *bus, struct broker *broker)
{
	return sd_bus_add_object_vtable(bus, NULL, CCWB_PATH, CCWB_IFACE_MANAGER, about_properties,
					broker);
}
