/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A client that talks to the VFIO device by bare ioctls, right and wrong ones, and says "ok - TEXT"
 * or "not ok - TEXT". Takes its fds as `ccwctl run` passes them; knows neither daemon nor client code.
 *   probe rules              everything about ioctls, memory and errors
 *   probe endless            programs that never end: timeout, signal, what is busy meanwhile
 *   probe hold GO RESULT     whenever file GO is there: a Sense, its outcome appended to RESULT
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "ccwbroker.h"

#define PAGE	   4096u
#define IOVA	   0x100000u /* our memory as the device sees it: program, data, read-only page */
#define DATA	   (IOVA + PAGE)
#define READ_ONLY  (IOVA + 2 * PAGE)
#define NOT_MAPPED (IOVA + 64 * PAGE)

enum { CONTAINER = 3, GROUP = 4, DEVICE = 5 };
enum { NOP = 0x03, SENSE = 0x04, TIC = 0x08 };
enum { CHAIN = 0x40, SLI = 0x20 };

static uint8_t *memory;
static bool failed;

static void say(bool good, const char *text)
{
	printf("%sok - %s\n", good ? "" : "not ", text);
	fflush(stdout);
	failed |= !good;
}

/* The call must fail with that errno; 0: must succeed. */
static void expect(int want, int r, const char *text)
{
	int got = r < 0 ? errno : 0;
	char line[256];

	if (got == want)
		return say(true, text);
	snprintf(line, sizeof(line), "%s: errno %d (%s) instead of %d", text, got, strerror(got),
		 want);
	say(false, line);
}

static int map(uint64_t iova, void *address, uint32_t flags)
{
	struct vfio_iommu_type1_dma_map request = {
		.argsz = sizeof(request),
		.flags = flags,
		.vaddr = (uintptr_t)address,
		.iova = iova,
		.size = PAGE,
	};

	return ioctl(CONTAINER, VFIO_IOMMU_MAP_DMA, &request);
}

static void setup(void)
{
	const uint32_t both = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;

	memory = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || map(IOVA, memory, both) < 0 ||
	    map(DATA, memory + PAGE, both) < 0 ||
	    map(READ_ONLY, memory + 2 * PAGE, VFIO_DMA_MAP_FLAG_READ) < 0) {
		perror("probe: mapping memory");
		exit(1);
	}
}

static void put_be32(uint8_t *p, uint32_t v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

/* CCW number N of the program at IOVA, format 1. */
static void put_ccw(unsigned int n, uint8_t command, uint8_t flags, uint16_t count,
		    uint32_t address)
{
	uint8_t *p = memory + 8 * n;

	p[0] = command;
	p[1] = flags;
	p[2] = count >> 8;
	p[3] = count;
	put_be32(p + 4, address);
}

static struct ccwbroker_cmd_request new_request(uint32_t timeout_ms)
{
	struct ccwbroker_cmd_request request = {
		.argsz = sizeof(request),
		.timeout_ms = timeout_ms,
	};

	request.orb_area[5] = 0x80; /* format-1 CCWs; every path the subchannel has */
	request.orb_area[6] = 0xff;
	put_be32(request.orb_area + 8, IOVA);
	request.scsw_area[2] = 0x40; /* start function */
	return request;
}

/* 0, or -1 with errno. */
static int start(uint32_t timeout_ms, struct ccwbroker_cmd_request *ret)
{
	*ret = new_request(timeout_ms);
	return ioctl(DEVICE, VFIO_DEVICE_CCW_CMD_REQUEST, ret);
}

/* Channel end and device end and nothing else. */
static bool ended_well(const struct ccwbroker_cmd_request *request)
{
	return request->irb_area[8] == 0x0c && !request->irb_area[9];
}

static bool nop_works(void)
{
	struct ccwbroker_cmd_request request;

	put_ccw(0, NOP, SLI, 1, DATA);
	return !start(10000, &request) && ended_well(&request);
}

/* Kilobytes of our memory that are pinned. */
static long pinned(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];
	long kilobytes = -1;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmLck: %ld", &kilobytes) == 1)
			break;
	if (status)
		fclose(status);
	return kilobytes;
}

