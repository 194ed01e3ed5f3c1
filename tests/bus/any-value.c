/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what is sent in calls that make no sense, or nearly: texts that mean something somewhere, numbers
 * at the ends, fds of all kinds. Knows the types of a bus and no method.
 */
#include "any-value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "macro.h"

#define ELEMENTS_MAX 4
#define LONG_TEXT    5000

static const char *const texts[] = {
	"",
	"0.0.0580",
	"0.0.0120",
	"0.0.0580-0.0.ffff",
	"580",
	"ff.3.ffff",
	"0.0.0003",
	"/dev/null",
	"/dev/../etc/passwd",
	"ccwbroker",
	"vfio_ccw",
	"tape_34xx",
	"dasd-eckd",
	"auto",
	"group",
	"iommufd",
	"path",
	"fds",
	"connection",
	"pidfd",
	"lease-fd",
	"device",
	"container",
	"lease",
	"who",
	"iommu",
	"grant",
	"force",
	"user",
	"backend",
	"lifetime",
	"type",
	"state",
	"leased",
	"ids",
	"autostart",
	"host",
	"3490",
	"3490/50",
	"3490/*",
	"l0123456789abcdef",
	"debug",
	"info",
	"org.ccwbroker1.Manager",
	"org.ccwbroker1.Device",
	"State",
	"%s%n",
	"\x1b[31m\n",
	"\xc3\xa9",
	"../..",
};

static const char *const paths[] = {
	"/",
	"/org/ccwbroker1",
	"/org/ccwbroker1/device/_30_2e0_2e0580",
	"/org/ccwbroker1/lease/none",
};
static const char *const signatures[] = { "", "s", "a{sv}", "(ii)" };
static const char *const variants[] = { "s", "b", "u",	   "t", "d", "h",   "as",
					"y", "x", "a{sv}", "o", "v", "(sb)" };

unsigned int any_roll(struct any_dice *dice, unsigned int n)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (unsigned int)(dice->state >> 20) % n;
}

#define PICK(dice, list) ((list)[any_roll(dice, ARRAY_SIZE(list))])

static size_t container_length(const char *signature)
{
	size_t length = 1;
	unsigned int depth = 1;

	for (; depth > 0 && signature[length]; length++)
		if (strchr("({", signature[length]))
			depth++;
		else if (strchr(")}", signature[length]))
			depth--;
	return length;
}

size_t any_type_length(const char *signature)
{
	size_t arrays = strspn(signature, "a");

	if (signature[arrays] == '(' || signature[arrays] == '{')
		return arrays + container_length(signature + arrays);
	return arrays + (signature[arrays] != '\0');
}

static uint64_t any_number(struct any_dice *dice)
{
	static const uint64_t ends[] = { 0,	     0,		0,	   1,	    2,
					 3,	     255,	65535,	   1000000, INT32_MAX,
					 UINT32_MAX, INT64_MAX, UINT64_MAX };

	return any_roll(dice, 4) ? PICK(dice, ends) : dice->state;
}

static int append_text(struct any_dice *dice, sd_bus_message *message)
{
	char text[LONG_TEXT + 1];

	if (any_roll(dice, 20))
		return sd_bus_message_append_basic(message, 's', PICK(dice, texts));
	memset(text, 'x', LONG_TEXT);
	text[any_roll(dice, LONG_TEXT)] = '\0';
	text[LONG_TEXT] = '\0';
	return sd_bus_message_append_basic(message, 's', text);
}

static int append_fd(struct any_dice *dice, sd_bus_message *message)
{
	int fd =
		any_roll(dice, 2) ? open("/dev/null", O_RDWR | O_CLOEXEC) : eventfd(0, EFD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = sd_bus_message_append_basic(message, 'h', &fd); /* it has a copy */
	close(fd);
	return r;
}

static int append_basic(struct any_dice *dice, sd_bus_message *message, char type)
{
	uint64_t number = any_number(dice);
	int boolean = number & 1;

	switch (type) {
	case 's':
		return append_text(dice, message);
	case 'o':
		return sd_bus_message_append_basic(message, type, PICK(dice, paths));
	case 'g':
		return sd_bus_message_append_basic(message, type, PICK(dice, signatures));
	case 'h':
		return append_fd(dice, message);
	case 'b':
		return sd_bus_message_append_basic(message, type, &boolean);
	default:
		return sd_bus_message_append_basic(message, type, &number);
	}
}

/* Without what surrounds it. */
static void inside(const char *type, size_t length, char *ret, size_t size)
{
	snprintf(ret, size, "%.*s", (int)length - 2, type + 1);
}

static int append_array(struct any_dice *dice, sd_bus_message *message, const char *type,
			size_t length)
{
	char contents[64];
	unsigned int n;
	int r;

	snprintf(contents, sizeof(contents), "%.*s", (int)length - 1, type + 1);
	r = sd_bus_message_open_container(message, 'a', contents);
	for (n = any_roll(dice, ELEMENTS_MAX); r >= 0 && n > 0; n--)
		r = any_append(dice, message, contents);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_one(struct any_dice *dice, sd_bus_message *message, const char *type,
		      size_t length)
{
	const char *contents;
	char text[64];
	int r;

	if (*type == 'a')
		return append_array(dice, message, type, length);
	if (*type == 'v') {
		contents = PICK(dice, variants);
		r = sd_bus_message_open_container(message, 'v', contents);
		if (r >= 0)
			r = any_append(dice, message, contents);
		return r < 0 ? r : sd_bus_message_close_container(message);
	}
	if (*type != '(' && *type != '{')
		return append_basic(dice, message, *type);
	inside(type, length, text, sizeof(text));
	r = sd_bus_message_open_container(message, *type == '(' ? 'r' : 'e', text);
	if (r >= 0)
		r = any_append(dice, message, text);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

int any_append(struct any_dice *dice, sd_bus_message *message, const char *signature)
{
	size_t length;
	int r = 0;

	for (; r >= 0 && *signature; signature += length) {
		length = any_type_length(signature);
		r = append_one(dice, message, signature, length);
	}
	return r;
}

void any_signature(struct any_dice *dice, const char *signature, char *ret, size_t size)
{
	unsigned int kind = any_roll(dice, 24);

	if (kind == 0)
		snprintf(ret, size, "%s%s", signature, PICK(dice, variants));
	else if (kind == 1)
		snprintf(ret, size, "%s", signature + any_type_length(signature));
	else if (kind == 2)
		snprintf(ret, size, "%s", PICK(dice, variants));
	else
		snprintf(ret, size, "%s", signature);
}
