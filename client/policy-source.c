/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from what the command line names to a policy that has been read. The daemon's own code
 * reads it, so that the two never differ; knows no rule.
 */
#include <string.h>
#include <sys/stat.h>

#include "call.h"
#include "config.h"
#include "policy-source.h"

struct paths {
	const char *files[POLICY_SOURCE_PATHS_MAX + 1];
	const char *directories[POLICY_SOURCE_PATHS_MAX + 1];
	size_t n_files;
	size_t n_directories;
};

static void sort_path(struct paths *paths, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		paths->directories[paths->n_directories++] = path;
	else
		paths->files[paths->n_files++] = path; /* one that is not there will be said so */
}

enum exit_code policy_source_load(char *const *paths, size_t n_paths, struct policy **ret)
{
	struct paths sorted = {};
	struct fault fault = {};
	int r;

	for (size_t i = 0; i < n_paths && i < POLICY_SOURCE_PATHS_MAX; i++)
		sort_path(&sorted, paths[i]);
	r = config_load_with(sorted.n_files ? sorted.files : NULL,
			     sorted.n_directories ? sorted.directories : config_directories, ret,
			     &fault);
	if (r >= 0)
		return EXIT_CODE_OK;
	if (fault.code == FAULT_NONE) {
		call_complain("cannot read the policy: %s", strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	call_complain("%s", fault.text);
	return EXIT_CODE_INVALID;
}
