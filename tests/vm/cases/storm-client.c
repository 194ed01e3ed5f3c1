// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * One session is open, programs in one thread, trouble in another, sometimes a process that
 * inherits the fds, and close, with or without a program in flight.
 */
#include "storm-client.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "ccwbroker.h"
#include "storm-canary.h"
#include "storm-program.h"

#define SESSION_PROGRAMS 4000 /* at most, in one session */
#define LOOK_EVERY	 64   /* programs: for a canary's pattern among what has arrived */
#define REGION(index)	 ((off_t)(index) << 10)

struct client {
	struct storm *storm;
	const struct storm_device *about;
	struct device dev;
	int io_event;
	int request_event;
	struct dice dice;    /* of the thread with the programs */
	struct dice trouble; /* of the other */
	bool is_ending;
};

static int result_of(long r)
{
	return r < 0 ? -errno : 0;
}

static void count_started(struct client *c, int r)
{
	if (r == 0 || r == -ETIMEDOUT || r == -EINTR)
		__atomic_fetch_add(&c->storm->started, 1, __ATOMIC_RELAXED);
}

static int by_request(struct client *c, const struct storm_program *p)
{
	struct ccwbroker_cmd_request cmd = { .argsz = sizeof(cmd), .timeout_ms = p->timeout_ms };

	memcpy(cmd.orb_area, p->orb, sizeof(cmd.orb_area));
	memcpy(cmd.scsw_area, p->scsw, sizeof(cmd.scsw_area));
	return result_of(ioctl(c->dev.device, VFIO_DEVICE_CCW_CMD_REQUEST, &cmd));
}

static int read_irb(struct client *c)
{
	struct ccw_io_region io;
	int r = result_of(pread(c->dev.device, &io, sizeof(io), 0));

	storm_count(c->storm, STORM_READ_IRB, r);
	return r;
}

/* Some clients wait for the end and read the status, some do not. */
static int by_region(struct client *c, const struct storm_program *p)
{
	struct pollfd event = { .fd = c->io_event, .events = POLLIN };
	struct ccw_io_region io = {};
	uint64_t rung;
	int r;

	memcpy(io.orb_area, p->orb, sizeof(io.orb_area));
	memcpy(io.scsw_area, p->scsw, sizeof(io.scsw_area));
	r = result_of(pwrite(c->dev.device, &io, sizeof(io), 0));
	if (r < 0 || dice_one_in(&c->dice, 8))
		return r;
	if (poll(&event, 1, p->kind == STORM_RUN_ENDLESS ? (int)p->timeout_ms : 200) > 0)
		(void)!read(c->io_event, &rung, sizeof(rung));
	(void)read_irb(c);
	return 0;
}

static int run_program(struct client *c)
{
	struct storm_program p;
	int r;

	storm_program_make(&p, &c->dev, c->about->cu, &c->dice);
	if (dice_one_in(&c->dice, 3)) {
		r = by_region(c, &p);
		storm_count(c->storm, STORM_BY_REGION, r);
	} else {
		r = by_request(c, &p);
		storm_count(c->storm, STORM_BY_REQUEST, r);
	}
	storm_count(c->storm, p.kind, r);
	count_started(c, r);
	return r;
}

/* ---- trouble ---- */

static void trouble_command(struct client *c, uint32_t command, enum storm_kind kind)
{
	struct ccw_cmd_region cmd = { .command = command };

	storm_count(c->storm, kind, result_of(pwrite(c->dev.device, &cmd, sizeof(cmd), REGION(1))));
}

static void trouble_irqs(struct client *c)
{
	unsigned int index = dice_below(&c->trouble, 3);
	int fds[] = { c->io_event, c->request_event, -1 };
	int r = device_set_event(&c->dev, index, fds[dice_below(&c->trouble, 3)]);

	storm_count(c->storm, STORM_SET_IRQS, r);
	(void)device_set_event(&c->dev, VFIO_CCW_IO_IRQ_INDEX, c->io_event);
	(void)device_set_event(&c->dev, VFIO_CCW_REQ_IRQ_INDEX, c->request_event);
}

