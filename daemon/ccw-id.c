/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the written form of a channel device's name, cssid.ssid.devno. Refuses to know whether
 * such a device exists.
 */
#include "ccw-id.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Takes 1 to digits hexadecimal digits from *text, which is moved behind them. */
static int hex_take(const char **text, unsigned int digits, unsigned int *ret)
{
	unsigned int value = 0, n;

	for (n = 0; n < digits && hex_value(**text) >= 0; n++)
		value = value * 16 + (unsigned int)hex_value(*(*text)++);
	if (n == 0 || hex_value(**text) >= 0)
		return -EINVAL;
	*ret = value;
	return 0;
}

static int id_take(const char **text, struct ccw_id *ret)
{
	unsigned int cssid = 0, ssid = 0, devno;
	int r;

	if (strchr(*text, '.')) {
		r = hex_take(text, 2, &cssid);
		if (r < 0 || cssid > CCW_ID_CSSID_MAX || *(*text)++ != '.')
			return -EINVAL;
		r = hex_take(text, 1, &ssid);
		if (r < 0 || ssid > CCW_ID_SSID_MAX || *(*text)++ != '.')
			return -EINVAL;
	}
	r = hex_take(text, 4, &devno);
	if (r < 0)
		return r;
	*ret = (struct ccw_id){ (uint8_t)cssid, (uint8_t)ssid, (uint16_t)devno };
	return 0;
}

int ccw_id_parse(const char *text, struct ccw_id *ret)
{
	struct ccw_id id;
	int r;

	r = id_take(&text, &id);
	if (r < 0)
		return r;
	if (*text != '\0')
		return -EINVAL;
	*ret = id;
	return 0;
}

int ccw_id_parse_range(const char *text, struct ccw_id *ret_first, struct ccw_id *ret_last)
{
	const char *dash = strchr(text, '-');
	char first_text[CCW_ID_STRING_SIZE];
	struct ccw_id first, last;
	int r;

	if (!dash) {
		r = ccw_id_parse(text, &first);
		if (r < 0)
			return r;
		*ret_first = *ret_last = first;
		return 0;
	}
	if ((size_t)(dash - text) >= sizeof(first_text))
		return -EINVAL;
	memcpy(first_text, text, (size_t)(dash - text));
	first_text[dash - text] = '\0';
	r = ccw_id_parse(first_text, &first);
	if (r < 0)
		return r;
	r = ccw_id_parse(dash + 1, &last);
	if (r < 0)
		return r;
	if (first.cssid != last.cssid || first.ssid != last.ssid || first.devno > last.devno)
		return -EINVAL;
	*ret_first = first;
	*ret_last = last;
	return 0;
}

/* By hand: this is done a dozen times for each acquisition, and printf takes ten times as long. */
const char *ccw_id_format(struct ccw_id id, char buffer[static CCW_ID_STRING_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *at = buffer;
	int shift;

	if (id.cssid > 0xf)
		*at++ = digits[id.cssid >> 4];
	*at++ = digits[id.cssid & 0xf];
	*at++ = '.';
	*at++ = digits[id.ssid & 0xf];
	*at++ = '.';
	for (shift = 12; shift >= 0; shift -= 4)
		*at++ = digits[id.devno >> shift & 0xf];
	*at = '\0';
	return buffer;
}

int ccw_id_compare(struct ccw_id a, struct ccw_id b)
{
	if (a.cssid != b.cssid)
		return a.cssid - b.cssid;
	if (a.ssid != b.ssid)
		return a.ssid - b.ssid;
	return a.devno - b.devno;
}

bool ccw_id_is_in_range(struct ccw_id id, struct ccw_id first, struct ccw_id last)
{
	return ccw_id_compare(first, id) <= 0 && ccw_id_compare(id, last) <= 0;
}
