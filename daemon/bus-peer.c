/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from a message to the process behind it. User and process are those that the bus
 * vouches for; the unit is read of the process while it is held.
 */
#include "bus-peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>

#include "unit.h"

int bus_peer_uid(sd_bus_message *message, uid_t *ret)
{
	_cleanup_(sd_bus_creds_unrefp) sd_bus_creds *creds = NULL;
	int r;

	r = sd_bus_query_sender_creds(message, SD_BUS_CREDS_EUID, &creds);
	if (r < 0)
		return r;
	return sd_bus_creds_get_euid(creds, ret);
}

struct credentials {
	uint32_t uid;
	bool has_uid;
	uint32_t pid;
	int pidfd; /* as the bus's reply owns it */
};

/* One entry of the dictionary; those that mean nothing to us are passed over. */
static int read_entry(sd_bus_message *reply, struct credentials *credentials)
{
	const char *key;
	int r;

	r = sd_bus_message_read(reply, "s", &key);
	if (r < 0)
		return r;
	if (strcmp(key, "UnixUserID") == 0) {
		credentials->has_uid = true;
		return sd_bus_message_read(reply, "v", "u", &credentials->uid);
	}
	if (strcmp(key, "ProcessID") == 0)
		return sd_bus_message_read(reply, "v", "u", &credentials->pid);
	if (strcmp(key, "ProcessFD") == 0)
		return sd_bus_message_read(reply, "v", "h", &credentials->pidfd);
	return sd_bus_message_skip(reply, "v");
}

static int read_credentials(sd_bus_message *reply, struct credentials *credentials)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		r = read_entry(reply, credentials);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	if (r < 0)
		return r;
	return credentials->has_uid ? 0 : -ENODATA;
}

/*
 * A bus that gives no pidfd gives a number that may be another process's by now. unit_of_process takes
 * only one of the same user for the sender, who could make that process do its bidding anyway.
 */
static void find_process(struct bus_peer *peer, const struct credentials *credentials)
{
	long fd = -1;

	peer->pid = (pid_t)credentials->pid;
	if (credentials->pidfd >= 0)
		fd = fcntl(credentials->pidfd, F_DUPFD_CLOEXEC, 3);
	else if (peer->pid > 0)
		fd = syscall(SYS_pidfd_open, peer->pid, 0U); /* close-on-exec by itself */
	if (fd < 0)
		return; /* it has ended, or is of another pid namespace */
	peer->pidfd = (int)fd;
	if (unit_of_process(peer->pid, peer->pidfd, peer->uid, &peer->unit) < 0)
		peer->unit = NULL; /* in none, or one cannot be sure: no rule for a unit matches */
}

int bus_peer_init(struct bus_peer *ret, sd_bus_message *message)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct credentials credentials = { .pidfd = -1 };
	const char *sender = sd_bus_message_get_sender(message);
	struct bus_peer peer = { .pidfd = -1 };
	int r;

	if (!sender)
		return -ENODATA;
	r = sd_bus_call_method(sd_bus_message_get_bus(message), "org.freedesktop.DBus",
			       "/org/freedesktop/DBus", "org.freedesktop.DBus",
			       "GetConnectionCredentials", NULL, &reply, "s", sender);
	if (r < 0)
		return r;
	r = read_credentials(reply, &credentials);
	if (r < 0)
		return r;
	peer.uid = credentials.uid;
	find_process(&peer, &credentials);
	*ret = peer;
	return 0;
}

void bus_peer_deinit(struct bus_peer *peer)
{
	macro_close(peer->pidfd);
	free(peer->unit);
	*peer = (struct bus_peer){ .pidfd = -1 };
}
