/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from a message to the process behind it. User and process are those that the bus
 * vouches for; the unit is read of the process while it is held. What was asked is known for a moment.
 */
#include "bus-peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "limits.h"
#include "process.h"
#include "unit.h"

struct known {
	char sender[64]; /* "": none */
	struct bus_peer peer;
	uint64_t good_until; /* CLOCK_BOOTTIME, milliseconds */
};

struct bus_peers {
	struct known list[LIMIT_PEERS];
};

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
	struct process process = PROCESS_NONE;
	long fd = -1;

	peer->pid = (pid_t)credentials->pid;
	if (credentials->pidfd >= 0)
		fd = fcntl(credentials->pidfd, F_DUPFD_CLOEXEC, 3);
	else if (peer->pid > 0)
		fd = syscall(SYS_pidfd_open, peer->pid, 0U); /* close-on-exec by itself */
	if (fd < 0)
		return; /* it has ended, or is of another pid namespace */
	peer->pidfd = (int)fd;
	if (process_from_pidfd(peer->pidfd, &process) >= 0)
		peer->start = process.start;
	process_deinit(&process);
	if (unit_of_process(peer->pid, peer->pidfd, peer->uid, &peer->unit) < 0)
		peer->unit = NULL; /* in none, or one cannot be sure: no rule for a unit matches */
}

static int ask(sd_bus_message *message, const char *sender, struct bus_peer *ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct credentials credentials = { .pidfd = -1 };
	struct bus_peer peer = { .pidfd = -1 };
	int r;

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

static int copy(const struct bus_peer *peer, struct bus_peer *ret)
{
	struct bus_peer result = {
		.uid = peer->uid,
		.pid = peer->pid,
		.start = peer->start,
		.pidfd = -1,
	};

	if (peer->unit) {
		result.unit = strdup(peer->unit);
		if (!result.unit)
			return -ENOMEM;
	}
	if (peer->pidfd >= 0) {
		result.pidfd = fcntl(peer->pidfd, F_DUPFD_CLOEXEC, 3);
		if (result.pidfd < 0) {
			free(result.unit);
			return -errno;
		}
	}
	*ret = result;
	return 0;
}

void bus_peer_deinit(struct bus_peer *peer)
{
	macro_close(peer->pidfd);
	free(peer->unit);
	*peer = (struct bus_peer){ .pidfd = -1 };
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void forget(struct known *known)
{
	if (*known->sender)
		bus_peer_deinit(&known->peer);
	*known->sender = '\0';
	known->good_until = 0;
}

/* The one of sender, or one that is free by now or else the oldest. */
static struct known *find(struct bus_peers *peers, const char *sender)
{
	struct known *known, *oldest = &peers->list[0];
	uint64_t now = now_ms();

	for (known = peers->list; known < peers->list + LIMIT_PEERS; known++) {
		if (known->good_until <= now)
			forget(known);
		else if (strcmp(known->sender, sender) == 0)
			return known;
		if (known->good_until < oldest->good_until)
			oldest = known;
	}
	forget(oldest);
	return oldest;
}

/* A connection's user and process never change, and its name is never another's; its unit may. */
int bus_peers_get(struct bus_peers *peers, sd_bus_message *message, struct bus_peer *ret)
{
	const char *sender = sd_bus_message_get_sender(message);
	struct known *known;
	int r;

	if (!sender || strlen(sender) >= sizeof(known->sender))
		return -ENODATA;
	known = find(peers, sender);
	if (!*known->sender) {
		r = ask(message, sender, &known->peer);
		if (r < 0)
			return r;
		strcpy(known->sender, sender);
		known->good_until = now_ms() + LIMIT_ACCOUNT_LIFE_MS;
	}
	return copy(&known->peer, ret);
}

int bus_peers_new(struct bus_peers **ret)
{
	struct bus_peers *peers = calloc(1, sizeof(*peers));

	if (!peers)
		return -ENOMEM;
	*ret = peers;
	return 0;
}

void bus_peers_free(struct bus_peers *peers)
{
	size_t n;

	if (!peers)
		return;
	for (n = 0; n < LIMIT_PEERS; n++)
		forget(&peers->list[n]);
	free(peers);
}
