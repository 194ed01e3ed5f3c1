// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Address spaces that come, go and are exchanged under a program; fds bound late or never.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "module-ioas.h"
#include "module-iommufd.h"
#include "module-program.h"

#define READ_WRITE (IOMMUFD_READABLE | IOMMUFD_WRITABLE)

static void check_no_memory(struct device *dev, const char *what)
{
	struct ccwbroker_cmd_request cmd;
	int r;

	program_sense_id(dev);
	r = run(dev, 5000, &cmd);
	check(r == -EFAULT && cmd.reason == CCWBROKER_REFUSED_CCW_UNREADABLE, what, r);
	check_unpinned("and nothing is pinned");
}

static void test_bind(const char *id)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct iommufd_device_bind bind = { .argsz = sizeof(bind) - 1 };
	int iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	int first = ioas_open_node(id), second = ioas_open_node(id);
	int r;

	check(iommufd >= 0 && first >= 0 && second >= 0, "the node opens twice", first);
	check(device_is_open(id) == 0 && attr_number(id, "fds") == 2, "neither opens the device",
	      attr_number(id, "fds"));
	r = ioctl(first, VFIO_DEVICE_GET_INFO, &info);
	check(r && errno == EINVAL, "GET_INFO before BIND is refused", errno);
	bind.iommufd = iommufd;
	r = ioctl(first, IOMMUFD_DEVICE_BIND, &bind);
	check(r && errno == EINVAL, "BIND with a short argsz is refused", errno);
	check(iommufd_bind(first, first) == -EBADFD, "BIND to what is no iommufd is refused", 0);
	r = iommufd_bind(first, iommufd);
	check(r == 0 && device_is_open(id) == 1, "BIND opens the device", r);
	check(iommufd_bind(first, iommufd) == -EINVAL, "BIND twice is refused", 0);
	check(iommufd_bind(second, iommufd) == -EINVAL, "BIND of another fd is refused", 0);
	r = iommufd_attach(first, 0x7fffffff);
	check(r == -ENOENT, "ATTACH of no address space is refused", r);
	close(first);
	check(device_is_open(id) == 0, "close closes the device", 0);
	check(iommufd_bind(second, iommufd) == 0, "the other fd can be bound then", 0);
	close(second);
	close(iommufd);
	check(attr_number(id, "fds") == 0, "no fd is left", attr_number(id, "fds"));
}

static void test_detach(const char *id)
{
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "open", r);
	r = ioas_destroy(dev.container, dev.ioas);
	check(r == -EBUSY, "an address space in use is not destroyed", r);
	program_endless(&dev);
	check(start(&dev) == 0 && device_pins() >= 8, "endless program", device_pins());
	r = ioas_detach(dev.device);
	check(r == 0, "DETACH ends it", r);
	check_unpinned("and nothing is pinned");
	check_no_memory(&dev, "a program finds no memory");
	check(ioas_detach(dev.device) == 0, "DETACH twice", 0);
	r = iommufd_attach(dev.device, dev.ioas);
	check(r == 0, "ATTACH again", r);
	check_works(&dev, "the device works after it");
	device_close(&dev);
}

static void test_replace(const char *id)
{
	uint32_t other;
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0 && iommufd_new_ioas(dev.container, &other) == 0, "a second address space", r);
	program_endless(&dev);
	check(start(&dev) == 0, "endless program", 0);
	r = iommufd_attach(dev.device, other);
	check(r == 0, "ATTACH of the other address space ends it", r);
	check_unpinned("and nothing is pinned");
	check_no_memory(&dev, "it is empty");
	r = iommufd_map(dev.container, other, dev.mem, DEVICE_IOVA, DEVICE_SIZE, READ_WRITE);
	check(r == 0, "map there", r);
	check_works(&dev, "the device works in it");
	check(device_unmap(&dev) == 0, "the first one is unmapped", 0);
	check_works(&dev, "the device works still");
	device_close(&dev);
}

static void check_data_refused(struct device *dev, uint32_t iova, uint32_t reason, const char *what)
{
	struct ccwbroker_cmd_request cmd;
	int r;

	ccw_put(dev, 0, CMD_SENSE_ID, FLAG_SLI, 64, iova);
	r = run(dev, 5000, &cmd);
	check(r && cmd.reason == reason, what, cmd.reason);
	check_unpinned("and nothing is pinned");
}

