/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from the properties of an object to JSON. It reads them through the same functions
 * as the bus does, so that there is nothing to keep in step; knows no property.
 */
#include "bus-describe.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "names.h"

#define NAME_SIZE  64
#define JSON_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static int read_value(sd_bus_message *message, struct json_object **ret);

static struct json_object *from_text(const char *text)
{
	return *text && strcmp(text, CCWB_PATH_NONE) != 0 ? json_object_new_string(text) : NULL;
}

static int read_basic(sd_bus_message *message, char type, struct json_object **ret)
{
	union {
		const char *s;
		int b;
		uint8_t y;
		uint32_t u;
		int32_t i;
		uint64_t t;
		int64_t x;
	} value;
	int r;

	r = sd_bus_message_read_basic(message, type, &value);
	if (r < 0)
		return r;
	switch (type) {
	case SD_BUS_TYPE_STRING:
	case SD_BUS_TYPE_OBJECT_PATH:
		*ret = from_text(value.s);
		return 0;
	case SD_BUS_TYPE_BOOLEAN:
		*ret = json_object_new_boolean(value.b);
		break;
	case SD_BUS_TYPE_BYTE:
		*ret = json_object_new_int(value.y);
		break;
	case SD_BUS_TYPE_UINT32:
		*ret = json_object_new_int64(value.u);
		break;
	case SD_BUS_TYPE_INT32:
		*ret = json_object_new_int(value.i);
		break;
	case SD_BUS_TYPE_UINT64:
		*ret = json_object_new_uint64(value.t);
		break;
	case SD_BUS_TYPE_INT64:
		*ret = json_object_new_int64(value.x);
		break;
	default:
		return -EOPNOTSUPP; /* no property of ours has such a type */
	}
	return *ret ? 0 : -ENOMEM;
}

/* The elements up to the end of the container; both arrays and structures are arrays in JSON. */
static int read_elements(sd_bus_message *message, struct json_object *array)
{
	struct json_object *value;
	int r;

	while ((r = sd_bus_message_at_end(message, false)) == 0) {
		r = read_value(message, &value);
		if (r < 0)
			return r;
		if (json_object_array_add(array, value) < 0) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	return r < 0 ? r : 0;
}

static int read_dict(sd_bus_message *message, struct json_object *object)
{
	struct json_object *value;
	const char *key;
	int r;

	while ((r = sd_bus_message_enter_container(message, 'e', NULL)) > 0) {
		r = sd_bus_message_read(message, "s", &key);
		if (r >= 0)
			r = read_value(message, &value);
		if (r >= 0 && json_object_object_add(object, key, value) < 0) {
			json_object_put(value);
			r = -ENOMEM;
		}
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
		if (r < 0)
			return r;
	}
	return r;
}

static int read_container(sd_bus_message *message, char type, const char *contents,
			  struct json_object **ret)
{
	_cleanup_json_ struct json_object *object = NULL;
	bool is_dict = type == SD_BUS_TYPE_ARRAY && *contents == '{';
	int r;

	r = sd_bus_message_enter_container(message, type, contents);
	if (r < 0)
		return r;
	if (type == SD_BUS_TYPE_VARIANT) {
		r = read_value(message, &object);
	} else {
		object = is_dict ? json_object_new_object() : json_object_new_array();
		if (!object)
			return -ENOMEM;
		r = is_dict ? read_dict(message, object) : read_elements(message, object);
	}
	if (r < 0)
		return r;
	r = sd_bus_message_exit_container(message);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(object);
	return 0;
}

/* As deep as the signatures of our own properties, which are not anybody else's to choose. */
static int read_value(sd_bus_message *message, struct json_object **ret)
{
	const char *contents;
	char type;
	int r;

	r = sd_bus_message_peek_type(message, &type, &contents);
	if (r < 0)
		return r;
	return contents ? read_container(message, type, contents, ret)
			: read_basic(message, type, ret);
}

/* "DeviceType" is "device_type", "OwnerUID" is "owner_uid", "NLeases" is "n_leases". */
static const char *make_key(const char *property, char key[NAME_SIZE])
{
	size_t n, length = 0;

	for (n = 0; property[n] && length + 2 < NAME_SIZE; n++) {
		if (n && isupper((unsigned char)property[n]) &&
		    (islower((unsigned char)property[n - 1]) ||
		     islower((unsigned char)property[n + 1])))
			key[length++] = '_';
		key[length++] = (char)tolower((unsigned char)property[n]);
	}
	key[length] = '\0';
	return key;
}

static int read_property(sd_bus *bus, const sd_bus_vtable *entry, void *userdata,
			 struct json_object **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	int r;

	/* it goes nowhere: a message is what the getter writes into */
	r = sd_bus_message_new_signal(bus, &message, CCWB_PATH, CCWB_IFACE_MANAGER, "Describe");
	if (r < 0)
		return r;
	r = entry->x.property.get(bus, CCWB_PATH, CCWB_IFACE_MANAGER, entry->x.property.member,
				  message, userdata, NULL);
	if (r >= 0)
		r = sd_bus_message_seal(message, 1, 0);
	if (r >= 0)
		r = sd_bus_message_rewind(message, true);
	return r < 0 ? r : read_value(message, ret);
}

int bus_describe(sd_bus *bus, const sd_bus_vtable *vtable, void *userdata, struct json_object **ret)
{
	_cleanup_json_ struct json_object *object = json_object_new_object();
	const sd_bus_vtable *entry;
	struct json_object *value;
	char key[NAME_SIZE];
	int r;

	if (!object)
		return -ENOMEM;
	for (entry = vtable; entry->type != _SD_BUS_VTABLE_END; entry++) {
		if (entry->type != _SD_BUS_VTABLE_PROPERTY)
			continue;
		r = read_property(bus, entry, userdata, &value);
		if (r < 0)
			return r;
		if (json_object_object_add(object, make_key(entry->x.property.member, key), value) <
		    0) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	*ret = TAKE_PTR(object);
	return 0;
}

int bus_describe_reply(sd_bus_message *message, struct json_object *object_take)
{
	_cleanup_json_ struct json_object *object = object_take;
	const char *text = json_object_to_json_string_ext(object, JSON_FLAGS);

	return text ? sd_bus_reply_method_return(message, "s", text) : -ENOMEM;
}

int bus_describe_reply_fd(sd_bus_message *message, struct json_object *object_take)
{
	_cleanup_json_ struct json_object *object = object_take;
	_cleanup_close_ int fd = memfd_create("ccwbroker-state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const char *text;
	size_t length;
	ssize_t n;

	if (fd < 0)
		return -errno;
	text = json_object_to_json_string_length(object, JSON_FLAGS, &length);
	if (!text)
		return -ENOMEM;
	for (; length > 0; text += n, length -= (size_t)n) {
		n = write(fd, text, length);
		if (n < 0)
			return -errno;
	}
	/* whoever gets it must not change what another one reads */
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return sd_bus_reply_method_return(message, "h", fd);
}