static void trouble_read(struct client *c)
{
	uint8_t buf[128];
	size_t count = dice_one_in(&c->trouble, 4) ? dice_below(&c->trouble, 128) : 52;
	off_t at = REGION(dice_below(&c->trouble, 5));

	if (dice_one_in(&c->trouble, 3))
		count = 8;
	storm_count(c->storm, STORM_READ_REGION, result_of(pread(c->dev.device, buf, count, at)));
}

/* Wrong sizes, wrong places, wrong numbers, memory that is not there. */
static void trouble_bad(struct client *c)
{
	unsigned int code = dice_below(&c->trouble, 256);
	uint8_t buf[128];
	long r;

	memset(buf, dice_throw(&c->trouble), sizeof(buf));
	switch (dice_below(&c->trouble, 4)) {
	case 0:
		r = pwrite(c->dev.device, buf, 1 + dice_below(&c->trouble, 123),
			   dice_below(&c->trouble, 8192));
		break;
	case 1:
		r = ioctl(c->dev.device, _IO(';', code), buf);
		break;
	case 2:
		r = ioctl(c->dev.device, VFIO_DEVICE_CCW_CMD_REQUEST, buf);
		break;
	default:
		r = ioctl(c->dev.device, VFIO_DEVICE_CCW_CMD_REQUEST, (void *)8);
	}
	storm_count(c->storm, STORM_BAD_CALL, result_of(r));
}

static void trouble_map(struct client *c)
{
	storm_count(c->storm, STORM_UNMAP, device_unmap(&c->dev));
	if (dice_one_in(&c->trouble, 2))
		usleep(dice_below(&c->trouble, 300));
	storm_count(c->storm, STORM_MAP, device_map(&c->dev));
}

/* Half of it stays, until it is unmapped or all is over. */
static void trouble_memory(struct client *c)
{
	struct ccwbroker_memory memory = {
		.argsz = sizeof(memory),
		.flags = dice_one_in(&c->trouble, 4) ? CCWBROKER_MEMORY_FETCH_ONLY : 0,
		.iova = DEVICE_IOVA + 4096 * dice_below(&c->trouble, DEVICE_SIZE / 4096),
		.length = 4096 * (1 + dice_below(&c->trouble, 8)),
	};
	int r = result_of(ioctl(c->dev.device, VFIO_DEVICE_CCW_REGISTER_MEMORY, &memory));

	storm_count(c->storm, STORM_REGISTER, r);
	if (dice_one_in(&c->trouble, 2))
		return;
	usleep(dice_below(&c->trouble, 3000));
	memory.flags = 0;
	r = result_of(ioctl(c->dev.device, VFIO_DEVICE_CCW_UNREGISTER_MEMORY, &memory));
	storm_count(c->storm, STORM_UNREGISTER, r);
}

static void trouble_make(struct client *c)
{
	unsigned int i;

	switch (dice_below(&c->trouble, 16)) {
	case 0:
		trouble_command(c, VFIO_CCW_ASYNC_CMD_HSCH, STORM_HALT);
		break;
	case 1:
		trouble_command(c, VFIO_CCW_ASYNC_CMD_CSCH, STORM_CLEAR);
		break;
	case 2:
		storm_count(c->storm, STORM_RESET,
			    result_of(ioctl(c->dev.device, VFIO_DEVICE_RESET)));
		break;
	case 3:
		if (!dice_one_in(&c->trouble, 8))
			break; /* it takes the device offline and online: slow */
		storm_count(c->storm, STORM_HOT_RESET,
			    result_of(ioctl(c->dev.device, VFIO_DEVICE_CCW_HOT_RESET)));
		break;
	case 4:
		trouble_irqs(c);
		break;
	case 5:
		trouble_map(c);
		break;
	case 6:
	case 7:
		trouble_read(c);
		break;
	case 8:
		trouble_bad(c);
		break;
	case 9:
		(void)read_irb(c);
		break;
	case 10:
	case 11:
		trouble_memory(c);
		break;
	case 12:
		storm_count(c->storm, STORM_BALLOON, canary_balloon(c->about->canary, &c->trouble));
		break;
	default:
		for (i = dice_below(&c->trouble, 32); i; i--)
			storm_program_rewrite(&c->dev, &c->trouble);
		storm_count(c->storm, STORM_REWRITE, 0);
	}
}

