/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the list of what the host does with one device, on its way from a worker to the daemon.
 * Finds nothing itself.
 */
#include "uses.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "macro.h"

struct list {
	unsigned int count;
	struct inuse_use uses[LIMIT_USES];
};

static int add(const struct inuse_use *use, void *userdata)
{
	struct list *list = userdata;

	if (list->count < LIMIT_USES)
		list->uses[list->count++] = *use;
	return 0;
}

static int collect(const struct uses_job *job, struct list *list, struct fault *fault)
{
	_cleanup_close_ int fd = -1;
	char name[CCW_ID_STRING_SIZE];
	struct inuse_tables tables;
	struct sysfs_facts facts;
	int r;

	r = sysfs_read(job->sysfs, job->id, &facts, NULL);
	if (r >= 0)
		r = sysfs_open_device(job->sysfs, job->id, &fd);
	if (r == -ENOENT || r == -ENODEV)
		return fault_set(fault, FAULT_DEVICE_GONE, "%s is gone",
				 ccw_id_format(job->id, name));
	if (r >= 0)
		r = inuse_tables_read(job->proc_root, &tables);
	if (r < 0)
		return r;
	r = inuse_each(fd, ccw_id_format(job->id, name), facts.driver, &tables, add, list);
	inuse_tables_deinit(&tables);
	return r;
}

static int put(const struct list *list, int *ret_fd)
{
	const size_t size = list->count * sizeof(list->uses[0]);
	_cleanup_close_ int fd = memfd_create("uses", MFD_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, list->uses, size);
	if (n < 0)
		return -errno;
	if ((size_t)n != size)
		return -EIO;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void uses_run(void *data, struct worker_result *result)
{
	_cleanup_free_ struct list *list = calloc(1, sizeof(*list));

	result->r = list ? collect(data, list, &result->fault) : -ENOMEM;
	if (result->r < 0 || list->count == 0)
		return;
	result->r = put(list, &result->fds[0]);
	if (result->r < 0)
		return;
	result->n_fds = 1;
	result->detail = list->count;
}

int uses_read(const struct worker_result *result, struct inuse_use uses[static LIMIT_USES])
{
	const size_t size = result->detail * sizeof(uses[0]);
	ssize_t n;

	if (result->r < 0)
		return result->r;
	if (result->detail == 0)
		return 0;
	if (result->detail > LIMIT_USES || result->n_fds != 1)
		return -EBADMSG;
	n = pread(result->fds[0], uses, size, 0);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? (int)result->detail : -EBADMSG;
}
