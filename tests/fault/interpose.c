// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Owns the way of a program's calls to the C library: each is counted, and one of them fails. The names
 * are the library's, found before its own because the program itself has them. Knows nothing of who
 * calls, nor what must follow.
 */
#include "interpose.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#define EARLY_BYTES 65536
#define FRAMES	    24

const int *interpose_exempt;
static struct interpose *control;
static bool is_tried; /* this process */
static bool is_tracing;
static bool is_in_trace;

static const struct {
	const char *name;
	int error;
} kinds[_INTERPOSE_KIND_MAX] = {
	[INTERPOSE_ALLOC] = { "alloc", ENOMEM },   [INTERPOSE_OPEN] = { "open", EMFILE },
	[INTERPOSE_READ] = { "read", EIO },	   [INTERPOSE_WRITE] = { "write", ENOSPC },
	[INTERPOSE_NAME] = { "name", ENOSPC },	   [INTERPOSE_FORK] = { "fork", EAGAIN },
	[INTERPOSE_SOCKET] = { "socket", EMFILE }, [INTERPOSE_SEND] = { "send", ENOBUFS },
	[INTERPOSE_EVENT] = { "event", ENOMEM },
};

const char *interpose_kind_to_string(enum interpose_kind kind)
{
	return kinds[kind].name;
}

static void trace(enum interpose_kind kind)
{
	void *frames[FRAMES];

	is_in_trace = true;
	dprintf(STDERR_FILENO, "interpose: %s fails\n", kinds[kind].name);
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES), STDERR_FILENO);
	is_in_trace = false;
}

static bool strikes(enum interpose_kind kind)
{
	unsigned int n;

	if (!is_tried || is_in_trace || (interpose_exempt && *interpose_exempt) ||
	    !atomic_load(&control->is_on))
		return false;
	n = atomic_fetch_add(&control->counts[kind], 1);
	if ((int)kind != control->kind || n != control->nth)
		return false;
	atomic_store(&control->has_struck, true);
	if (is_tracing)
		trace(kind);
	errno = kinds[kind].error;
	return true;
}

/* ---- for the sanitizers of who is tried ---- */

/*
 * json-c 0.16 loses what it has of a text, and of a key, when it has no memory for more, and so does setlocale: the leaks that are
 * not ours. They are told apart by who allocates, which needs whole stacks.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:json_object_object_add\nleak:json_tokener_parse_ex\nleak:setlocale\n";
}

/* ---- for a test ---- */

struct interpose *interpose_share(const char *path)
{
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;

	if (path && (fd < 0 || ftruncate(fd, sizeof(*control)) < 0))
		return NULL;
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE,
		       MAP_SHARED | (path ? 0 : MAP_ANONYMOUS), fd, 0);
	if (fd >= 0)
		close(fd);
	is_tracing = getenv("CCWB_INTERPOSE_TRACE") != NULL;
	if (control == MAP_FAILED)
		control = NULL;
	return control;
}

void interpose_arm(struct interpose *interpose, enum interpose_kind kind, unsigned int nth)
{
	int n;

	for (n = 0; n < _INTERPOSE_KIND_MAX; n++)
		atomic_store(&interpose->counts[n], 0);
	atomic_store(&interpose->has_struck, false);
	interpose->kind = kind;
	interpose->nth = nth;
	atomic_store(&interpose->is_on, true);
}

bool interpose_disarm(struct interpose *interpose)
{
	atomic_store(&interpose->is_on, false);
	return atomic_load(&interpose->has_struck);
}

/* Of a program that is started to be tried. By the kernel's own calls: it is early. */
static void __attribute__((constructor)) begin(void)
{
	const char *path = getenv(INTERPOSE_ENVIRONMENT);
	long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
	void *memory;

	if (fd < 0)
		return;
	memory = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	(void)syscall(SYS_close, fd);
	if (memory == MAP_FAILED)
		return;
	control = memory;
	is_tracing = getenv("CCWB_INTERPOSE_TRACE") != NULL;
	is_tried = true;
}

/* ---- the library's names ---- */