static void *trouble_run(void *arg)
{
	struct client *c = arg;

	while (!__atomic_load_n(&c->is_ending, __ATOMIC_ACQUIRE)) {
		trouble_make(c);
		usleep(2000 + dice_below(&c->trouble, 30000));
	}
	return NULL;
}

/* ---- a session ---- */

/* Has everything by inheritance but the memory: VFIO must not take what it has there for ours. */
static pid_t other_process(struct client *c)
{
	struct storm_program p;
	unsigned int n;
	pid_t pid;
	int r;

	pid = fork();
	if (pid)
		return pid;
	canary_replace(c->about->canary);
	for (n = 0; n < 20; n++) {
		storm_program_make(&p, &c->dev, c->about->cu, &c->trouble);
		r = by_request(c, &p);
		storm_count(c->storm, STORM_BY_OTHER_PROCESS, r);
		usleep(1000);
	}
	_exit(0);
}

static bool is_asked_to_go(struct client *c)
{
	uint64_t rung;

	return read(c->request_event, &rung, sizeof(rung)) > 0;
}

/* No command here brings the pattern, so that it can only come from a canary. */
static void look_for_leak(struct client *c)
{
	__atomic_fetch_add(&c->storm->leak_looks, 1, __ATOMIC_RELAXED);
	if (canary_leaked(c->about->canary))
		__atomic_fetch_add(&c->storm->leaks, 1, __ATOMIC_RELAXED);
}

static void session_programs(struct client *c)
{
	unsigned int n = 1 + dice_below(&c->dice, SESSION_PROGRAMS);
	bool is_stubborn = dice_one_in(&c->dice, 4);
	int r;

	for (; n && !storm_is_over(c->storm); n--) {
		r = run_program(c);
		if (n % LOOK_EVERY == 0)
			look_for_leak(c);
		if (r == -ENODEV)
			n = n > 40 ? 40 : n; /* for a while: it may come back */
		if (!is_stubborn && n > 1 && is_asked_to_go(c))
			n = 1 + dice_below(&c->dice, 8);
	}
}

static void session(struct client *c)
{
	pthread_t thread;
	pid_t other = 0;

	(void)device_set_event(&c->dev, VFIO_CCW_IO_IRQ_INDEX, c->io_event);
	(void)device_set_event(&c->dev, VFIO_CCW_REQ_IRQ_INDEX, c->request_event);
	if (dice_one_in(&c->dice, 16))
		other = other_process(c);
	__atomic_store_n(&c->is_ending, false, __ATOMIC_RELEASE);
	if (pthread_create(&thread, NULL, trouble_run, c))
		_exit(1);
	session_programs(c);
	__atomic_store_n(&c->is_ending, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	if (other > 0)
		(void)TEMP_FAILURE_RETRY(waitpid(other, NULL, 0)); /* signals come all the time */
}

/* Pages that VFIO accounts to us: none when nothing is open. */
static long locked_pages(void)
{
	char line[128];
	long kib = 0;
	FILE *file;

	file = fopen("/proc/self/status", "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmLck: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib / 4;
}

static void on_signal(int sig)
{
}

static void client_life(struct client *c)
{
	int r;

	while (!storm_is_over(c->storm)) {
		r = device_open_lent(c->about->id, c->about->canary->mem, CANARY_HOLE, &c->dev);
		storm_count(c->storm, STORM_OPEN, r);
		if (!r)
			session(c);
		device_close(&c->dev);
		look_for_leak(c);
		if (!r)
			storm_count(c->storm, STORM_CLOSE, 0);
		__atomic_fetch_add(&c->storm->locked_pages, locked_pages(), __ATOMIC_RELAXED);
		if (r)
			usleep(20000);
	}
}

_Noreturn void storm_client(struct storm *storm, unsigned int device, unsigned int time)
{
	struct sigaction action = { .sa_handler = on_signal }; /* no restart */
	struct client c = { .storm = storm, .about = &storm->devices[device] };

	sigaction(SIGUSR1, &action, NULL);
	dice_init(&c.dice, storm->seed, 2 * device, time);
	dice_init(&c.trouble, storm->seed, 2 * device + 1, time);
	c.io_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c.request_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	client_life(&c);
	exit(0);
}
