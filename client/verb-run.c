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
#include <limits.h>
#include <string.h>

#include "call.h"
#include "command.h"
#include "grant.h"
#include "inquiry.h"
#include "limits.h"
#include "selection.h"
#include "show.h"

#define RUN_DEVICES_MAX 64

/* Where sd_listen_fds(3) begins */
#define LISTEN_FD_FIRST 3

struct run {
	struct ccwb_lease *leases[RUN_DEVICES_MAX];
	unsigned int n;
};

static void run_free(struct run *run)
{
	for (unsigned int i = 0; i < run->n; i++)
		run->leases[i] = ccwb_lease_free(run->leases[i]);
	free(run);
}
DEFINE_CLEANUP(struct run *, run_free)

/* The fds that there are, in their order, each of one lease; taken from it when it is handed on. */
struct handed {
	int fds[RUN_DEVICES_MAX * GRANT_FDS];
	unsigned int n;
};

/* The command's name in printable ASCII, which the broker accepts in any case */
static void default_who(const char *command, char who[static LIMIT_WHO_BYTES + 1])
{
	snprintf(who, LIMIT_WHO_BYTES + 1, "ccwctl run %s", basename(command));
	for (; *who; who++)
		if (*who < 0x20 || *who > 0x7e)
			*who = '?';
}

static enum exit_code acquire_all(struct ccwb_connection *connection, const struct options *options,
				  const struct arguments *arguments,
				  const struct selection *selection, struct run *run)
{
	char who[LIMIT_WHO_BYTES + 1];
	enum exit_code code;

	default_who(arguments->command[0], who);
	for (unsigned int i = 0; i < selection_count(selection); i++) {
		code = grant_acquire(connection, selection_get(selection, i), options, who,
				     &run->leases[run->n]);
		if (code)
			return code;
		run->n++;
	}
	return EXIT_CODE_OK;
}

/* The devices that were acquired go back before we say that one was not to be had. */
static void give_back_all(struct run *run)
{
	while (run->n > 0) {
		run->n--;
		if (grant_give_back(run->leases[run->n]))
			continue; /* has complained itself, the others go back all the same */
	}
}

/* Puts the numbers that the fds are to have into the command's words. */
static enum exit_code expand(sd_bus *bus, const struct run *run, char **command)
{
	struct command_fd fds[RUN_DEVICES_MAX * GRANT_FDS];
	unsigned int n = 0;

	for (unsigned int i = 0; i < run->n; i++)
		for (unsigned int fd = 0; fd < GRANT_FDS; fd++)
			if (ccwb_lease_fd(run->leases[i], fd) >= 0)
				fds[n++] = (struct command_fd){
					.device = ccwb_lease_device(run->leases[i]),
					.name = grant_fd_to_string(fd),
				};
	return command_expand(bus, command, fds, n, LISTEN_FD_FIRST);
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
		for (unsigned int fd = 0; fd < GRANT_FDS; fd++) {
			if (ccwb_lease_fd(run->leases[i], fd) < 0)
				continue;
			fprintf(out, "%s%s/%s", separator, ccwb_lease_device(run->leases[i]),
				grant_fd_to_string(fd));
			separator = ":";
		}
	if (fclose(out) < 0)
		return NULL;
	return TAKE_PTR(text);
}

static int set_environment(const char *names, unsigned int n)
{
	char pid[32], count[32];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	snprintf(count, sizeof(count), "%u", n);
	if (setenv("LISTEN_PID", pid, 1) < 0 || setenv("LISTEN_FDS", count, 1) < 0 ||
	    setenv("LISTEN_FDNAMES", names, 1) < 0)
		return -errno;
	/* newer systemd compares this one too when an outer service manager has set it for us */
	(void)unsetenv("LISTEN_PIDFDID"); /* fails for malformed names only */
	return 0;
}

static void take_fds(const struct run *run, struct handed *handed)
{
	for (unsigned int i = 0; i < run->n; i++)
		for (unsigned int fd = 0; fd < GRANT_FDS; fd++)
			if (ccwb_lease_fd(run->leases[i], fd) >= 0)
				handed->fds[handed->n++] = ccwb_lease_take_fd(run->leases[i], fd);
}

/* Puts the fds in a row from 3 on and closes everything else above. */
static int place_fds(struct handed *handed)
{
	const int first = LISTEN_FD_FIRST, n = (int)handed->n;

	/* first all out of the way, so that none is overwritten while it is still needed */
	for (int i = 0; i < n; i++) {
		int moved = fcntl(handed->fds[i], F_DUPFD_CLOEXEC, first + n);

		if (moved < 0)
			return -errno;
		(void)macro_close(handed->fds[i]); /* replaced by its copy */
		handed->fds[i] = moved;
	}
	for (int i = 0; i < n; i++)
		if (dup2(handed->fds[i], first + i) < 0)
			return -errno;
	if (close_range((unsigned int)(first + n), ~0U, 0) < 0)
		return -errno;
	return 0;
}

