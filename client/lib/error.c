/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how a failure is told to the library's caller: number, D-Bus name, sentence. Knows which errno
 * stands for which error of the broker; nothing is kept here.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "error.h"
#include "names.h"

static const struct {
	const char *name; /* one that ends in '.' stands for all that begin so */
	int number;
} numbers[] = {
	{ CCWB_ERROR_INVALID_ARGS, -EINVAL },
	{ CCWB_ERROR_ACCESS_DENIED, -EACCES },
	{ CCWB_ERROR_INTERACTION_REQUIRED, -EACCES },
	{ CCWB_ERROR_NOT_LEASE_HOLDER, -EACCES },
	{ CCWB_ERROR_NO_SUCH_DEVICE, -ENODEV },
	{ CCWB_ERROR_NO_SUCH_LEASE, -ENODEV },
	{ CCWB_ERROR_DEVICE_LEASED, -EBUSY },
	{ CCWB_ERROR_DEVICE_IN_USE, -EBUSY },
	{ CCWB_ERROR_OPERATION_IN_PROGRESS, -EAGAIN },
	{ CCWB_ERROR_DEVICE_GONE, -ENXIO },
	{ CCWB_ERROR_DEVICE_BOXED, -ENXIO },
	{ CCWB_ERROR_DEVICE_NOT_OPERATIONAL, -ENXIO },
	{ CCWB_ERROR_UNSUPPORTED_DEVICE, -EOPNOTSUPP },
	{ CCWB_ERROR_NOT_SUPPORTED, -EOPNOTSUPP },
	{ CCWB_ERROR_LIMITS_EXCEEDED, -E2BIG },
	{ SD_BUS_ERROR_NO_MEMORY, -ENOMEM },
	{ SD_BUS_ERROR_SERVICE_UNKNOWN, -ENOTCONN },
	{ SD_BUS_ERROR_NAME_HAS_NO_OWNER, -ENOTCONN },
	{ SD_BUS_ERROR_NO_REPLY, -ENOTCONN },
	{ SD_BUS_ERROR_NO_SERVER, -ENOTCONN },
	{ SD_BUS_ERROR_DISCONNECTED, -ENOTCONN },
	{ "org.freedesktop.DBus.Error.Spawn.", -ENOTCONN },
	{ "org.freedesktop.systemd1.", -ENOTCONN },
};

static int number_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		size_t length = strlen(numbers[i].name);

		if (!strncmp(name, numbers[i].name, length) &&
		    (numbers[i].name[length - 1] == '.' || !name[length]))
			return numbers[i].number;
	}
	return -EIO;
}

int error_set(struct ccwb_error *ret, int number, const char *format, ...)
{
	va_list args;

	if (!ret)
		return number;
	memset(ret, 0, sizeof(*ret));
	ret->number = number;
	va_start(args, format);
	(void)vsnprintf(ret->text, sizeof(ret->text), format, args); /* what is too long is cut */
	va_end(args);
	return number;
}

int error_set_bus(struct ccwb_error *ret, const char *what, int r, const sd_bus_error *error)
{
	_cleanup_(sd_bus_error_free) sd_bus_error own = SD_BUS_ERROR_NULL;
	const char *text;
	int number;

	if (!error || !sd_bus_error_is_set(error)) {
		(void)sd_bus_error_set_errno(&own, r); /* gives r back */
		error = &own;
	}
	text = error->message && *error->message ? error->message : error->name;
	number = error == &own ? r : number_of(error->name);
	if (number == -ECONNRESET || number == -ETIMEDOUT || number == -EPIPE)
		number = -ENOTCONN;
	if (number == -ENOTCONN)
		(void)error_set(
			ret, number,
			"cannot reach the broker: %s; is ccwbrokerd running? systemctl start ccwbrokerd",
			text);
	else
		(void)error_set(ret, number, "cannot %s: %s", what, text);
	if (ret)
		(void)snprintf(ret->name, sizeof(ret->name), "%s", error->name);
	return number;
}
