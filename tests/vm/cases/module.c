// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Drives ccwbroker.ko by its raw interfaces, as root, without the daemon: claim list, every ioctl,
 * the I/O region, and programs that are ended by a timeout, a signal, an unmap, a reset or a close.
 * Wants the bus id of a tape drive; knows nothing of D-Bus. Prints one line a check.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "module-attrs.h"
#include "module-events.h"
#include "module-fork.h"
#include "module-iommufd.h"
#include "module-midaw.h"
#include "module-program.h"
#include "module-registered.h"

static void test_claims(const char *id)
{
	char minus[32];

	snprintf(minus, sizeof(minus), "-%s", id);
	check(claim_write("") == -EINVAL, "empty claim refused", claim_write(""));
	check(claim_write("0.0.58") == -EINVAL, "short id refused", 0);
	check(claim_write("0.0.05801") == -EINVAL, "long id refused", 0);
	check(claim_write("0.4.0580") == -EINVAL, "subchannel set 4 refused", 0);
	check(claim_write("1.0.0580") == -EINVAL, "channel subsystem 1 refused", 0);
	check(claim_write("0.0.0580 x") == -EINVAL, "trailing text refused", 0);
	check(claim_write("-0.0.fffe") == -ENOENT, "unclaim of what is not claimed", 0);
	check(device_bind(id) == -ENODEV, "bind of an unclaimed device refused", device_bind(id));
	check(claim_write(id) == 0, "claim", 0);
	check(claim_write(id) == 0, "claim twice", 0);
	check(claim_lists(id), "claim is listed", 0);
	check(claim_write(minus) == 0 && !claim_lists(id), "unclaim", 0);
}

static void test_claim_limit(void)
{
	unsigned int n, added;
	char id[32];

	for (added = 0; added < 1000; added++) {
		snprintf(id, sizeof(id), "0.3.%04x", added);
		if (claim_write(id))
			break;
	}
	check(added == 400 && errno == ENOSPC, "the 401st claim is refused", added);
	for (n = 0; n < added; n++) {
		snprintf(id, sizeof(id), "-0.3.%04x", n);
		claim_write(id);
	}
}

static void test_infos(struct device *dev)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_region_info region = { .argsz = sizeof(region) };
	struct vfio_irq_info irq = { .argsz = sizeof(irq) };

	check(!ioctl(dev->device, VFIO_DEVICE_GET_INFO, &info) &&
		      info.flags == (VFIO_DEVICE_FLAGS_CCW | VFIO_DEVICE_FLAGS_RESET) &&
		      info.num_regions == 4 && info.num_irqs == 3,
	      "GET_INFO", info.num_regions);
	info.argsz = 8;
	check(ioctl(dev->device, VFIO_DEVICE_GET_INFO, &info) && errno == EINVAL,
	      "GET_INFO with a short argsz", errno);
	check(!ioctl(dev->device, VFIO_DEVICE_GET_REGION_INFO, &region) && region.size == 124 &&
		      region.offset == 0 && region.flags == 3,
	      "GET_REGION_INFO of the I/O region", region.size);
	region.index = info.num_regions;
	check(ioctl(dev->device, VFIO_DEVICE_GET_REGION_INFO, &region) && errno == EINVAL,
	      "GET_REGION_INFO past the last", errno);
	check(!ioctl(dev->device, VFIO_DEVICE_GET_IRQ_INFO, &irq) && irq.count == 1, "GET_IRQ_INFO",
	      irq.count);
	irq.index = 3;
	check(ioctl(dev->device, VFIO_DEVICE_GET_IRQ_INFO, &irq) && errno == EINVAL,
	      "GET_IRQ_INFO past the last", errno);
	check(ioctl(dev->device, _IO(VFIO_TYPE, 250)) && errno == ENOTTY, "unknown ioctl", errno);
}

static int set_irq(struct device *dev, uint32_t flags, uint32_t count, int fd)
{
	struct {
		struct vfio_irq_set hdr;
		int32_t fd;
	} set = { { .argsz = sizeof(set),
		    .flags = flags | VFIO_IRQ_SET_ACTION_TRIGGER,
		    .count = count },
		  fd };

	return ioctl(dev->device, VFIO_DEVICE_SET_IRQS, &set) ? -errno : 0;
}

