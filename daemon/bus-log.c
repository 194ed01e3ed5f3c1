/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the interface org.freedesktop.LogControl1, as systemctl(1) knows it. Only the privileged may
 * set anything: sd-bus asks for that where nothing else is said.
 */
#include "bus-log.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "names.h"

#define SHOWN_BYTES 64 /* of a caller's argument in our answer */

/* By number, as syslog(3) has them. */
static const char *const levels[] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
};

#define GETTER(name, value)                                                                        \
	static int property_##name(sd_bus *bus, const char *path, const char *interface,           \
				   const char *property, sd_bus_message *reply, void *userdata,    \
				   sd_bus_error *error)                                            \
	{                                                                                          \
		return sd_bus_message_append(reply, "s", value);                                   \
	}

GETTER(level, levels[log_get_max_level()])
GETTER(target, log_get_target())
GETTER(identifier, log_get_program())

static int set_level(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *value, void *userdata, sd_bus_error *error)
{
	const char *level;
	size_t n;
	int r;

	r = sd_bus_message_read(value, "s", &level);
	if (r < 0)
		return r;
	for (n = 0; n < ARRAY_SIZE(levels); n++)
		if (strcmp(levels[n], level) == 0) {
			log_set_max_level((int)n);
			return 0;
		}
	return sd_bus_error_setf(error, CCWB_ERROR_INVALID_ARGS,
				 "there is no log level \"%.*s\"; they go from emerg to debug",
				 SHOWN_BYTES, level);
}

static int set_target(sd_bus *bus, const char *path, const char *interface, const char *property,
		      sd_bus_message *value, void *userdata, sd_bus_error *error)
{
	const char *target;
	int r;

	r = sd_bus_message_read(value, "s", &target);
	if (r < 0)
		return r;
	if (log_set_target(target) < 0)
		return sd_bus_error_setf(error, CCWB_ERROR_INVALID_ARGS,
					 "the log cannot go to \"%.*s\"; it can go to \"journal\" "
					 "or \"console\" (standard error)",
					 SHOWN_BYTES, target);
	return 0;
}

static const sd_bus_vtable log_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_WRITABLE_PROPERTY("LogLevel", "s", property_level, set_level, 0, 0),
	SD_BUS_WRITABLE_PROPERTY("LogTarget", "s", property_target, set_target, 0, 0),
	SD_BUS_PROPERTY("SyslogIdentifier", "s", property_identifier, 0, 0),
	SD_BUS_VTABLE_END,
};

int bus_log_register(sd_bus *bus)
{
	return sd_bus_add_object_vtable(bus, NULL, CCWB_PATH_LOG, CCWB_IFACE_LOG, log_vtable, NULL);
}
