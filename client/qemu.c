/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns QEMU's words for channel devices. Knows neither the broker nor whether the words will be
 * used.
 */
#include "qemu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* QEMU's own channel subsystem, which a guest sees as 0. */
#define GUEST_CSSID 0xfe

#define IOMMUFD_ID "ccwbroker"

const char *qemu_guest_number(const char *id, char buffer[static CCW_ID_STRING_SIZE])
{
	struct ccw_id number;

	*buffer = '\0';
	if (ccw_id_parse(id, &number) < 0 || number.cssid != 0)
		return buffer;
	number.cssid = GUEST_CSSID;
	return ccw_id_format(number, buffer);
}

char *qemu_device_value(const char *id, struct qemu_way way)
{
	char number[CCW_ID_STRING_SIZE], *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (way.by_vfio_ccw)
		fprintf(out, "vfio-ccw,id=ccw-%s,sysfsdev={sysfs:%s}", id, id);
	else
		fprintf(out, "vfio-ccw,id=ccw-%s,sysfsdev=/sys/bus/ccw/devices/%s", id, id);
	if (way.by_iommufd)
		fprintf(out, ",iommufd=" IOMMUFD_ID ",fd={device-fd:%s}", id);
	if (*qemu_guest_number(id, number))
		fprintf(out, ",devno=%s", number);
	return fclose(out) < 0 ? NULL : text;
}

static char *iommufd_value(const char *id)
{
	char *text;

	return asprintf(&text, "iommufd,id=" IOMMUFD_ID ",fd={iommufd-fd:%s}", id) < 0 ? NULL
										       : text;
}

static bool add(char **words, size_t *n, const char *option, char *value)
{
	char *name = strdup(option);

	if (!name || !value) {
		free(name);
		free(value);
		return false;
	}
	words[(*n)++] = name;
	words[(*n)++] = value;
	return true;
}

char **qemu_words(const char *const *ids, size_t n, struct qemu_way way)
{
	char **words = calloc(2 * (n + 1) + 1, sizeof(*words));
	bool is_good = words;
	size_t at = 0;

	if (is_good && way.by_iommufd)
		is_good = add(words, &at, "-object", iommufd_value(ids[0]));
	for (size_t i = 0; is_good && i < n; i++)
		is_good = add(words, &at, "-device", qemu_device_value(ids[i], way));
	return is_good ? words : qemu_free_words(words);
}

char **qemu_free_words(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
	return NULL;
}