/* Returns only when the command could not be started. */
static enum exit_code execute(const struct run *run, char **command)
{
	_cleanup_free_ char *names = fd_names(run);
	struct handed handed = {};
	int r;

	take_fds(run, &handed); /* they end with the command or with us */
	r = names ? set_environment(names, handed.n) : -ENOMEM;
	if (r >= 0)
		r = place_fds(&handed);
	if (r < 0) {
		call_complain("cannot prepare %s: %s", command[0], strerror(-r));
		return EXIT_CODE_RUN_FAILED;
	}
	execvp(command[0], command);
	r = errno;
	call_complain("cannot run %s: %s", command[0], strerror(r));
	return r == ENOENT ? EXIT_CODE_RUN_NOT_FOUND : EXIT_CODE_RUN_CANNOT_EXECUTE;
}

/* As execvp(3) would. */
static enum exit_code find_command(const char *command)
{
	enum exit_code code = EXIT_CODE_RUN_NOT_FOUND;
	const char *paths = getenv("PATH");
	char path[PATH_MAX];

	if (strchr(command, '/'))
		return access(command, X_OK) >= 0 ? EXIT_CODE_OK
		       : errno == ENOENT	  ? EXIT_CODE_RUN_NOT_FOUND
						  : EXIT_CODE_RUN_CANNOT_EXECUTE;
	while (paths && *paths) {
		size_t length = strcspn(paths, ":");

		snprintf(path, sizeof(path), "%.*s%s%s", (int)length, paths, length ? "/" : "",
			 command);
		if (access(path, X_OK) >= 0)
			return EXIT_CODE_OK;
		if (errno == EACCES)
			code = EXIT_CODE_RUN_CANNOT_EXECUTE;
		paths += length + (paths[length] == ':');
	}
	return code;
}

/* In the order in which they would be acquired, up to the first that is not to be had. */
static enum exit_code rehearse(sd_bus *bus, const struct options *options,
			       const struct selection *selection, const char *command)
{
	enum exit_code code = EXIT_CODE_OK;

	for (unsigned int i = 0; !code && i < selection_count(selection); i++)
		code = inquiry_rehearse(bus, selection_get(selection, i), options,
					options->by_path == 1);
	if (code)
		return code == EXIT_CODE_FAILURE ? EXIT_CODE_RUN_FAILED : code;
	code = find_command(command);
	if (code)
		call_complain("cannot run %s: %s", command,
			      strerror(code == EXIT_CODE_RUN_NOT_FOUND ? ENOENT : EACCES));
	else
		show_line(stdout, "would run %s", command);
	return code;
}

/* Returns only when the command could not be started; then what was acquired is back. */
static enum exit_code carry_out(sd_bus *bus, const struct options *options,
				const struct arguments *arguments,
				const struct selection *selection)
{
	_cleanup_(ccwb_connection_freep) struct ccwb_connection *connection = NULL;
	_cleanup_(run_freep) struct run *run = calloc(1, sizeof(*run));
	enum exit_code code;

	if (!run) {
		call_complain("out of memory");
		return EXIT_CODE_RUN_FAILED;
	}
	code = grant_confirm(options, selection_get(selection, 0), selection_count(selection));
	if (!code)
		code = grant_connect(bus, &connection);
	if (!code)
		code = acquire_all(connection, options, arguments, selection, run);
	if (!code)
		code = expand(bus, run, arguments->command);
	if (!code)
		return execute(run, arguments->command);
	give_back_all(run);
	return code == EXIT_CODE_FAILURE ? EXIT_CODE_RUN_FAILED : code;
}

enum exit_code verb_run(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(selection_freep) struct selection *selection = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	enum exit_code code;

	_Static_assert(RUN_DEVICES_MAX * GRANT_FDS < 1000, "must fit in a usual RLIMIT_NOFILE");
	code = selection_open(&row_run, options, arguments->words, arguments->n_words,
			      RUN_DEVICES_MAX, &bus, &selection);
	if (code)
		return code == EXIT_CODE_FAILURE ? EXIT_CODE_RUN_FAILED : code;
	return options->dry_run ? rehearse(bus, options, selection, arguments->command[0])
				: carry_out(bus, options, arguments, selection);
}
