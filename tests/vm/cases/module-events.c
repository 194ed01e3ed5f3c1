// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Unbind and path loss under an open fd, with a program in flight.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "module-events.h"
#include "module-program.h"

struct unbinder {
	const char *id;
	int result;
	bool is_done;
};

static void *unbinder_run(void *arg)
{
	struct unbinder *unbinder = arg;

	unbinder->result = device_unbind(unbinder->id);
	__atomic_store_n(&unbinder->is_done, true, __ATOMIC_RELEASE);
	return NULL;
}

void test_unbind_open(const char *id)
{
	int request = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct unbinder unbinder = { .id = id };
	struct device dev;
	pthread_t thread;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "open", r);
	r = device_set_event(&dev, VFIO_CCW_REQ_IRQ_INDEX, request);
	check(r == 0, "eventfd for the request interrupt", r);
	program_endless(&dev);
	check(start(&dev) == 0, "endless program", 0);
	pthread_create(&thread, NULL, unbinder_run, &unbinder);
	check(fd_rings(request, 5000), "unbind of an open device asks the client to close", 0);
	usleep(200000);
	check(!__atomic_load_n(&unbinder.is_done, __ATOMIC_ACQUIRE), "and waits", 0);
	device_close(&dev);
	pthread_join(thread, NULL);
	check(unbinder.result == 0, "until it has closed", unbinder.result);
	check_unpinned("nothing is pinned");
	check(device_bind(id) == 0, "bind again", 0);
	close(request);
}

void test_path_loss(const char *id)
{
	int report = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct ccwbroker_cmd_request cmd;
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "open", r);
	device_set_event(&dev, VFIO_CCW_CRW_IRQ_INDEX, report);
	check_works(&dev, "Sense ID");
	r = device_vary_path(id, false);
	check(r == 0, "the only path goes offline", r);
	program_sense_id(&dev);
	r = run(&dev, 2000, &cmd);
	check(r == -EACCES || r == -ENODEV || (cmd.irb_area[0] & 0x03) == 3,
	      "no program runs without a path", r);
	check_unpinned("and nothing is pinned");
	r = device_vary_path(id, true);
	check(r == 0 && fd_rings(report, 30000), "the path is back, with a channel report", r);
	check_works(&dev, "the device works");
	device_close(&dev);
	close(report);
}
