// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Target: the words of `ccwctl io`, split at blanks and line ends. They are a program with a CCW each, or
 * what is wrong is said; no word names a file here.
 */
#include <libccwbroker.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program-text.h"
#include "target.h"

#define WORDS_MAX 64

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *error = NULL, *word;
	struct ccwb_program *program = NULL;
	const char *words[WORDS_MAX];
	unsigned int n = 0;
	int r;

	if (!text)
		return 0;
	while (n < WORDS_MAX && (word = strsep(&rest, " \n")))
		words[n++] = word;
	if (!n || strchr(text, '@') || memchr(data, '@', size)) {
		free(text);
		return 0;
	}
	r = program_text_parse(words, n, &program, &error);
	require((r >= 0) == (program != NULL), "there is a program, or an error");
	require((r < 0) == (error && *error), "an error has words, and no program has");
	if (program)
		require(ccwb_program_count(program) == n, "a word is a CCW");
	ccwb_program_free(program);
	free(error);
	free(text);
	return 0;
}
