/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what may be shown to people and sent in a bus message: printable UTF-8. Knows nothing of
 * where a text comes from.
 */
#include "text.h"

#include <string.h>
#include <time.h>

#include <stddef.h>
#include <stdint.h>

/* Length of the printable UTF-8 character at text, 0 when there is none. */
static size_t character_length(const unsigned char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length, n;
	uint32_t value;

	if (text[0] < 0x80)
		return text[0] >= 0x20 && text[0] != 0x7f ? 1 : 0;
	if ((text[0] & 0xe0) == 0xc0)
		length = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		length = 3;
	else if ((text[0] & 0xf8) == 0xf0)
		length = 4;
	else
		return 0;
	value = text[0] & (0x7fu >> length);
	for (n = 1; n < length; n++) {
		if ((text[n] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[n] & 0x3f);
	}
	if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	/* C1 controls, the two separators that end a line, and what turns the writing direction */
	if (value < 0xa0 || (value >= 0x2028 && value <= 0x202e) ||
	    (value >= 0x2066 && value <= 0x2069))
		return 0;
	return length;
}

size_t text_character_length(const char *text)
{
	return character_length((const unsigned char *)text);
}

bool text_is_printable(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length;

	while (*at) {
		length = character_length(at);
		if (length == 0)
			return false;
		at += length;
	}
	return true;
}

void text_sanitize(char *text)
{
	unsigned char *at = (unsigned char *)text;
	size_t length;

	while (*at) {
		length = character_length(at);
		if (length == 0)
			*at = '?';
		at += length ? length : 1;
	}
}

void text_list_free(char **list)
{
	char **at;

	for (at = list; at && *at; at++)
		free(*at);
	free(list);
}

const char *text_format_time(uint64_t monotonic, char buffer[static TEXT_TIME_SIZE])
{
	struct timespec now;
	time_t then;
	struct tm tm;

	clock_gettime(CLOCK_MONOTONIC, &now);
	then = time(NULL) - (now.tv_sec - (time_t)(monotonic / 1000000));
	if (!localtime_r(&then, &tm) || strftime(buffer, TEXT_TIME_SIZE, "%T", &tm) == 0)
		strcpy(buffer, "?");
	return buffer;
}