static void test_irqs(struct device *dev, int event)
{
	int r;

	r = set_irq(dev, VFIO_IRQ_SET_DATA_EVENTFD, 1, event);
	check(r == 0, "SET_IRQS installs an eventfd", r);
	r = set_irq(dev, VFIO_IRQ_SET_DATA_NONE, 1, 0);
	check(r == 0 && fd_rings(event, 1000), "SET_IRQS DATA_NONE rings it", r);
	r = set_irq(dev, VFIO_IRQ_SET_DATA_BOOL, 1, 0x01010101);
	check(r == 0 && fd_rings(event, 1000), "SET_IRQS DATA_BOOL rings it", r);
	r = set_irq(dev, VFIO_IRQ_SET_DATA_EVENTFD, 0, event);
	check(r == -EINVAL, "SET_IRQS DATA_EVENTFD without data (o11)", r);
	r = set_irq(dev, VFIO_IRQ_SET_DATA_EVENTFD, 2, event);
	check(r == -EINVAL, "SET_IRQS with two eventfds", r);
	r = set_irq(dev, VFIO_IRQ_SET_DATA_EVENTFD, 1, -2);
	check(r == -EINVAL, "SET_IRQS with fd -2", r);
	r = set_irq(dev, VFIO_IRQ_SET_DATA_EVENTFD, 1, 0x7fffffff);
	check(r == -EBADF, "SET_IRQS with a bad fd", r);
}

static void test_region(struct device *dev, int event)
{
	struct ccw_io_region io = {};
	ssize_t n;
	int r;

	program_sense_id(dev);
	r = start(dev);
	check(r == 0 && fd_rings(event, 5000), "a write to the I/O region starts a program", r);
	n = pread(dev->device, &io, sizeof(io), 0);
	check(n == 124 && io.irb_area[8] == 0x0c && dev->mem[4096] == 0xff,
	      "its IRB and data are there", io.irb_area[8]);
	check_unpinned("and nothing is pinned");
	program_nop(dev);
	r = start(dev);
	check(r == 0 && fd_rings(event, 5000), "a second program", r);
	usleep(500000);
	check_unpinned("settled without a read (F9)");
	n = pwrite(dev->device, dev->mem, 123, 0);
	check(n < 0 && errno == EINVAL, "write of 123 bytes (o5)", errno);
	n = pwrite(dev->device, dev->mem, 125, 0);
	check(n < 0 && errno == EINVAL, "write of 125 bytes", errno);
	n = pread(dev->device, &io, 4, 1ULL << 40);
	check(n < 0 && errno == EINVAL, "read far outside (CVE-2026-80552)", errno);
	n = pread(dev->device, &io, 8, 120);
	check(n < 0 && errno == EINVAL, "read across the end", errno);
	io.scsw_area[2] = 0;
	n = pwrite(dev->device, &io, sizeof(io), 0);
	check(n < 0 && errno == EINVAL, "write without a function (o4)", errno);
	io.scsw_area[2] = 0x20;
	n = pwrite(dev->device, &io, sizeof(io), 0);
	check(n < 0 && errno == EOPNOTSUPP, "halt in the I/O region", errno);
}

/* A VM manager has no place for a reason: it gets the status that the channel would have told. */
static void check_answer(struct device *dev, int event, uint8_t cstat, const char *what)
{
	struct ccw_io_region io = {};
	uint32_t cpa;
	int r = start(dev);

	check(r == 0 && fd_rings(event, 5000), what, r);
	(void)!pread(dev->device, &io, sizeof(io), 0); /* checked by what it brings */
	memcpy(&cpa, io.irb_area + 4, sizeof(cpa));
	check((io.irb_area[2] & 0x40) && io.irb_area[8] == 0 && io.irb_area[9] == cstat &&
		      cpa == DEVICE_IOVA + 8,
	      "and its status says so", io.irb_area[9]);
}

static void test_answers(struct device *dev, int event)
{
	struct ccw_io_region io;

	(void)!pread(dev->device, &io, sizeof(io), 0); /* of a program that nobody asked about */
	ccw_put(dev, 0, CMD_TIC, 0, 0, DEVICE_IOVA);
	check_answer(dev, event, 0x20, "TIC to itself by the region is a program check");
	ccw_put(dev, 0, CMD_SENSE_ID, FLAG_SLI, 64, 0x40000000);
	check_answer(dev, event, 0x20, "so is data outside of mapped memory");
	check_works(dev, "the device works after it");
}

/* The region of a type, as a VM manager finds it: by capability. */
static bool region_find(struct device *dev, uint32_t subtype, struct vfio_region_info *ret)
{
	struct {
		struct vfio_region_info info;
		struct vfio_region_info_cap_type type;
	} region;
	uint32_t index;

	for (index = 1; index < 4; index++) {
		memset(&region, 0, sizeof(region));
		region.info.argsz = sizeof(region);
		region.info.index = index;
		if (!ioctl(dev->device, VFIO_DEVICE_GET_REGION_INFO, &region) &&
		    region.info.cap_offset == sizeof(region.info) &&
		    region.type.header.id == VFIO_REGION_INFO_CAP_TYPE &&
		    region.type.type == VFIO_REGION_TYPE_CCW && region.type.subtype == subtype) {
			*ret = region.info;
			return true;
		}
	}
	return false;
}

