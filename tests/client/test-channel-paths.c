/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/channel-paths.c: what the broker says of the ways to a device, up to eight and one more. */
#include <errno.h>

#include "channel-paths.h"
#include "check-main.h"
#include "loose-bus.h"

static int read_some(unsigned int n, struct channel_paths *ret)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	sd_bus_message *message = loose_bus_message(bus);
	int r;

	ck_assert_int_ge(sd_bus_message_open_container(message, 'v', "a(yyb)"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "(yyb)"), 0);
	for (unsigned int i = 0; i < n; i++)
		ck_assert_int_ge(sd_bus_message_append(message, "(yyb)", i, 0x40 + i, i % 2), 0);
	ck_assert_int_ge(sd_bus_message_close_container(message), 0);
	ck_assert_int_ge(sd_bus_message_close_container(message), 0);
	loose_bus_seal(message);
	r = channel_paths_read(message, ret);
	sd_bus_message_unref(message);
	return r;
}

START_TEST(test_paths_come_with_their_ids)
{
	struct channel_paths paths;

	ck_assert_int_eq(read_some(2, &paths), 0);
	ck_assert_uint_eq(paths.n, 2);
	ck_assert_uint_eq(paths.path[1].chpid, 0x41);
	ck_assert(!paths.path[0].is_usable);
	ck_assert(paths.path[1].is_usable);
	ck_assert(channel_paths_has(&paths, 0x40));
	ck_assert(!channel_paths_has(&paths, 0x42));
	ck_assert_int_eq(read_some(0, &paths), 0);
	ck_assert(!channel_paths_has(&paths, 0x40));
}
END_TEST

START_TEST(test_a_device_has_at_most_eight)
{
	struct channel_paths paths = {};

	ck_assert_int_eq(read_some(CHANNEL_PATHS_PER_DEVICE + 1, &paths), -EBADMSG);
	ck_assert_uint_eq(paths.n, 0);
	ck_assert_int_eq(read_some(CHANNEL_PATHS_PER_DEVICE, &paths), 0);
	ck_assert_uint_eq(paths.n, CHANNEL_PATHS_PER_DEVICE);
}
END_TEST

CHECK_MAIN("channel-paths", test_paths_come_with_their_ids, test_a_device_has_at_most_eight)
