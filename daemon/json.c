/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns strict and bounded reading of JSON and the way from a value back to its line. The only file
 * that calls the tokener; knows no key of any file.
 */
#include "json.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_tokener.h>

DEFINE_CLEANUP(struct json_tokener *, json_tokener_free)

/*
 * A walk over a text that the tokener has accepted, so that every bracket is where it should be; of
 * quotes a key may have one in the others, which the tokener takes as well. It yields one event for each key and for each start of an array element.
 */
struct walk {
	const char *at;
	unsigned int line;
	unsigned int depth;
	bool is_key;	    /* the string just read is followed by a colon */
	const char *string; /* inside of its quotes, escapes untouched */
	size_t string_length;
};

static void walk_string(struct walk *walk)
{
	const char *end, *next;

	walk->string = walk->at + 1;
	for (end = walk->string; *end && *end != '"'; end++)
		if (end[0] == '\\' && end[1])
			end++;
	walk->string_length = (size_t)(end - walk->string);
	if (!*end) {
		walk->is_key = false;
		walk->at = end;
		return;
	}
	next = end + 1 + strspn(end + 1, " \t\r\n");
	walk->is_key = *next == ':';
	walk->at = end + 1;
}

/* Moves to the next string or bracket and returns '"' or the bracket; 0 at the end. */
static char walk_next(struct walk *walk)
{
	char c;

	for (;;) {
		c = *walk->at;
		switch (c) {
		case '\0':
			return 0;
		case '"':
			walk_string(walk);
			return c;
		case '\n':
			walk->line++;
			break;
		case '{':
		case '[':
			walk->depth++;
			walk->at++;
			return c;
		case '}':
		case ']':
			walk->depth--;
			walk->at++;
			return c;
		}
		walk->at++;
	}
}

static bool walk_string_is(const struct walk *walk, const char *text)
{
	return walk->string_length == strlen(text) &&
	       memcmp(walk->string, text, walk->string_length) == 0;
}

unsigned int json_line(const char *text, const char *member, size_t index, const char *key)
{
	struct walk walk = { .at = text, .line = 1 };
	unsigned int element_line = 0, member_line = 1;
	bool is_in_member = false;
	size_t elements = 0;
	char c;

	while ((c = walk_next(&walk))) {
		if (c == '"' && walk.is_key && walk.depth == 1) {
			is_in_member = walk_string_is(&walk, member);
			if (is_in_member)
				member_line = walk.line;
		}
		if (!is_in_member)
			continue;
		if (c == '{' && walk.depth == 3 && elements++ == index) {
			element_line = walk.line;
			if (!key)
				break;
		}
		if (element_line && c == '"' && walk.is_key && walk.depth == 3 &&
		    walk_string_is(&walk, key))
			return walk.line;
		if (element_line && c == '}' && walk.depth == 2)
			break;
	}
	return element_line ? element_line : member_line;
}

static size_t count_members(struct json_object *value)
{
	size_t count = 0, n;

	/* the tokener has bounded the depth, and with it this recursion */
	if (json_object_is_type(value, json_type_array)) {
		for (n = 0; n < json_object_array_length(value); n++)
			count += count_members(json_object_array_get_idx(value, n));
	} else if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member) {
			(void)key;
			count += 1 + count_members(member);
		}
	}
	return count;
}

/* The tokener keeps the last of several equal keys: fewer members than keys shows that. */
static bool has_duplicate_keys(struct json_object *object, const char *text)
{
	struct walk walk = { .at = text, .line = 1 };
	size_t keys = 0;
	char c;

	while ((c = walk_next(&walk)))
		if (c == '"' && walk.is_key)
			keys++;
	return keys != count_members(object);
}

static unsigned int line_of(const char *text, size_t offset)
{
	unsigned int line = 1;
	size_t n;

	for (n = 0; n < offset; n++)
		if (text[n] == '\n')
			line++;
	return line;
}

/* Bytes of the UTF-8 character at text, in *ret, 0 when there is none. The text ends with a NUL. */
static size_t decode(const unsigned char *text, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = *text < 0x80   ? 1
			: *text < 0xc0 ? 0
			: *text < 0xe0 ? 2
			: *text < 0xf0 ? 3
				       : 4;
	size_t n;

	if (length == 0 || *text > 0xf4)
		return 0;
	*ret = length == 1 ? *text : *text & (0x7fU >> length);
	for (n = 1; n < length; n++) {
		if ((text[n] & 0xc0) != 0x80)
			return 0;
		*ret = *ret << 6 | (text[n] & 0x3f);
	}
	if (*ret < least[length] || *ret > 0x10ffff || (*ret >= 0xd800 && *ret < 0xe000))
		return 0;
	return length;
}

