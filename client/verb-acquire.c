/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl acquire`: devices for programs that open them by path, as long as a process lives or
 * as ccwctl holds them.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "grant.h"
#include "help.h"
#include "inquiry.h"
#include "limits.h"
#include "loan.h"
#include "selection.h"
#include "show.h"
#include "vigil.h"

#define DEVICES_MAX 64

struct acquisition {
	struct loan *loans[DEVICES_MAX];
	size_t n;
	pid_t pid; /* whose end is the leases'; 0: ours, by --hold */
	int pidfd;
	char name[64]; /* of that process, for people; "": not known */
};

static void acquisition_deinit(struct acquisition *acquisition)
{
	for (size_t i = 0; i < acquisition->n; i++)
		loan_free(acquisition->loans[i]);
	macro_close(acquisition->pidfd);
}

/* The shell, or whatever has started us, unless another one is named. */
static enum exit_code find_process(const struct options *options, struct acquisition *acquisition)
{
	char *end, path[64];
	long pid = getppid();
	FILE *file;

	if (options->pid) {
		errno = 0;
		pid = strtol(options->pid, &end, 10);
		if (errno || *end || end == options->pid || pid < 1 || pid != (pid_t)pid) {
			call_complain("--pid: \"%s\" is not the number of a process", options->pid);
			return help_usage(&row_acquire);
		}
	} else if (pid <= 1) {
		call_complain(
			"who has started this has ended; name a process with --pid, or use --hold");
		return EXIT_CODE_FAILURE;
	}
	acquisition->pid = (pid_t)pid;
	acquisition->pidfd = (int)syscall(SYS_pidfd_open, acquisition->pid, 0);
	if (acquisition->pidfd < 0) {
		call_complain("cannot hang a lease on process %ld: %s", pid, strerror(errno));
		return errno == ESRCH ? EXIT_CODE_NOT_FOUND : EXIT_CODE_FAILURE;
	}
	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	file = fopen(path, "re");
	if (file && fgets(acquisition->name, sizeof(acquisition->name), file))
		acquisition->name[strcspn(acquisition->name, "\n")] = '\0';
	if (file)
		(void)fclose(file); /* only read from */
	return EXIT_CODE_OK;
}

static enum exit_code give_back(sd_bus *bus, struct acquisition *acquisition)
{
	enum exit_code code = EXIT_CODE_OK;

	for (size_t i = 0; i < acquisition->n; i++) {
		struct loan *loan = TAKE_PTR(acquisition->loans[i]);
		enum exit_code failed = loan ? loan_give_back(bus, loan) : EXIT_CODE_OK;

		code = code ? code : failed;
	}
	return code;
}

/* All or none. */
static enum exit_code acquire_all(sd_bus *bus, const struct options *options,
				  const struct selection *selection,
				  struct acquisition *acquisition)
{
	const struct loan_wish wish = {
		.who = options->who ? options->who : "ccwctl acquire",
		.backend = options->backend,
		.force = options->force,
		.pidfd_peek = acquisition->pidfd,
	};
	enum exit_code code;

	for (unsigned int i = 0; i < selection_count(selection); i++) {
		code = loan_acquire(bus, selection_get(selection, i), &wish,
				    &acquisition->loans[acquisition->n]);
		if (code) {
			(void)give_back(bus, acquisition); /* complains itself */
			return code;
		}
		acquisition->n++;
	}
	return EXIT_CODE_OK;
}

static struct json_object *to_json(const struct acquisition *acquisition)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < acquisition->n; i++) {
		const struct loan *loan = acquisition->loans[i];
		struct json_object *row = json_object_new_object();

		if (!row || json_object_array_add(array, row) < 0) {
			json_object_put(row);
			json_object_put(array);
			return NULL;
		}
		json_object_object_add(row, "device", json_object_new_string(loan->id));
		json_object_object_add(row, "lease", json_object_new_string(loan->lease));
		json_object_object_add(row, "vfio_path", json_object_new_string(loan->vfio_path));
		json_object_object_add(row, "pid",
				       acquisition->pid ? json_object_new_int(acquisition->pid)
							: NULL);
	}
	return array;
}

static enum exit_code print_table(const struct acquisition *acquisition, bool no_legend)
{
	static const char *const headings[] = { "DEVICE", "LEASE", "NODE", NULL };
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	int r;

	r = show_table_new(headings, &table);
	for (size_t i = 0; r >= 0 && i < acquisition->n; i++) {
		const struct loan *loan = acquisition->loans[i];

		r = show_table_add(table, loan->id);
		if (r >= 0)
			r = show_table_add(table, loan->lease);
		if (r >= 0)
			r = show_table_add(table, loan->vfio_path);
	}
	if (r < 0) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	show_table_print(table, stdout, no_legend);
	return EXIT_CODE_OK;
}

static void say_what_to_do(const struct acquisition *acquisition)
{
	if (!acquisition->pid)
		call_complain("held until Ctrl-C, or the end of standard input");
	else
		call_complain("until process %d (%s) ends, or: ccwctl release %s",
			      (int)acquisition->pid,
			      *acquisition->name ? acquisition->name : "of another user",
			      acquisition->loans[0]->lease);
}

static enum exit_code print(const struct options *options, const struct acquisition *acquisition)
{
	enum exit_code code = EXIT_CODE_OK;

	if (options->json)
		code = show_json(stdout, to_json(acquisition), options->json);
	else if (!options->quiet)
		code = print_table(acquisition, options->no_legend);
	for (size_t i = 0; options->quiet && !options->json && i < acquisition->n; i++)
		puts(acquisition->loans[i]->lease);
	if (!code && fflush(stdout))
		code = EXIT_CODE_FAILURE;
	if (!options->quiet && !options->json)
		say_what_to_do(acquisition);
	return code;
}

/* Up to the first that is not to be had. */
static enum exit_code rehearse(sd_bus *bus, const struct options *options,
			       const struct selection *selection,
			       const struct acquisition *acquisition)
{
	enum exit_code code = EXIT_CODE_OK;

	for (unsigned int i = 0; !code && i < selection_count(selection); i++)
		code = inquiry_rehearse(bus, selection_get(selection, i), options, true);
	if (!code && acquisition->pid)
		show_line(stdout, "would be had until process %d ends", (int)acquisition->pid);
	else if (!code)
		show_line(stdout, "would be held");
	return code;
}

static enum exit_code carry_out(sd_bus *bus, const struct options *options,
				const struct selection *selection, struct acquisition *acquisition)
{
	enum exit_code code, given_back;

	code = grant_confirm(options, selection_get(selection, 0), selection_count(selection));
	if (!code)
		code = acquire_all(bus, options, selection, acquisition);
	if (!code)
		code = print(options, acquisition);
	if (code || !options->hold)
		return code;
	code = vigil_keep(bus, acquisition->loans, acquisition->n);
	given_back = give_back(bus, acquisition);
	return code ? code : given_back;
}

enum exit_code verb_acquire(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(acquisition_deinit) struct acquisition acquisition = { .pidfd = -1 };
	_cleanup_(selection_freep) struct selection *selection = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	enum exit_code code;

	if (options->hold && options->pid) {
		call_complain("--hold and --pid exclude each other");
		return help_usage(&row_acquire);
	}
	code = selection_new(&row_acquire, options, arguments->words, arguments->n_words,
			     DEVICES_MAX, &selection);
	if (!code && !options->hold)
		code = find_process(options, &acquisition);
	if (!code)
		code = call_open(&bus);
	if (!code)
		code = selection_resolve(selection, bus);
	if (code)
		return code;
	return options->dry_run ? rehearse(bus, options, selection, &acquisition)
				: carry_out(bus, options, selection, &acquisition);
}
