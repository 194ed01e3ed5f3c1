// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Who did not map the memory runs programs and reads their status: what the device stored into copies
 * must reach the memory of the process that mapped it.
 */
#include <errno.h>
#include <sys/wait.h>

#include "module-fork.h"
#include "module-program.h"

static int child_reads(struct device *dev)
{
	struct ccw_io_region io = {};

	if (pread(dev->device, &io, sizeof(io), 0) != sizeof(io))
		return 1;
	return io.irb_area[8] == 0x0c && !(io.irb_area[9] & ~0x40) ? 0 : 2;
}

static int child_runs(struct device *dev)
{
	struct ccwbroker_cmd_request cmd;

	if (run(dev, 5000, &cmd))
		return 1;
	return cmd.irb_area[8] == 0x0c && !(cmd.irb_area[9] & ~0x40) ? 0 : 2;
}

static int in_child(struct device *dev, int (*what)(struct device *dev))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(what(dev));
	waitpid(pid, &status, 0);
	return status;
}

void test_fork(const char *id, int event)
{
	long errors = attr_number(id, "stats/errors");
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0 && !device_set_event(&dev, 0, event), "open to fork", r);
	check_works(&dev, "its memory takes stores: from now on they are copied");

	program_sense_id(&dev);
	r = start(&dev);
	check(r == 0 && fd_rings(event, 5000), "a program of the parent", r);
	r = in_child(&dev, child_reads);
	check(r == 0, "a child reads its status", r);
	check(dev.mem[4096] == 0xff, "the data is with the parent", dev.mem[4096]);

	program_sense_id(&dev);
	r = in_child(&dev, child_runs);
	check(r == 0, "a child runs a program", r);
	check(dev.mem[4096] == 0xff, "its data is with the parent", dev.mem[4096]);
	check(attr_number(id, "stats/errors") == errors, "and nothing was lost", errors);
	check_unpinned("and nothing is pinned");
	device_close(&dev);
}