/* The next one of that name, found once. Its finding may itself allocate. */
#define NEXT(function)                                                                             \
	static __typeof__(function) *next;                                                         \
	if (!next)                                                                                 \
		*(void **)&next = dlsym(RTLD_NEXT, #function);

#define STRIKE(kind, value)                                                                        \
	do {                                                                                       \
		if (strikes(kind))                                                                 \
			return value;                                                              \
	} while (0)

/* NAME(parameters), of that type, which fails as its kind does with value. */
#define INTERPOSED(kind, type, value, name, parameters, arguments)                                 \
	type name parameters;                                                                      \
	type name parameters                                                                       \
	{                                                                                          \
		NEXT(name)                                                                         \
		STRIKE(kind, value);                                                               \
		return next arguments;                                                             \
	}

static unsigned char early[EARLY_BYTES];
static size_t n_early;

/* What is asked for while the library's own are being looked for; never given back. */
static void *early_alloc(size_t size)
{
	void *memory = early + n_early;

	n_early += (size + 15) / 16 * 16;
	return n_early <= sizeof(early) ? memory : NULL;
}

static bool is_early(const void *memory)
{
	return (uintptr_t)memory - (uintptr_t)early < sizeof(early);
}

void *malloc(size_t size)
{
	static void *(*next)(size_t);
	static bool is_looking;

	if (!next && is_looking)
		return early_alloc(size);
	if (!next) {
		is_looking = true;
		*(void **)&next = dlsym(RTLD_NEXT, "malloc");
	}
	STRIKE(INTERPOSE_ALLOC, NULL);
	return next(size);
}

void *calloc(size_t n, size_t size)
{
	static void *(*next)(size_t, size_t);
	static bool is_looking;

	if (!next && is_looking)
		return early_alloc(n * size);
	if (!next) {
		is_looking = true;
		*(void **)&next = dlsym(RTLD_NEXT, "calloc");
	}
	STRIKE(INTERPOSE_ALLOC, NULL);
	return next(n, size);
}

void *realloc(void *memory, size_t size)
{
	NEXT(realloc)
	STRIKE(INTERPOSE_ALLOC, NULL);
	return next(memory, size);
}

/* What the looking itself gives back is lost. */
void free(void *memory)
{
	static void (*next)(void *);
	static bool is_looking;

	if (!next && is_looking)
		return;
	if (!next) {
		is_looking = true;
		*(void **)&next = dlsym(RTLD_NEXT, "free");
	}
	if (!is_early(memory))
		next(memory);
}

/* A sanitizer's own would not come by malloc. */
char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}

