/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl run`: a command with devices as file descriptors, as sd_listen_fds_with_names(3)
 * reads them.
 *
 * The command takes ccwctl's place by exec, with no parent left in between: LISTEN_PID is right
 * by nature, signals and exit status need no forwarding, and nothing holds the lease longer than
 * the command and those it gives the fds to.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "call.h"
#include "grant.h"
#include "limits.h"
#include "selection.h"

#define RUN_DEVICES_MAX 64

/* Where sd_listen_fds(3) begins */
#define LISTEN_FD_FIRST 3

struct run {
	struct grant *grants[RUN_DEVICES_MAX];
	unsigned int n;
};

static void run_free(struct run *run)
{
	for (unsigned int i = 0; i < run->n; i++)
		grant_free(run->grants[i]);
	free(run);
}
DEFINE_CLEANUP(struct run *, run_free)

/* The command's name in printable ASCII, which the broker accepts in any case */
static void default_who(const char *command, char who[static LIMIT_WHO_BYTES + 1])
{
	snprintf(who, LIMIT_WHO_BYTES + 1, "ccwctl run %s", basename(command));
	for (; *who; who++)
		if (*who < 0x20 || *who > 0x7e)
			*who = '?';
}

static enum exit_code acquire_all(sd_bus *bus, const struct options *options,
				  const struct arguments *arguments,
				  const struct selection *selection, struct run *run)
{
	char who[LIMIT_WHO_BYTES + 1];
	const struct grant_wish wish = {
		.who = options->who ? options->who : who,
		.iommu = options->iommu,
		.backend = options->backend,
		.force = options->force,
		.by_path = options->by_path,
	};
	enum exit_code code;

	default_who(arguments->command[0], who);
	for (unsigned int i = 0; i < selection_count(selection); i++) {
		code = grant_acquire(bus, selection_get(selection, i), &wish, &run->grants[run->n]);
		if (code)
			return code;
		run->n++;
	}
	return EXIT_CODE_OK;
}

/* The devices that were acquired go back before we say that one was not to be had. */
static void give_back_all(sd_bus *bus, struct run *run)
{
	while (run->n > 0) {
		run->n--;
		if (grant_give_back(bus, run->grants[run->n]))
			continue; /* has complained itself, the others go back all the same */
	}
}

/* The fds that there are, in their order; the array is the caller's. */
static unsigned int list_fds(const struct run *run,
			     int *fds[static RUN_DEVICES_MAX * _GRANT_FD_MAX])
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < run->n; i++)
		for (unsigned int fd = 0; fd < _GRANT_FD_MAX; fd++)
			if (run->grants[i]->fds[fd] >= 0)
				fds[n++] = &run->grants[i]->fds[fd];
	return n;
}

static char *fd_names(const struct run *run)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *separator = "";

	if (!out)
		return NULL;
	for (unsigned int i = 0; i < run->n; i++)
		for (unsigned int fd = 0; fd < _GRANT_FD_MAX; fd++) {
			if (run->grants[i]->fds[fd] < 0)
				continue;
			fprintf(out, "%s%s/%s", separator, run->grants[i]->id,
				grant_fd_to_string(fd));
			separator = ":";
		}
	if (fclose(out) < 0)
		return NULL;
	return TAKE_PTR(text);
}

static int set_environment(const struct run *run)
{
	int *fds[RUN_DEVICES_MAX * _GRANT_FD_MAX];
	_cleanup_free_ char *names = fd_names(run);
	char pid[32], count[32];

	if (!names)
		return -ENOMEM;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	snprintf(count, sizeof(count), "%u", list_fds(run, fds));
	if (setenv("LISTEN_PID", pid, 1) < 0 || setenv("LISTEN_FDS", count, 1) < 0 ||
	    setenv("LISTEN_FDNAMES", names, 1) < 0)
		return -errno;
	/* newer systemd compares this one too when an outer service manager has set it for us */
	(void)unsetenv("LISTEN_PIDFDID"); /* fails for malformed names only */
	return 0;
}

/* Puts the fds in a row from 3 on and closes everything else above. */
static int place_fds(const struct run *run)
{
	int *fds[RUN_DEVICES_MAX * _GRANT_FD_MAX];
	const int first = LISTEN_FD_FIRST, n = (int)list_fds(run, fds);

	/* first all out of the way, so that none is overwritten while it is still needed */
	for (int i = 0; i < n; i++) {
		int moved = fcntl(*fds[i], F_DUPFD_CLOEXEC, first + n);

		if (moved < 0)
			return -errno;
		(void)macro_close(*fds[i]); /* replaced by its copy */
		*fds[i] = moved;
	}
	for (int i = 0; i < n; i++)
		if (dup2(*fds[i], first + i) < 0)
			return -errno;
	if (close_range((unsigned int)(first + n), ~0U, 0) < 0)
		return -errno;
	return 0;
}

/* Returns only when the command could not be started. */
static enum exit_code execute(const struct run *run, char **command)
{
	int r;

	r = set_environment(run);
	if (r >= 0)
		r = place_fds(run);
	if (r < 0) {
		call_complain("cannot prepare %s: %s", command[0], strerror(-r));
		return EXIT_CODE_RUN_FAILED;
	}
	execvp(command[0], command);
	r = errno;
	call_complain("cannot run %s: %s", command[0], strerror(r));
	return r == ENOENT ? EXIT_CODE_RUN_NOT_FOUND : EXIT_CODE_RUN_CANNOT_EXECUTE;
}

enum exit_code verb_run(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(selection_freep) struct selection *selection = NULL;
	_cleanup_(run_freep) struct run *run = NULL;
	sd_bus *bus = NULL;
	enum exit_code code;

	_Static_assert(RUN_DEVICES_MAX * _GRANT_FD_MAX < 1000, "must fit in a usual RLIMIT_NOFILE");
	code = selection_new(&row_run, options, arguments->words, arguments->n_words,
			     RUN_DEVICES_MAX, &selection);
	if (code)
		return code;
	run = calloc(1, sizeof(*run));
	if (!run) {
		call_complain("out of memory");
		return EXIT_CODE_RUN_FAILED;
	}
	code = call_open(&bus);
	if (code)
		return code;
	code = selection_resolve(selection, bus);
	if (!code)
		code = acquire_all(bus, options, arguments, selection, run);
	if (code)
		give_back_all(bus, run);
	sd_bus_flush_close_unref(bus);
	if (code)
		return code == EXIT_CODE_FAILURE ? EXIT_CODE_RUN_FAILED : code;
	return execute(run, arguments->command);
}