/*
 * The text with each character above 127 as an escape: json-c 0.18 takes such bytes for control characters
 * where char is signed. One that follows a backslash stays, to be refused. -EBADMSG when it is no UTF-8,
 * with the bytes before that in *ret_length.
 */
static int escape(const char *text, size_t size, char **ret, size_t *ret_length)
{
	_cleanup_free_ char *escaped = malloc(size * 3 + 1);
	const char *at = text;
	bool is_quoted = false;
	char *to = escaped;
	uint32_t c = 0;
	size_t length;

	if (!escaped)
		return -ENOMEM;
	for (; *at; at += length) {
		length = decode((const unsigned char *)at, &c);
		*ret_length = (size_t)(at - text);
		if (length == 0)
			return -EBADMSG;
		if (length == 1 || is_quoted)
			to = mempcpy(to, at, length);
		else if (c >= 0x10000)
			to += sprintf(to, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10),
				      0xdc00 | (c & 0x3ff));
		else
			to += sprintf(to, "\\u%04x", c);
		is_quoted = *at == '\\' && !is_quoted;
	}
	*to = '\0';
	*ret_length = (size_t)(to - escaped);
	*ret = TAKE_PTR(escaped);
	return 0;
}

int json_parse(const char *text, size_t size, int depth, struct json_object **ret,
	       const char **ret_reason, unsigned int *ret_line)
{
	_cleanup_(json_tokener_freep) struct json_tokener *tokener = json_tokener_new_ex(depth);
	_cleanup_json_ struct json_object *object = NULL;
	_cleanup_free_ char *escaped = NULL;
	const char *reason = NULL;
	size_t end = 0;
	int r;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	if (memchr(text, '\0', size)) {
		*ret_reason = "holds a NUL byte";
		*ret_line = line_of(text, strlen(text));
		return -EBADMSG;
	}
	r = escape(text, size, &escaped, &size);
	if (r == -EBADMSG) {
		*ret_reason = "is no UTF-8";
		*ret_line = line_of(text, size);
	}
	if (r < 0)
		return r;
	if (size > INT_MAX - 1) {
		reason = "is too long";
	} else {
		/* with its NUL, so that a text that ends too early is an error */
		object = json_tokener_parse_ex(tokener, escaped, (int)size + 1);
		end = json_tokener_get_parse_end(tokener);
		if (json_tokener_get_error(tokener) != json_tokener_success)
			reason = json_tokener_error_desc(json_tokener_get_error(tokener));
		else if (end < size && end + strspn(escaped + end, " \t\r\n") != size)
			reason = "text after the end of the value";
		else if (!json_object_is_type(object, json_type_object))
			reason = "not a JSON object";
		else if (has_duplicate_keys(object, escaped))
			reason = "the same key twice in one object";
	}
	if (reason) {
		*ret_reason = reason;
		*ret_line = line_of(escaped, end < size ? end : size);
		return -EBADMSG;
	}
	*ret = TAKE_PTR(object);
	return 0;
}

static int get_member(struct json_object *object, const char *key, enum json_type type,
		      struct json_object **ret)
{
	if (!json_object_object_get_ex(object, key, ret))
		return -ENODATA;
	return json_object_is_type(*ret, type) ? 0 : -EBADMSG;
}

int json_get_string(struct json_object *object, const char *key, const char **ret)
{
	struct json_object *value;
	int r;

	r = get_member(object, key, json_type_string, &value);
	if (r < 0)
		return r;
	/* an escaped NUL would let two strings look the same to C */
	if (strlen(json_object_get_string(value)) != (size_t)json_object_get_string_len(value))
		return -EBADMSG;
	*ret = json_object_get_string(value);
	return 0;
}

int json_get_uint64(struct json_object *object, const char *key, uint64_t *ret)
{
	struct json_object *value;
	int r;

	r = get_member(object, key, json_type_int, &value);
	if (r < 0)
		return r;
	if (json_object_get_int64(value) < 0)
		return -EBADMSG;
	*ret = json_object_get_uint64(value);
	return 0;
}

int json_get_bool(struct json_object *object, const char *key, int *ret)
{
	struct json_object *value;
	int r;

	r = get_member(object, key, json_type_boolean, &value);
	if (r < 0)
		return r;
	*ret = json_object_get_boolean(value);
	return 0;
}