char *strndup(const char *text, size_t size)
{
	size_t length = strnlen(text, size);
	char *copy = malloc(length + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

INTERPOSED(INTERPOSE_ALLOC, void *, NULL, reallocarray, (void *memory, size_t n, size_t size),
	   (memory, n, size))

#define OPENED(name)                                                                               \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		mode_t mode;                                                                       \
		va_list args;                                                                      \
                                                                                                   \
		NEXT(name)                                                                         \
		va_start(args, flags);                                                             \
		mode = va_arg(args, mode_t);                                                       \
		va_end(args);                                                                      \
		STRIKE(INTERPOSE_OPEN, -1);                                                        \
		return next(path, flags, mode);                                                    \
	}
#define OPENED_AT(name)                                                                            \
	int name(int dir_fd, const char *path, int flags, ...)                                     \
	{                                                                                          \
		mode_t mode;                                                                       \
		va_list args;                                                                      \
                                                                                                   \
		NEXT(name)                                                                         \
		va_start(args, flags);                                                             \
		mode = va_arg(args, mode_t);                                                       \
		va_end(args);                                                                      \
		STRIKE(INTERPOSE_OPEN, -1);                                                        \
		return next(dir_fd, path, flags, mode);                                            \
	}
OPENED(open)
OPENED(open64)
OPENED_AT(openat)
OPENED_AT(openat64)
INTERPOSED(INTERPOSE_OPEN, DIR *, NULL, opendir, (const char *path), (path))
INTERPOSED(INTERPOSE_OPEN, DIR *, NULL, fdopendir, (int fd), (fd))
INTERPOSED(INTERPOSE_OPEN, FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
INTERPOSED(INTERPOSE_OPEN, FILE *, NULL, fopen64, (const char *path, const char *mode),
	   (path, mode))

INTERPOSED(INTERPOSE_READ, ssize_t, -1, read, (int fd, void *data, size_t size), (fd, data, size))
INTERPOSED(INTERPOSE_READ, ssize_t, -1, pread, (int fd, void *data, size_t size, off_t offset),
	   (fd, data, size, offset))
INTERPOSED(INTERPOSE_READ, ssize_t, -1, readlink, (const char *path, char *data, size_t size),
	   (path, data, size))
INTERPOSED(INTERPOSE_READ, ssize_t, -1, readlinkat,
	   (int fd, const char *path, char *data, size_t size), (fd, path, data, size))
INTERPOSED(INTERPOSE_READ, ssize_t, -1, recv, (int fd, void *data, size_t size, int flags),
	   (fd, data, size, flags))
INTERPOSED(INTERPOSE_READ, ssize_t, -1, recvmsg, (int fd, struct msghdr *message, int flags),
	   (fd, message, flags))

INTERPOSED(INTERPOSE_WRITE, ssize_t, -1, write, (int fd, const void *data, size_t size),
	   (fd, data, size))
INTERPOSED(INTERPOSE_WRITE, ssize_t, -1, pwrite,
	   (int fd, const void *data, size_t size, off_t offset), (fd, data, size, offset))
INTERPOSED(INTERPOSE_WRITE, int, -1, fsync, (int fd), (fd))
INTERPOSED(INTERPOSE_WRITE, int, -1, ftruncate, (int fd, off_t size), (fd, size))

INTERPOSED(INTERPOSE_NAME, int, -1, rename, (const char *from, const char *to), (from, to))
INTERPOSED(INTERPOSE_NAME, int, -1, renameat,
	   (int from_fd, const char *from, int to_fd, const char *to), (from_fd, from, to_fd, to))
INTERPOSED(INTERPOSE_NAME, int, -1, linkat,
	   (int from_fd, const char *from, int to_fd, const char *to, int flags),
	   (from_fd, from, to_fd, to, flags))
INTERPOSED(INTERPOSE_NAME, int, -1, unlink, (const char *path), (path))
INTERPOSED(INTERPOSE_NAME, int, -1, unlinkat, (int fd, const char *path, int flags),
	   (fd, path, flags))
INTERPOSED(INTERPOSE_NAME, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
INTERPOSED(INTERPOSE_NAME, int, -1, mkdirat, (int fd, const char *path, mode_t mode),
	   (fd, path, mode))
INTERPOSED(INTERPOSE_NAME, int, -1, mkfifo, (const char *path, mode_t mode), (path, mode))
INTERPOSED(INTERPOSE_NAME, int, -1, mkfifoat, (int fd, const char *path, mode_t mode),
	   (fd, path, mode))

/* Who is forked by a test is tried, and so are all that come of it. */
pid_t fork(void)
{
	pid_t pid;

	NEXT(fork)
	STRIKE(INTERPOSE_FORK, -1);
	pid = next();
	if (pid == 0)
		is_tried = control != NULL;
	return pid;
}

INTERPOSED(INTERPOSE_FORK, int, EAGAIN, posix_spawnp,
	   (pid_t *restrict pid, const char *restrict file,
	    const posix_spawn_file_actions_t *restrict actions,
	    const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
	    char *const environment[restrict]),
	   (pid, file, actions, attributes, argv, environment))

INTERPOSED(INTERPOSE_SOCKET, int, -1, socket, (int domain, int type, int protocol),
	   (domain, type, protocol))
INTERPOSED(INTERPOSE_SOCKET, int, -1, socketpair, (int domain, int type, int protocol, int pair[2]),
	   (domain, type, protocol, pair))
INTERPOSED(INTERPOSE_SOCKET, int, -1, connect,
	   (int fd, const struct sockaddr *address, socklen_t length), (fd, address, length))

INTERPOSED(INTERPOSE_SEND, ssize_t, -1, send, (int fd, const void *data, size_t size, int flags),
	   (fd, data, size, flags))
INTERPOSED(INTERPOSE_SEND, ssize_t, -1, sendmsg, (int fd, const struct msghdr *message, int flags),
	   (fd, message, flags))
INTERPOSED(INTERPOSE_SEND, ssize_t, -1, writev, (int fd, const struct iovec *parts, int count),
	   (fd, parts, count))

INTERPOSED(INTERPOSE_EVENT, int, -1, epoll_create1, (int flags), (flags))
INTERPOSED(INTERPOSE_EVENT, int, -1, timerfd_create, (clockid_t clock, int flags), (clock, flags))
INTERPOSED(INTERPOSE_EVENT, int, -1, timerfd_settime,
	   (int fd, int flags, const struct itimerspec *value, struct itimerspec *old),
	   (fd, flags, value, old))
INTERPOSED(INTERPOSE_EVENT, int, -1, signalfd, (int fd, const sigset_t *set, int flags),
	   (fd, set, flags))
INTERPOSED(INTERPOSE_EVENT, int, -1, pipe2, (int pair[2], int flags), (pair, flags))
INTERPOSED(INTERPOSE_EVENT, int, -1, memfd_create, (const char *name, unsigned int flags),
	   (name, flags))

/* To take something out cannot fail. */
int epoll_ctl(int fd, int operation, int other, struct epoll_event *event)
{
	NEXT(epoll_ctl)
	if (operation != EPOLL_CTL_DEL)
		STRIKE(INTERPOSE_EVENT, -1);
	return next(fd, operation, other, event);
}

/* Others than those that two processes share are the library's own affair. */
void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	NEXT(mmap)
	if ((flags & (MAP_SHARED | MAP_ANONYMOUS)) == (MAP_SHARED | MAP_ANONYMOUS))
		STRIKE(INTERPOSE_EVENT, MAP_FAILED);
	return next(address, size, protection, flags, fd, offset);
}

#define CONTROLLED(name)                                                                           \
	int name(int fd, int command, ...)                                                         \
	{                                                                                          \
		va_list args;                                                                      \
		void *argument;                                                                    \
                                                                                                   \
		NEXT(name)                                                                         \
		va_start(args, command);                                                           \
		argument = va_arg(args, void *);                                                   \
		va_end(args);                                                                      \
		if (command == F_DUPFD_CLOEXEC)                                                    \
			STRIKE(INTERPOSE_EVENT, -1);                                               \
		return next(fd, command, argument);                                                \
	}
CONTROLLED(fcntl)
CONTROLLED(fcntl64)