static void test_function(struct device *dev, int event, uint32_t command, uint8_t fctl,
			  const char *what)
{
	struct ccw_cmd_region cmd = { .command = command };
	struct vfio_region_info region = {};
	struct ccw_io_region io = {};
	bool found = region_find(dev, VFIO_REGION_SUBTYPE_CCW_ASYNC_CMD, &region);
	ssize_t n;

	check(found && region.size == 8, "async command region", found);
	program_endless(dev);
	check(start(dev) == 0, what, command);
	usleep(100000);
	n = pwrite(dev->device, &cmd, sizeof(cmd), region.offset);
	check(n == sizeof(cmd) && fd_rings(event, 5000), "is ended by the function", n);
	n = pread(dev->device, &io, sizeof(io), 0);
	check(n == sizeof(io) && (io.irb_area[2] & fctl), "its IRB tells", io.irb_area[2]);
	cmd.command = VFIO_CCW_ASYNC_CMD_HSCH | VFIO_CCW_ASYNC_CMD_CSCH;
	n = pwrite(dev->device, &cmd, sizeof(cmd), region.offset);
	check(n < 0 && errno == EINVAL, "both functions at once are refused", errno);
	n = pwrite(dev->device, &cmd, 4, region.offset);
	check(n < 0 && errno == EINVAL, "half a command is refused", errno);
	check_works(dev, "the device works after it");
}

static void test_schib(struct device *dev, const char *id)
{
	struct vfio_region_info region = {};
	uint8_t schib[52] = {};
	unsigned int devno = 0;
	ssize_t n;

	check(region_find(dev, VFIO_REGION_SUBTYPE_CCW_SCHIB, &region) && region.size == 52,
	      "SCHIB region", region.size);
	n = pread(dev->device, schib, sizeof(schib), region.offset);
	sscanf(id + 4, "%x", &devno);
	check(n == 52 && (schib[5] & 1) && schib[6] << 8 == (int)(devno & 0xff00) &&
		      schib[7] == (devno & 0xff),
	      "it tells the device number", schib[6] << 8 | schib[7]);
	n = pwrite(dev->device, schib, sizeof(schib), region.offset);
	check(n < 0 && errno == EINVAL, "and cannot be written", errno);
}

static void test_crw(struct device *dev)
{
	struct vfio_region_info region = {};
	uint32_t crw = 1;
	ssize_t n;

	check(region_find(dev, VFIO_REGION_SUBTYPE_CCW_CRW, &region) && region.size == 8,
	      "CRW region", region.size);
	n = pread(dev->device, &crw, 4, region.offset);
	check(n == 4 && crw == 0, "no channel report", crw);
	n = pread(dev->device, &crw, 2, region.offset);
	check(n < 0 && errno == EINVAL, "half a channel report is refused", errno);
}

static void test_request_arguments(struct device *dev)
{
	struct ccwbroker_cmd_request cmd;
	int r;

	program_nop(dev);
	r = run(dev, CCWBROKER_TIMEOUT_MS_MAX, &cmd);
	check(r == 0, "CMD_REQUEST with the longest timeout", r);
	r = run(dev, CCWBROKER_TIMEOUT_MS_MAX + 1, &cmd);
	check(r == -EINVAL, "and one past it", r);
	cmd.timeout_ms = 0;
	cmd.argsz = sizeof(cmd) - 1;
	r = ioctl(dev->device, VFIO_DEVICE_CCW_CMD_REQUEST, &cmd);
	check(r && errno == EINVAL, "CMD_REQUEST with a short argsz", errno);
	cmd.argsz = sizeof(cmd);
	cmd.flags = 1;
	r = ioctl(dev->device, VFIO_DEVICE_CCW_CMD_REQUEST, &cmd);
	check(r && errno == EINVAL, "CMD_REQUEST with an unknown flag", errno);
	ccw_put(dev, 0, CMD_TIC, 0, 0, DEVICE_IOVA);
	r = run(dev, 0, &cmd);
	check(r == -EINVAL && cmd.reason == CCWBROKER_REFUSED_TIC && cmd.refused_ccw == DEVICE_IOVA,
	      "TIC to itself is refused", cmd.reason);
	ccw_put(dev, 0, CMD_SENSE_ID, FLAG_SLI, 64, 0x40000000);
	r = run(dev, 0, &cmd);
	check(r == -EFAULT && cmd.reason == CCWBROKER_REFUSED_DATA_UNMAPPED,
	      "data outside of mapped memory is refused", cmd.reason);
}

static void on_alarm(int sig)
{
}

