/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns sd-bus without a bus daemon: for tests of what reads messages.
 */
#include <sys/socket.h>

#include "check-main.h"
#include "loose-bus.h"

sd_bus *loose_bus_start(int fd_take, bool is_server)
{
	sd_bus *bus;
	sd_id128_t id;

	ck_assert_int_ge(sd_bus_new(&bus), 0);
	ck_assert_int_ge(sd_bus_set_fd(bus, fd_take, fd_take), 0);
	ck_assert_int_ge(sd_id128_randomize(&id), 0);
	ck_assert_int_ge(sd_bus_negotiate_fds(bus, 1), 0);
	if (is_server)
		ck_assert_int_ge(sd_bus_set_server(bus, 1, id), 0);
	ck_assert_int_ge(sd_bus_set_anonymous(bus, 1), 0);
	ck_assert_int_ge(sd_bus_start(bus), 0);
	return bus;
}

void loose_bus_sockets(int ret_fds[static 2])
{
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret_fds), 0);
}

sd_bus *loose_bus_new(void)
{
	int fds[2];

	/* the other end stays open as long as the process: without it the connection fails at once */
	loose_bus_sockets(fds);
	return loose_bus_start(fds[1], false);
}

sd_bus_message *loose_bus_message(sd_bus *bus)
{
	sd_bus_message *message;

	ck_assert_int_ge(sd_bus_message_new_signal(bus, &message, "/x", "x.y", "Z"), 0);
	return message;
}

void loose_bus_seal(sd_bus_message *message)
{
	ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
	ck_assert_int_ge(sd_bus_message_rewind(message, 1), 0);
}
