/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tries one thing that a service's sandbox may keep it from: status 0 if it can, 1 if not, with the
 * error's name. Knows nothing of units.
 *
 *   confined NAME [PATH]
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SYSLOG_READ_ALL 3

struct attempt {
	const char *name;
	int (*run)(const char *path);
};

static int attempt_read(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int attempt_write(const char *path)
{
	return open(path, O_WRONLY | O_CLOEXEC);
}

static int attempt_make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)unlink(path); /* it could be made: that was the question */
	return fd;
}

/* Anything but "not permitted" comes from behind the sandbox. */
static int attempt_unload(const char *path)
{
	long r = syscall(SYS_delete_module, path, O_NONBLOCK);

	return r < 0 && errno != ENOENT && errno != EWOULDBLOCK ? -1 : 0;
}

static int attempt_clock(const char *path)
{
	struct timespec now;

	(void)path;
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return -1;
	return clock_settime(CLOCK_REALTIME, &now);
}

static int attempt_hostname(const char *path)
{
	char name[65];

	(void)path;
	if (gethostname(name, sizeof(name)) < 0)
		return -1;
	return sethostname(name, strlen(name));
}

static int attempt_log(const char *path)
{
	char line[16];

	(void)path;
	return klogctl(SYSLOG_READ_ALL, line, sizeof(line));
}

static int attempt_personality(const char *path)
{
	(void)path;
	return personality(PER_LINUX | ADDR_NO_RANDOMIZE);
}

static int attempt_code(const char *path)
{
	(void)path;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0) == MAP_FAILED
		       ? -1
		       : 0;
}

static int attempt_namespace(const char *path)
{
	(void)path;
	return unshare(CLONE_NEWUSER);
}

static int attempt_realtime(const char *path)
{
	const struct sched_param first = { .sched_priority = 1 };

	(void)path;
	return sched_setscheduler(0, SCHED_FIFO, &first);
}

static int attempt_suid(const char *path)
{
	int r, fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	if (fd < 0)
		return -1;
	r = fchmod(fd, 04700);
	(void)unlink(path); /* what matters is the bit */
	return r;
}

static int attempt_priority(const char *path)
{
	(void)path;
	return setpriority(PRIO_PROCESS, 0, 5);
}

static int attempt_inet(const char *path)
{
	(void)path;
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int attempt_send(const char *path)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(9),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = attempt_inet(path);

	if (fd < 0)
		return -1;
	return sendto(fd, "", 1, 0, (const struct sockaddr *)&to, sizeof(to)) < 0 ? -1 : 0;
}

static const struct attempt attempts[] = {
	{ "read", attempt_read },	  { "write", attempt_write },
	{ "make", attempt_make },	  { "unload", attempt_unload },
	{ "clock", attempt_clock },	  { "hostname", attempt_hostname },
	{ "log", attempt_log },		  { "personality", attempt_personality },
	{ "code", attempt_code },	  { "namespace", attempt_namespace },
	{ "realtime", attempt_realtime }, { "suid", attempt_suid },
	{ "priority", attempt_priority }, { "inet", attempt_inet },
	{ "send", attempt_send },
};

int main(int argc, char **argv)
{
	const char *path = argc > 2 ? argv[2] : "";
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		if (argc > 1 && strcmp(argv[1], attempts[i].name) == 0) {
			if (attempts[i].run(path) >= 0)
				return 0;
			printf("%s %s: %s\n", argv[1], path, strerrorname_np(errno));
			return 1;
		}
	fprintf(stderr, "confined: there is no attempt of that name\n");
	return 2;
}