static void test_ends(struct device *dev, int event)
{
	struct itimerval timer = { .it_value.tv_usec = 300000 };
	struct ccwbroker_cmd_request cmd;
	int r;

	program_endless(dev);
	r = run(dev, 300, &cmd);
	check(r == -ETIMEDOUT, "timeout ends an endless program", r);
	check_works(dev, "the device works after it");

	setitimer(ITIMER_REAL, &timer, NULL);
	program_endless(dev);
	r = run(dev, 0, &cmd);
	check(r == -EINTR, "a signal ends an endless program", r);
	check_works(dev, "the device works after it");

	program_endless(dev);
	r = start(dev);
	check(r == 0, "endless program by the region", r);
	check(start(dev) == -EBUSY, "a second one is refused", 0);
	check(run(dev, 0, &cmd) == -EBUSY, "by CMD_REQUEST too", 0);
	check(ioctl(dev->device, VFIO_DEVICE_CCW_HOT_RESET) && errno == EBUSY,
	      "HOT_RESET is refused meanwhile", errno);
	check(device_pins() >= 8, "its pages are pinned", device_pins());
	r = ioctl(dev->device, VFIO_DEVICE_RESET) ? -errno : 0;
	check(r == 0, "RESET ends it", r);
	check_unpinned("and nothing is pinned");
	while (fd_rings(event, 0))
		;
	check_works(dev, "the device works after it");
}

static void test_unmap(struct device *dev)
{
	int r;

	program_endless(dev);
	r = start(dev);
	check(r == 0, "endless program by the region", r);
	r = device_unmap(dev);
	check(r == 0, "unmap of its memory ends it", r);
	check_unpinned("and nothing is pinned");
	r = device_map(dev);
	check(r == 0, "map again", r);
	check_works(dev, "the device works after it");
}

static void test_hot_reset(struct device *dev)
{
	int r = ioctl(dev->device, VFIO_DEVICE_CCW_HOT_RESET) ? -errno : 0;

	check(r == 0, "HOT_RESET", r);
	check_works(dev, "the device works after it");
}

static void test_close(struct device *dev, const char *id)
{
	char busy[64];
	int r;

	snprintf(busy, sizeof(busy), "/dev/vfio/%u", dev->group_number);
	r = open(busy, O_RDWR | O_CLOEXEC);
	check(r < 0 && errno == EBUSY, "the group opens only once", errno);
	check(device_is_open(id) == 1, "attribute open is 1", device_is_open(id));
	program_endless(dev);
	r = start(dev);
	check(r == 0 && device_pins() >= 8, "endless program", r);
	device_close(dev);
	check_unpinned("close ends it");
	check(device_is_open(id) == 0, "attribute open is 0", device_is_open(id));
}

static void test_device(const char *id, int event)
{
	struct device dev;
	int r;

	r = device_open(id, &dev);
	check(r == 0, "open takes the device online", r);
	if (r)
		return;
	check_works(&dev, "Sense ID");
	test_infos(&dev);
	test_irqs(&dev, event);
	test_region(&dev, event);
	test_answers(&dev, event);
	test_request_arguments(&dev);
	test_ends(&dev, event);
	test_function(&dev, event, VFIO_CCW_ASYNC_CMD_HSCH, 0x20, "endless program to halt");
	test_function(&dev, event, VFIO_CCW_ASYNC_CMD_CSCH, 0x10, "endless program to clear");
	test_schib(&dev, id);
	test_crw(&dev);
	test_unmap(&dev);
	test_hot_reset(&dev);
	test_midaws(&dev);
	test_close(&dev, id);
}

static void test_all(const char *id)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	test_device(id, event);
	test_device(id, event);
	test_commands(id, event);
	test_revoke(id);
	test_stats(id);
	test_registered(id);
	test_unbind_open(id);
	test_exit(id, event);
	test_fork(id, event);
	if (device_by_iommufd)
		test_iommufd(id, event);
	close(event);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_alarm };
	const char *id = argc > 1 ? argv[1] : NULL;
	int r;

	if (argc != 2 && (argc != 3 || (strcmp(argv[2], "paths") && strcmp(argv[2], "iommufd")))) {
		fprintf(stderr, "usage: module BUSID [paths|iommufd]\n");
		return 2;
	}
	device_by_iommufd = argc == 3 && !strcmp(argv[2], "iommufd");
	sigaction(SIGALRM, &action, NULL);
	device_detach(id);
	test_claims(id);
	test_claim_limit();
	claim_write(id);
	r = device_bind(id);
	check(r == 0, "bind of the claimed device", r);
	if (argc == 3 && !device_by_iommufd)
		test_path_loss(id);
	else
		test_all(id);
	check(device_unbind(id) == 0, "unbind", 0);
	printf("%u failed\n", failures);
	return failures ? 1 : 0;
}