static void test_mappings(const char *id)
{
	const uint32_t far = DEVICE_IOVA + 2 * DEVICE_SIZE;
	uint32_t other = 0;
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "open", r);
	r = iommufd_map(dev.container, dev.ioas, dev.mem, far, 4096, IOMMUFD_READABLE);
	check(r == 0, "map for reading only", r);
	check_data_refused(&dev, far, CCWBROKER_REFUSED_DATA_PROTECTED, "no store there");
	r = iommufd_map(dev.container, dev.ioas, dev.mem + 8192, far + 4096, 4096, READ_WRITE);
	check(r == 0, "another mapping beside it", r);
	r = iommufd_unmap(dev.container, dev.ioas, DEVICE_IOVA, 4096);
	check(r == -ENOENT, "no part of a mapping is unmapped", r);
	check_works(&dev, "the device works");
	r = iommufd_map(dev.container, dev.ioas, dev.mem + 8192 + 256, far + 8192, 4096,
			READ_WRITE);
	check(r == -EINVAL, "memory that is not page aligned is refused", r);
	check(iommufd_new_ioas(dev.container, &other) == 0 &&
		      iommufd_map(dev.container, other, dev.mem + 256, far, 4096, READ_WRITE) == 0,
	      "in an address space of its own it is not", 0);
	r = iommufd_attach(dev.device, other);
	check(r == -EADDRINUSE, "but that cannot be attached", r);
	check_works(&dev, "and the one before stays");
	device_close(&dev);
}

/* The memory is that of a process that has mapped it and ended, the iommufd is ours. */
static void test_foreign_memory(const char *id)
{
	struct ccwbroker_cmd_request cmd;
	struct device dev;
	int r, status;
	pid_t pid;

	r = device_open(id, &dev);
	check(r == 0 && device_unmap(&dev) == 0, "open, unmap", r);
	pid = fork();
	if (!pid) {
		program_sense_id(&dev);
		_exit(device_map(&dev) ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	check(status == 0, "another process maps its memory and ends", status);
	memset(dev.mem, 0, 8192);
	r = run(&dev, 5000, &cmd);
	check(r == -EFAULT, "memory of nobody is refused", r);
	check_unpinned("and nothing is pinned");
	device_close(&dev);
}

static void test_iommufd_closed_first(const char *id)
{
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "open", r);
	close(dev.container);
	dev.container = -1;
	check_works(&dev, "the device works with its iommufd closed");
	program_endless(&dev);
	check(start(&dev) == 0 && device_pins() >= 8, "endless program", device_pins());
	device_close(&dev);
	check_unpinned("close ends it");
}

static void *unbind_run(void *arg)
{
	return (void *)(intptr_t)device_unbind(arg);
}

static void test_unbind_never_bound(const char *id)
{
	int device = ioas_open_node(id), iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	pthread_t thread;
	void *result;

	pthread_create(&thread, NULL, unbind_run, (void *)id);
	usleep(300000);
	check(pthread_tryjoin_np(thread, &result) == EBUSY && attr_number(id, "fds") == 1,
	      "unbind waits for an fd that is bound to nothing", attr_number(id, "fds"));
	check(ioas_open_node(id) < 0, "no other fd can be got", 0);
	check(iommufd_bind(device, iommufd) == 0 && device_is_open(id) == 1, "this one still opens",
	      0);
	close(device);
	pthread_join(thread, &result);
	check(!result, "until it is closed", (long)result);
	check(device_bind(id) == 0, "bind again", 0);
	close(iommufd);
}

static void test_revoke_never_bound(const char *id)
{
	int device = ioas_open_node(id), iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	pthread_t thread;
	struct device dev;
	void *result;
	int r;

	pthread_create(&thread, NULL, unbind_run, (void *)id);
	usleep(300000);
	check(pthread_tryjoin_np(thread, &result) == EBUSY, "unbind waits for such an fd", 0);
	check(attr_write(id, "revoke", "1") == 0, "until it is revoked", 0);
	pthread_join(thread, &result);
	check(!result && device_bind(id) == 0, "and the device can be bound again", (long)result);
	r = iommufd_bind(device, iommufd);
	check(r == -ENODEV, "the fd of before opens nothing", r);
	r = device_open(id, &dev);
	check(r == 0, "a new one does", r);
	check_works(&dev, "the device works");
	close(device);
	check_works(&dev, "also when the other is closed");
	device_close(&dev);
	close(iommufd);
}

static bool is_there(const char *id)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/ccw/devices/%s/ccwbroker", id);
	return access(path, F_OK) == 0;
}

