/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Events as udevd sends them, in a network of the test's own: which are heard, and that losing some is
 * told. Where a process may have no such network (or no count of lost events, as under an emulator of
 * user programs) the machine cases have to do.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check-main.h"
#include "uevent.h"

#define UDEV_GROUP 2 /* to which udevd sends what it has handled */

static sd_event *event;
static struct uevent *uevent;
static int sender;
static unsigned int n_devices, n_subchannels, n_lost;
static struct ccw_id last;

static void on_device(struct ccw_id id, void *userdata)
{
	n_devices++;
	last = id;
}

static void on_lost(void *userdata)
{
	n_lost++;
}

static void on_subchannel(struct ccw_id id, void *userdata)
{
	n_subchannels++;
	last = id;
}

static const struct uevent_listener listener = {
	.device = on_device,
	.subchannel = on_subchannel,
	.lost = on_lost,
};

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(write(fd, text, strlen(text)), 0);
	close(fd);
}

static bool make_network(void)
{
	char map[32];

	snprintf(map, sizeof(map), "0 %u 1", (unsigned int)geteuid());
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) < 0)
		return false;
	write_file("/proc/self/uid_map", map);
	return true;
}

static bool has_count(void)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t size = sizeof(info);

	return getsockopt(sender, SOL_SOCKET, SO_MEMINFO, info, &size) == 0 &&
	       size > SK_MEMINFO_DROPS * sizeof(*info);
}

/* False when this cannot be tested here. */
static bool setup(void)
{
	/* sd-device listens only where it sees that a udevd runs */
	if (!make_network() || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/run", "tmpfs", 0, NULL) < 0)
		return false;
	ck_assert_int_eq(mkdir("/run/udev", 0755), 0);
	write_file("/run/udev/control", "");
	sender = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	ck_assert_int_ge(sender, 0);
	if (!has_count())
		return false;
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_ge(uevent_new(event, &listener, NULL, &uevent), 0);
	return true;
}

static void teardown(void)
{
	uevent_free(uevent);
	sd_event_unref(event);
	close(sender);
}

/* The hash by which the kernel's filter knows a subsystem: MurmurHash2 with seed 0. */
static uint32_t hash_of(const char *text)
{
	const uint32_t m = 0x5bd1e995;
	size_t length = strlen(text);
	uint32_t hash = (uint32_t)length, k;

	for (; length >= 4; length -= 4, text += 4) {
		memcpy(&k, text, 4);
		k *= m;
		k ^= k >> 24;
		hash = hash * m ^ k * m;
	}
	for (k = 0; length > 0; length--)
		k = k << 8 | (unsigned char)text[length - 1];
	if (k) {
		hash ^= k;
		hash *= m;
	}
	hash ^= hash >> 13;
	hash *= m;
	return hash ^ hash >> 15;
}

static void send_event(const char *subsystem, const char *id)
{
	struct {
		char prefix[8];
		uint32_t magic, size, at, length, subsystem_hash, unused[3];
		char properties[256];
	} message = {
		.prefix = "libudev",
		.magic = htobe32(0xfeedcafe),
		.size = 40,
		.at = 40,
		.subsystem_hash = htobe32(hash_of(subsystem)),
	};
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = UDEV_GROUP };

	message.length = (uint32_t)snprintf(message.properties, sizeof(message.properties),
					    "ACTION=change%cDEVPATH=/devices/css0/0.0.0003/%s%c"
					    "SUBSYSTEM=%s%cSEQNUM=7%c",
					    0, id, 0, subsystem, 0, 0);
	ck_assert_int_gt(sendto(sender, &message, 40 + message.length, 0,
				(struct sockaddr *)&address, sizeof(address)),
			 0);
}

static void hear_all(void)
{
	while (sd_event_run(event, 0) > 0)
		continue;
}

START_TEST(test_events_of_channel_devices_are_heard)
{
	if (!setup())
		return;
	send_event("ccw", "0.0.0580");
	send_event("block", "0.0.0581");
	send_event("ccw", "tape");
	send_event("ccw", "0.1.ffff");
	hear_all();
	ck_assert_uint_eq(n_devices, 2);
	ck_assert_uint_eq(last.devno, 0xffff);
	ck_assert_uint_eq(n_lost, 0);
	teardown();
}
END_TEST

START_TEST(test_events_of_subchannels_and_what_is_on_them_are_heard)
{
	if (!setup())
		return;
	send_event("css", "0.0.0004");
	hear_all();
	ck_assert_uint_eq(n_subchannels, 1);
	ck_assert_uint_eq(last.devno, 4);
	send_event("mdev", "63637762-0123-8000-8000-456789abcdef"); /* on 0.0.0003 */
	hear_all();
	ck_assert_uint_eq(n_subchannels, 2);
	ck_assert_uint_eq(last.devno, 3);
	send_event("css", "chp0.40");
	hear_all();
	ck_assert_uint_eq(n_subchannels, 2);
	ck_assert_uint_eq(n_devices, 0);
	teardown();
}
END_TEST

/* The socket of the monitor is the only other one here. */
static void make_room_small(void)
{
	int fd, domain, bytes = 1; /* the kernel makes it its least */
	socklen_t size = sizeof(domain);

	for (fd = 3; fd < 64; fd++)
		if (fd != sender && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
		    domain == AF_NETLINK)
			ck_assert_int_eq(
				setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)), 0);
}

START_TEST(test_lost_events_are_told_of_once_for_each_flood)
{
	unsigned int n;

	if (!setup())
		return;
	make_room_small();
	for (n = 0; n < 100; n++)
		send_event("ccw", "0.0.0580");
	hear_all();
	ck_assert_uint_gt(n_devices, 0);
	ck_assert_uint_lt(n_devices, 100);
	ck_assert_uint_eq(n_lost, 1);
	n_devices = 0;
	send_event("ccw", "0.0.0581");
	hear_all();
	ck_assert_uint_eq(n_devices, 1);
	ck_assert_uint_eq(n_lost, 1); /* the loss of before is no news */
	for (n = 0; n < 100; n++)
		send_event("ccw", "0.0.0580");
	hear_all();
	ck_assert_uint_eq(n_lost, 2);
	teardown();
}
END_TEST

START_TEST(test_a_flood_of_others_is_none)
{
	unsigned int n;

	if (!setup())
		return;
	make_room_small();
	for (n = 0; n < 100; n++)
		send_event("block", "0.0.0580");
	send_event("ccw", "0.0.0580");
	hear_all();
	ck_assert_uint_eq(n_devices, 1);
	ck_assert_uint_eq(n_lost, 0);
	teardown();
}
END_TEST

CHECK_MAIN("uevent", test_events_of_channel_devices_are_heard,
	   test_lost_events_are_told_of_once_for_each_flood, test_a_flood_of_others_is_none,
	   test_events_of_subchannels_and_what_is_on_them_are_heard)
