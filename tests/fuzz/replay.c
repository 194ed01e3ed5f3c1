// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Runs a target once for each file and each file in a directory named, or for all of its corpus: that
 * as a test, with any compiler. Without files it fails: nothing would have been tested.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "target.h"

#define INPUT_MAX 65536

static unsigned int nrun;

static int replay_file(const char *path)
{
	static uint8_t buf[INPUT_MAX];
	uint8_t *exact;
	size_t len;
	FILE *f;

	f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return -1;
	}
	len = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	/* a buffer of just this size, so that a read past the end is seen */
	exact = malloc(len ? len : 1);
	if (!exact)
		return -1;
	for (size_t i = 0; i < len; i++)
		exact[i] = buf[i];
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	nrun++;
	return 0;
}

static int replay_directory(const char *path)
{
	struct dirent *entry;
	char name[4096];
	int r = 0;
	DIR *dir;

	dir = opendir(path);
	if (!dir) {
		perror(path);
		return -1;
	}
	while (r == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		r = replay_file(name);
	}
	closedir(dir);
	return r;
}

static int replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return replay_directory(path);
	return replay_file(path);
}

static int replay_corpus(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", top ? top : ".", TARGET);
	return replay_directory(path);
}

int main(int argc, char **argv)
{
	int i, r = 0;

	if (argc == 1)
		r = replay_corpus();
	for (i = 1; i < argc && r == 0; i++)
		r = replay(argv[i]);
	if (r)
		return EXIT_FAILURE;
	printf("%u inputs\n", nrun);
	return nrun ? EXIT_SUCCESS : EXIT_FAILURE;
}