/* Its natural driver may have been quicker. */
static bool bind_again(const char *id)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/ccw/devices/%s/driver/unbind", id);
	file = is_there(id) ? NULL : fopen(path, "we");
	if (file) {
		(void)fputs(id, file); /* seen below */
		(void)fclose(file);    /* likewise */
	}
	return is_there(id) || device_bind(id) == 0;
}

static bool goes(const char *id)
{
	int waited;

	for (waited = 0; waited < 100 && is_there(id); waited++)
		usleep(100000);
	return !is_there(id);
}

/* By a process of its own: who writes this may be made to wait. */
static pid_t ignore_begin(const char *verb, const char *id)
{
	char text[64];
	pid_t pid;
	int fd;

	snprintf(text, sizeof(text), "%s %s", verb, id);
	pid = fork();
	if (pid)
		return pid;
	fd = open("/proc/cio_ignore", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(1);
	_exit(0);
}

static bool ignore(const char *verb, const char *id)
{
	int status = -1;

	waitpid(ignore_begin(verb, id), &status, 0);
	return status == 0;
}

/* As when it is unplugged: cio deletes it, and nobody is asked. It stays claimed. */
static void test_delete_never_bound(const char *id)
{
	int device = ioas_open_node(id), iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	struct device dev;
	pid_t purge;
	int r, waited;

	check(device >= 0 && ignore("add", id), "the node is open, the device to be ignored", 0);
	purge = ignore_begin("purge", "");
	check(goes(id), "a device that goes waits for no fd that is bound to nothing", 0);
	r = iommufd_bind(device, iommufd);
	check(r == -ENODEV, "which opens nothing any more", r);
	close(device);
	waitpid(purge, NULL, 0);
	check(ignore("free", id), "the device may come back", 0);
	for (waited = 0; waited < 100 && !bind_again(id); waited++)
		usleep(100000);
	check(is_there(id), "it does, and is bound", waited);
	r = device_open(id, &dev);
	check(r == 0, "it opens", r);
	check_works(&dev, "the device works");
	device_close(&dev);
	close(iommufd);
}

void test_iommufd(const char *id, int event)
{
	test_bind(id);
	test_detach(id);
	test_replace(id);
	test_mappings(id);
	test_foreign_memory(id);
	test_iommufd_closed_first(id);
	test_unbind_never_bound(id);
	test_revoke_never_bound(id);
	test_delete_never_bound(id);
}

/* A program with data in two blocks of 2 KiB that do not adjoin: such data is copied. */
static void program_copied(struct device *dev)
{
	memset(dev->mem + 4096, 0, 16384);
	dev->mem[256 + 1] = dev->mem[256 + 5] = (DEVICE_IOVA + 4096) >> 16;
	dev->mem[256 + 2] = (uint8_t)((DEVICE_IOVA + 4096) >> 8);
	dev->mem[256 + 6] = (uint8_t)((DEVICE_IOVA + 12288) >> 8);
	ccw_put(dev, 0, CMD_SENSE_ID, FLAG_SLI | FLAG_IDA, 4096, DEVICE_IOVA + 256);
}

static int child_holds(struct device *dev, int wait_fd)
{
	char c;

	return read(wait_fd, &c, 1) == 1 && dev->device >= 0 ? 0 : 1;
}

void test_exit(const char *id, int event)
{
	int pipes[2], status, r;
	struct device dev;
	pid_t pid;

	r = device_open(id, &dev);
	check(r == 0 && pipe2(pipes, O_CLOEXEC) == 0, "open", r);
	device_set_event(&dev, VFIO_CCW_IO_IRQ_INDEX, event);
	pid = fork();
	if (!pid)
		_exit(child_holds(&dev, pipes[0]));
	program_copied(&dev);
	check(start(&dev) == 0 && fd_rings(event, 5000), "a program with copied data", 0);
	close(dev.device);
	check(write(pipes[1], "", 1) == 1 && waitpid(pid, &status, 0) == pid && status == 0,
	      "its device is closed by the end of another process", status);
	check_unpinned("nothing is pinned");
	check(device_is_open(id) == 0, "the device is closed", device_is_open(id));
	dev.device = -1;
	device_close(&dev);
	close(pipes[0]);
	close(pipes[1]);
}
