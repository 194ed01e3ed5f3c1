/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * In libccwbroker, on a fake drive, the n-th call of each kind to the C library fails, for every n: devices by
 * container and by iommufd, memory of the caller's, programs that are waited for and followed, by request and by
 * region. Whatever fails says so, and afterwards no memory, map or fd is left. Leases are test-fault-ccwctl's.
 */
#include <errno.h>
#include <fcntl.h>
#include <libccwbroker.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "check-main.h"
#include "fake-vfio.h"
#include "interpose.h"

#define IOVA	0x10000000u
#define FDS_MAX 256

/* How a child ends; everything else is a crash, or what a sanitizer says of a leak. */
enum end {
	END_WELL = 40,
	END_TOLD, /* something failed, in words */
	END_MUTE, /* or without */
	END_LEFT, /* fds are left */
};

static const struct way {
	const char *name;
	bool is_iommufd;
	bool has_request;
} ways[] = {
	{ "container, by request", false, true },
	{ "container, by region", false, false },
	{ "iommufd, by request", true, true },
};

static struct interpose *interpose;
static struct ccwb_error error;

static uint8_t area[16384] __attribute__((aligned(4096)));

/* Rewind, write, rewind, read. */
static int program_make(struct ccwb_program **ret)
{
	struct ccwb_program *program;
	int r;

	r = ccwb_program_new(&program);
	if (r < 0)
		return r;
	r = ccwb_program_add(program, 0x07, 0);
	if (r >= 0)
		r = ccwb_program_add_write(program, 0x01, 0, "abc", 3);
	if (r >= 0)
		r = ccwb_program_add(program, 0x07, 0);
	if (r >= 0)
		r = ccwb_program_add_read(program, 0x02, CCWB_SLI, 80);
	if (r < 0)
		ccwb_program_free(program);
	else
		*ret = program;
	return r;
}

static int use_program(struct ccwb_device *device, struct ccwb_program *program)
{
	struct pollfd event;
	struct ccwb_irb irb;
	int r;

	r = ccwb_device_run(device, program, 1000, &irb, &error);
	if (r >= 0)
		r = ccwb_device_start(device, program, &error);
	if (r < 0)
		return r;
	event = (struct pollfd){ .fd = ccwb_device_fd(device), .events = POLLIN };
	if (event.fd < 0)
		return event.fd;
	do {
		(void)poll(&event, 1, 100); /* a read that failed is tried again */
		r = ccwb_device_next(device, &irb, &error);
	} while (r == 0);
	return r;
}

static int use_memory(struct ccwb_device *device)
{
	struct ccwb_space *space = ccwb_device_space(device);
	int r;

	r = ccwb_space_map(space, area, sizeof(area), IOVA, CCWB_SPACE_FETCH | CCWB_SPACE_STORE);
	if (r < 0)
		return r;
	r = ccwb_device_register(device, IOVA, sizeof(area), false, &error);
	if (r >= 0)
		r = ccwb_device_unregister(device, IOVA, sizeof(area), &error);
	if (r >= 0)
		r = ccwb_space_unmap(space, IOVA);
	return r;
}

static int use(struct fake_vfio *vfio, const struct way *way)
{
	int iommu = way->is_iommufd ? vfio->iommufd : vfio->container;
	struct ccwb_program *program = NULL;
	struct ccwb_device *device = NULL;
	int r;

	r = ccwb_device_new_from_fds(iommu, vfio->device, &device, &error);
	if (r < 0)
		return r;
	r = program_make(&program);
	if (r >= 0)
		r = use_program(device, program);
	if (r >= 0)
		r = use_memory(device);
	if (r >= 0)
		r = ccwb_device_reset(device, &error);
	ccwb_program_free(program);
	ccwb_device_free(device);
	return r;
}

static int count_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < FDS_MAX; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static _Noreturn void child(const struct way *way, enum interpose_kind kind, unsigned int nth)
{
	struct fake_vfio *vfio = fake_vfio_start();
	int n_fds = count_fds(), r;

	vfio->has_request = way->has_request;
	error = (struct ccwb_error){};
	interpose_arm(interpose, kind, nth);
	r = use(vfio, way);
	(void)interpose_disarm(interpose);
	if (count_fds() != n_fds)
		_exit(END_LEFT);
	fake_vfio_end(); /* ends us if maps or eventfds are left */
	exit(r >= 0 ? END_WELL : *error.text || r == -ENOMEM ? END_TOLD : END_MUTE);
}

static int run(const struct way *way, enum interpose_kind kind, unsigned int nth)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		child(way, kind, nth);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

START_TEST(test_a_fault_anywhere_is_told_and_leaves_nothing)
{
	const struct way *way = &ways[_i];
	unsigned int nth, n_faults = 0, n_told = 0;
	int kind, end;

	interpose_exempt = &fake_vfio_depth;
	interpose = interpose_share(NULL);
	ck_assert_ptr_nonnull(interpose);
	for (kind = 0; kind < _INTERPOSE_KIND_MAX; kind++)
		for (nth = 0;; nth++) {
			end = run(way, (enum interpose_kind)kind, nth);
			ck_assert_msg(end == END_WELL || end == END_TOLD, "%s: %s number %u: %d",
				      way->name, interpose_kind_to_string(kind), nth, end);
			if (!interpose->has_struck)
				break;
			n_faults++;
			n_told += end == END_TOLD;
		}
	printf("%s: %u faults, %u told\n", way->name, n_faults, n_told);
	/* a sweep that strikes nothing would find nothing */
	ck_assert_uint_gt(n_told, 5);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_a_fault_anywhere_is_told_and_leaves_nothing, 0,
			    sizeof(ways) / sizeof(*ways));
	tcase_set_timeout(tests, 300);
}

int main(void)
{
	return check_main_run("fault-library", add_tests);
}