static void rules_of_sizes(void)
{
	struct ccwbroker_cmd_request request = new_request(1000);
	struct vfio_device_info info = { .argsz = sizeof(info) };

	expect(0, ioctl(DEVICE, VFIO_DEVICE_GET_INFO, &info), "GET_INFO");
	say(info.flags & VFIO_DEVICE_FLAGS_CCW && info.num_regions == 4 && info.num_irqs == 3,
	    "GET_INFO: a ccw device with 4 regions and 3 irqs");
	info.argsz = 4;
	expect(EINVAL, ioctl(DEVICE, VFIO_DEVICE_GET_INFO, &info), "GET_INFO, argsz too small");

	put_ccw(0, NOP, SLI, 1, DATA);
	request.argsz = 0;
	expect(EINVAL, ioctl(DEVICE, VFIO_DEVICE_CCW_CMD_REQUEST, &request), "argsz 0");
	request.argsz = sizeof(request) - 1;
	expect(EINVAL, ioctl(DEVICE, VFIO_DEVICE_CCW_CMD_REQUEST, &request), "argsz one too small");
	request.argsz = sizeof(request);
	request.flags = 1;
	expect(EINVAL, ioctl(DEVICE, VFIO_DEVICE_CCW_CMD_REQUEST, &request), "an undefined flag");
	request = new_request(CCWBROKER_TIMEOUT_MS_MAX + 1);
	expect(EINVAL, ioctl(DEVICE, VFIO_DEVICE_CCW_CMD_REQUEST, &request),
	       "timeout one too long");
	request = new_request(CCWBROKER_TIMEOUT_MS_MAX);
	expect(0, ioctl(DEVICE, VFIO_DEVICE_CCW_CMD_REQUEST, &request), "the longest timeout");
	expect(EFAULT, ioctl(DEVICE, VFIO_DEVICE_CCW_CMD_REQUEST, (void *)8), "a bad pointer");
	expect(ENOTTY, ioctl(DEVICE, _IO(CCWBROKER_IOCTL_TYPE, 250), 0), "an ioctl nobody knows");
	say(nop_works(), "NOP still works");
}

/* The program as it stands is refused with that errno, reason and CCW, and leaves nothing pinned. */
static void refused(int error, uint32_t reason, uint32_t ccw, const char *text)
{
	struct ccwbroker_cmd_request request;
	int r = start(5000, &request);
	int got = r < 0 ? errno : 0;
	char line[256];

	snprintf(line, sizeof(line), "%s: errno %d, reason %u, CCW 0x%llx, %ld kB pinned", text,
		 got, request.reason, (unsigned long long)request.refused_ccw, pinned());
	say(got == error && request.reason == reason && request.refused_ccw == ccw && !pinned(),
	    line);
}

static void rules_of_memory(void)
{
	put_ccw(0, TIC, 0, 0, IOVA);
	refused(EINVAL, CCWBROKER_REFUSED_TIC, IOVA, "TIC first");
	put_ccw(0, SENSE, SLI, 32, NOT_MAPPED);
	refused(EFAULT, CCWBROKER_REFUSED_DATA_UNMAPPED, IOVA, "data nowhere");
	put_ccw(0, SENSE, SLI, 32, READ_ONLY);
	refused(EPERM, CCWBROKER_REFUSED_DATA_PROTECTED, IOVA, "data in read-only memory");
	put_ccw(0, NOP, SLI | CHAIN, 1, DATA);
	put_ccw(1, SENSE, SLI, 32, DATA + PAGE - 16);
	refused(EPERM, CCWBROKER_REFUSED_DATA_PROTECTED, IOVA + 8, "data half in read-only memory");
	put_ccw(0, SENSE, SLI | 0x02, 32, DATA);
	refused(EOPNOTSUPP, CCWBROKER_REFUSED_CCW_UNSUPPORTED, IOVA, "the suspend flag");
	say(nop_works(), "NOP still works after the refusals");
}

static void rules_of_reset(void)
{
	int again;

	expect(0, ioctl(DEVICE, VFIO_DEVICE_CCW_HOT_RESET), "HOT_RESET");
	say(nop_works(), "NOP works after HOT_RESET");
	expect(0, ioctl(DEVICE, VFIO_DEVICE_RESET), "VFIO_DEVICE_RESET");
	say(nop_works(), "NOP works after VFIO_DEVICE_RESET");

	again = ioctl(GROUP, VFIO_GROUP_GET_DEVICE_FD, getenv("PROBE_DEVICE"));
	say(again >= 0 || errno == EBUSY, "a second open of the device: another fd, or EBUSY");
	if (again >= 0)
		close(again);
	say(nop_works(), "the first fd works on after the second was closed");
	say(open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC) >= 0 || errno == EACCES || errno == EPERM ||
		    errno == ENOENT,
	    "a container of one's own gives nobody the device");
}

