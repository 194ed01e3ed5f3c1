/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the grammar of DEV on the command line. Refuses to know whether there are such devices: it takes
 * bytes and gives numbers, so that a fuzzer can have it alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device-word.h"

/* "0.0.0580-0.0.058f" with two "0x" and a NUL has fewer; what is longer is none */
#define ITEM_SIZE 32

static const char why_id[] =
	"is no device id such as 0.0.0580 or 0580, no range such as 580-58f, and no node such as "
	"/dev/dasda";
static const char why_path[] =
	"is no subchannel such as 0.0.0003 and no channel path such as 0.40, which --by-path wants";
static const char why_empty[] = "has an empty place; write it without one, as 580,590";
static const char why_down[] = "goes down; a range begins with its lowest id, as 580-58f";
static const char why_sets[] =
	"is a range over two subchannel sets; give one range for each, with a comma between";
static const char why_node[] =
	"is no node: those begin with /dev/, have at most 255 bytes and no \"..\"";

/* An id; one without dots is of the set of set. */
static int parse_id(const char *text, struct ccw_id set, struct ccw_id *ret)
{
	bool is_short = !strchr(text, '.');
	struct ccw_id id;
	int r;

	if (is_short && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	r = ccw_id_parse(text, &id);
	if (r < 0)
		return r;
	if (is_short) {
		id.cssid = set.cssid;
		id.ssid = set.ssid;
	}
	*ret = id;
	return 0;
}

static int parse_range(char *item, struct device_word *word, const char **ret_why)
{
	char *dash = strchr(item, '-');

	word->kind = DEVICE_WORD_RANGE;
	if (dash)
		*dash++ = '\0';
	*ret_why = why_id;
	if (parse_id(item, (struct ccw_id){}, &word->first) < 0)
		return -EINVAL;
	word->last = word->first;
	if (!dash)
		return 0;
	if (parse_id(dash, word->first, &word->last) < 0)
		return -EINVAL;
	*ret_why = why_sets;
	if (word->first.cssid != word->last.cssid || word->first.ssid != word->last.ssid)
		return -EINVAL;
	*ret_why = why_down;
	return word->first.devno > word->last.devno ? -EINVAL : 0;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* One or two digits up to end, which is passed. */
static int take_byte(const char **text, char end, uint8_t *ret)
{
	int first = hex_digit(**text), second;

	if (first < 0)
		return -EINVAL;
	(*text)++;
	second = hex_digit(**text);
	if (second >= 0)
		(*text)++;
	if (**text != end)
		return -EINVAL;
	*text += end != '\0';
	*ret = (uint8_t)(second < 0 ? first : first * 16 + second);
	return 0;
}

static int parse_channel_path(const char *text, struct device_word *word)
{
	int r;

	word->kind = DEVICE_WORD_CHANNEL_PATH;
	if (!strncmp(text, "chp", 3))
		text += 3;
	r = take_byte(&text, '.', &word->cssid);
	if (r < 0 || word->cssid > CCW_ID_CSSID_MAX)
		return -EINVAL;
	return take_byte(&text, '\0', &word->chpid);
}

static int parse_by_path(const char *text, struct device_word *word)
{
	word->kind = DEVICE_WORD_SUBCHANNEL;
	if (parse_id(text, (struct ccw_id){}, &word->first) >= 0)
		return 0;
	return parse_channel_path(text, word);
}

static int parse_node(const char *text, size_t length, struct device_word *word)
{
	word->kind = DEVICE_WORD_NODE;
	if (length > LIMIT_NODE_PATH_BYTES)
		return -EINVAL;
	memcpy(word->node, text, length);
	word->node[length] = '\0';
	if (strncmp(word->node, "/dev/", 5) || !word->node[5] || strstr(word->node, ".."))
		return -EINVAL;
	return 0;
}

static int parse(const char *text, size_t length, bool is_by_path, struct device_word *word,
		 const char **ret_why)
{
	static const char subchannel[] = "schid:";
	char item[ITEM_SIZE];

	*ret_why = why_empty;
	if (!length)
		return -EINVAL;
	*ret_why = why_node;
	if (*text == '/' && !is_by_path)
		return parse_node(text, length, word);
	*ret_why = is_by_path ? why_path : why_id;
	if (length >= sizeof(item))
		return -EINVAL;
	memcpy(item, text, length);
	item[length] = '\0';
	if (is_by_path)
		return parse_by_path(item, word);
	if (strncmp(item, subchannel, strlen(subchannel)) != 0)
		return parse_range(item, word, ret_why);
	word->kind = DEVICE_WORD_SUBCHANNEL;
	return parse_id(item + strlen(subchannel), (struct ccw_id){}, &word->first);
}

int device_word_next(const char **list, bool is_by_path, struct device_word *ret,
		     const char **ret_why)
{
	size_t length = strcspn(*list, ",");
	struct device_word word = {};
	const char *why;
	int r;

	if (!length && !(*list)[length])
		return 0;
	r = parse(*list, length, is_by_path, &word, &why);
	/* a comma is followed by an item */
	if (r >= 0 && (*list)[length] && !(*list)[length + 1]) {
		why = why_empty;
		r = -EINVAL;
	}
	if (r < 0) {
		*ret_why = why;
		return r;
	}
	*list += length + ((*list)[length] == ',');
	*ret = word;
	return 1;
}
