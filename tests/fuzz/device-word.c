// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Target: the grammar of DEV on ccwctl's command line. Whatever the bytes, each step moves on or says why
 * not, and what comes out is within the bounds that its users rely on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device-word.h"
#include "target.h"

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/* What is printed must mean the same again. */
static void require_same_again(const struct device_word *word)
{
	char first[CCW_ID_STRING_SIZE], last[CCW_ID_STRING_SIZE], text[2 * CCW_ID_STRING_SIZE];
	struct device_word again;
	const char *list = text, *why;

	snprintf(text, sizeof(text), "%s-%s", ccw_id_format(word->first, first),
		 ccw_id_format(word->last, last));
	require(device_word_next(&list, false, &again, &why) == 1, "a range can be read again");
	require(!ccw_id_compare(again.first, word->first) &&
			!ccw_id_compare(again.last, word->last),
		"a range is the same when it is read again");
}

static void require_sound(const struct device_word *word, bool is_by_path)
{
	switch (word->kind) {
	case DEVICE_WORD_RANGE:
		require(!is_by_path, "no range is a path");
		require(word->first.cssid <= CCW_ID_CSSID_MAX &&
				word->first.ssid <= CCW_ID_SSID_MAX,
			"an id is one");
		require(word->first.cssid == word->last.cssid &&
				word->first.ssid == word->last.ssid &&
				word->first.devno <= word->last.devno,
			"a range goes up within a set");
		require_same_again(word);
		break;
	case DEVICE_WORD_NODE:
		require(!is_by_path && !strncmp(word->node, "/dev/", 5) &&
				strlen(word->node) <= LIMIT_NODE_PATH_BYTES &&
				!strstr(word->node, ".."),
			"a node is below /dev");
		break;
	case DEVICE_WORD_SUBCHANNEL:
		require(word->first.ssid <= CCW_ID_SSID_MAX, "a subchannel is one");
		break;
	case DEVICE_WORD_CHANNEL_PATH:
		require(is_by_path && word->cssid <= CCW_ID_CSSID_MAX, "a channel path is one");
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_by_path = size && data[0] == '!';
	struct device_word word;
	const char *list, *before, *why;
	char *text;
	int r;

	if (is_by_path) {
		data++;
		size--;
	}
	text = strndup((const char *)data, size);
	if (!text)
		return 0;
	list = text;
	do {
		before = list;
		why = NULL;
		r = device_word_next(&list, is_by_path, &word, &why);
		require(r <= 0 || list > before, "each step moves on");
		require(r >= 0 || (why && list == before), "a mistake is named, and stood at");
		if (r > 0)
			require_sound(&word, is_by_path);
	} while (r > 0);
	require(r < 0 || !*list, "all is read");
	free(text);
	return 0;
}