/* The I/O region with its eventfd, as a VM manager without our ioctl drives the device. */
static void rules_of_region(void)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = 0 };
	struct ccw_io_region region = {};
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} irq = {
		.set = { .argsz = sizeof(irq),
			 .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			 .count = 1 },
		.fd = eventfd(0, EFD_CLOEXEC),
	};
	struct ccwbroker_cmd_request request = new_request(0);
	uint64_t events = 0;
	ssize_t n;

	expect(0, ioctl(DEVICE, VFIO_DEVICE_GET_REGION_INFO, &info), "GET_REGION_INFO");
	say(info.size == sizeof(region), "the I/O region has the size of vfio_ccw.h");
	expect(0, ioctl(DEVICE, VFIO_DEVICE_SET_IRQS, &irq), "SET_IRQS with an eventfd");
	put_ccw(0, SENSE, SLI, 32, DATA);
	memcpy(region.orb_area, request.orb_area, sizeof(request.orb_area));
	memcpy(region.scsw_area, request.scsw_area, sizeof(request.scsw_area));
	n = pwrite(DEVICE, &region, sizeof(region), info.offset);
	say(n == sizeof(region), "a program starts through the I/O region");
	alarm(20);
	say(read(irq.fd, &events, sizeof(events)) == sizeof(events) && events, "the eventfd rings");
	alarm(0);
	n = pread(DEVICE, &region, sizeof(region), info.offset);
	say(n == sizeof(region) && region.irb_area[8] == 0x0c, "the IRB says how it ended");
	expect(EINVAL, pread(DEVICE, &region, sizeof(region), info.offset + 8) < 0 ? -1 : 0,
	       "reading past the end of the region");
	say(!pinned(), "nothing is pinned");
	irq.fd = -1;
	expect(0, ioctl(DEVICE, VFIO_DEVICE_SET_IRQS, &irq), "the eventfd is taken away");
	say(nop_works(), "and NOP by CMD_REQUEST works");
}

/* Seen by another thread while a program without an end runs. */
struct observation {
	long pinned_before, pinned_meanwhile;
	int second_request, hot_reset; /* errno */
};

static void *observe(void *data)
{
	struct observation *seen = data;
	struct ccwbroker_cmd_request request = new_request(1000);

	usleep(700000);
	seen->pinned_meanwhile = pinned();
	seen->second_request = ioctl(DEVICE, VFIO_DEVICE_CCW_CMD_REQUEST, &request) < 0 ? errno : 0;
	seen->hot_reset = ioctl(DEVICE, VFIO_DEVICE_CCW_HOT_RESET) < 0 ? errno : 0;
	return NULL;
}

static void put_endless(void)
{
	/* 4,000 bytes: more than anybody would copy instead of pinning. */
	put_ccw(0, SENSE, SLI | CHAIN, 4000, DATA);
	put_ccw(1, TIC, 0, 0, IOVA);
}

static void endless_timeout(void)
{
	struct observation seen = { .pinned_before = pinned() };
	struct ccwbroker_cmd_request request;
	struct timespec from, to;
	pthread_t thread;
	double seconds;

	put_endless();
	pthread_create(&thread, NULL, observe, &seen);
	clock_gettime(CLOCK_MONOTONIC, &from);
	expect(ETIMEDOUT, start(3000, &request), "a program without an end: the timeout");
	clock_gettime(CLOCK_MONOTONIC, &to);
	pthread_join(thread, NULL);
	seconds = (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9;
	say(seconds > 2.9 && seconds < 20, "it came after the time asked for");
	say(!seen.pinned_before, "nothing was pinned before");
	say(seen.pinned_meanwhile > 0, "memory was pinned while it ran");
	say(seen.second_request == EBUSY, "another program meanwhile: EBUSY");
	say(seen.hot_reset == EBUSY, "HOT_RESET meanwhile: EBUSY");
	say(!pinned(), "nothing is pinned after the timeout");
	say(nop_works(), "NOP works after the timeout");
}

static void on_alarm(int number)
{
	(void)number; /* only there to interrupt the wait */
}

static void endless_signal(void)
{
	const struct itimerval soon = { .it_value.tv_sec = 1 };
	struct sigaction action = { .sa_handler = on_alarm };
	struct ccwbroker_cmd_request request;

	sigaction(SIGALRM, &action, NULL);
	put_endless();
	setitimer(ITIMER_REAL, &soon, NULL);
	expect(EINTR, start(60000, &request), "a program without an end: a signal");
	say(!pinned(), "nothing is pinned after the signal");
	say(nop_works(), "NOP works after the signal");
}

static _Noreturn void hold(const char *go, const char *result)
{
	for (;;) {
		struct ccwbroker_cmd_request request;
		FILE *out;

		while (access(go, F_OK))
			usleep(100000);
		put_ccw(0, SENSE, SLI, 32, DATA);
		if (!start(10000, &request) && ended_well(&request)) {
			out = fopen(result, "ae");
			if (out) {
				fputs("sense\n", out);
				fclose(out);
			}
		}
		while (!access(go, F_OK))
			usleep(100000);
	}
}

int main(int argc, char **argv)
{
	setup();
	if (argc == 4 && !strcmp(argv[1], "hold"))
		hold(argv[2], argv[3]);
	if (argc == 2 && !strcmp(argv[1], "rules")) {
		rules_of_sizes();
		rules_of_memory();
		rules_of_region();
		rules_of_reset();
	} else if (argc == 2 && !strcmp(argv[1], "endless")) {
		endless_timeout();
		endless_signal();
	} else {
		fputs("usage: probe rules|endless|hold GO RESULT (under ccwctl run)\n", stderr);
		return 2;
	}
	return failed;
}
