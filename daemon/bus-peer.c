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

#define NAME_SIZE 64 /* of a sender */

struct known {
	char sender[NAME_SIZE]; /* "": none */
	struct bus_peer peer;
	uint64_t good_until; /* CLOCK_BOOTTIME, milliseconds */
};

struct bus_peer_wait {
	struct question *question;
	bus_peer_done_t done;
	void *userdata;
	struct bus_peer_wait *next;
};

/* One sender that the bus is asked for, as long as somebody waits. */
struct question {
	struct bus_peers *peers;
	char sender[NAME_SIZE];
	unsigned int n_tries;
	sd_bus_slot *slot;
	struct bus_peer_wait *waits; /* who came first is told first */
	struct question *next;
};

struct bus_peers {
	sd_bus *bus;
	struct question *questions;
	struct known list[LIMIT_PEERS];
};

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

int bus_peer_copy(const struct bus_peer *peer, struct bus_peer *ret)
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

/* A sender's name, or NULL for what no bus can vouch for. */
static const char *sender_of(sd_bus_message *message)
{
	const char *sender = sd_bus_message_get_sender(message);

	return sender && strlen(sender) < NAME_SIZE ? sender : NULL;
}

/* A connection's user and process never change, and its name is never another's; its unit may. */
int bus_peers_get(struct bus_peers *peers, sd_bus_message *message, struct bus_peer *ret)
{
	const char *sender = sender_of(message);
	const struct known *known;
	int r;

	if (!sender)
		return -ENODATA;
	known = find(peers, sender);
	if (!*known->sender)
		return 0;
	r = bus_peer_copy(&known->peer, ret);
	return r < 0 ? r : 1;
}

static void question_free(struct question *question)
{
	struct question **at = &question->peers->questions;

	while (*at && *at != question)
		at = &(*at)->next;
	if (*at)
		*at = question->next;
	sd_bus_slot_unref(question->slot);
	free(question);
}

DEFINE_CLEANUP(struct question *, question_free)

static void answer(struct question *question, const struct bus_peer *peer, int error)
{
	struct bus_peer_wait *wait;
	bus_peer_done_t done;
	void *userdata;

	while ((wait = question->waits)) {
		question->waits = wait->next;
		done = wait->done;
		userdata = wait->userdata;
		free(wait);
		done(peer, error, userdata);
	}
	question_free(question);
}

static int remember(struct bus_peers *peers, const char *sender, const struct bus_peer *peer)
{
	struct known *known = find(peers, sender);
	int r;

	r = bus_peer_copy(peer, &known->peer);
	if (r < 0)
		return r;
	strcpy(known->sender, sender);
	known->good_until = now_ms() + LIMIT_ACCOUNT_LIFE_MS;
	return 0;
}

static int put(struct question *question); /* whose answer may be to put it again */

static int on_credentials(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct credentials credentials = { .pidfd = -1 };
	struct bus_peer peer = { .pidfd = -1 };
	struct question *question = userdata;
	int r;

	r = -sd_bus_message_get_errno(reply); /* 0 for what is no error */
	if (r == -ETIMEDOUT && ++question->n_tries < LIMIT_PEER_TRIES && put(question) >= 0)
		return 0;
	if (r >= 0)
		r = read_credentials(reply, &credentials);
	if (r >= 0) {
		peer.uid = credentials.uid;
		find_process(&peer, &credentials);
		r = remember(question->peers, question->sender, &peer);
	}
	answer(question, r < 0 ? NULL : &peer, r);
	bus_peer_deinit(&peer);
	return 0;
}

/* dbus-daemon loses its own replies to one for whom too much waits, so none is waited for long. */
static int put(struct question *question)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	sd_bus *bus = question->peers->bus;
	int r;

	question->slot = sd_bus_slot_unref(question->slot);
	r = sd_bus_message_new_method_call(bus, &message, "org.freedesktop.DBus",
					   "/org/freedesktop/DBus", "org.freedesktop.DBus",
					   "GetConnectionCredentials");
	if (r >= 0)
		r = sd_bus_message_append(message, "s", question->sender);
	return r < 0 ? r
		     : sd_bus_call_async(bus, &question->slot, message, on_credentials, question,
					 LIMIT_PEER_MS * 1000ULL);
}

static int question_new(struct bus_peers *peers, const char *sender, struct question **ret)
{
	_cleanup_(question_freep) struct question *question = calloc(1, sizeof(*question));
	int r;

	if (!question)
		return -ENOMEM;
	question->peers = peers;
	strcpy(question->sender, sender);
	r = put(question);
	if (r < 0)
		return r;
	question->next = peers->questions;
	*ret = peers->questions = TAKE_PTR(question);
	return 0;
}

int bus_peers_ask(struct bus_peers *peers, sd_bus_message *message, bus_peer_done_t done,
		  void *userdata, struct bus_peer_wait **ret)
{
	_cleanup_free_ struct bus_peer_wait *wait = calloc(1, sizeof(*wait));
	struct question *question = peers->questions;
	const char *sender = sender_of(message);
	struct bus_peer_wait **at;
	int r;

	if (!wait)
		return -ENOMEM;
	if (!sender)
		return -ENODATA;
	while (question && strcmp(question->sender, sender) != 0)
		question = question->next;
	if (!question) {
		r = question_new(peers, sender, &question);
		if (r < 0)
			return r;
	}
	wait->question = question;
	wait->done = done;
	wait->userdata = userdata;
	for (at = &question->waits; *at;)
		at = &(*at)->next;
	*ret = *at = TAKE_PTR(wait);
	return 0;
}

void bus_peer_wait_free(struct bus_peer_wait *wait)
{
	struct bus_peer_wait **at;
	struct question *question;

	if (!wait)
		return;
	question = wait->question;
	for (at = &question->waits; *at != wait;)
		at = &(*at)->next;
	*at = wait->next;
	free(wait);
	if (!question->waits)
		question_free(question);
}

int bus_peers_new(sd_bus *bus, struct bus_peers **ret)
{
	struct bus_peers *peers = calloc(1, sizeof(*peers));

	if (!peers)
		return -ENOMEM;
	peers->bus = sd_bus_ref(bus);
	*ret = peers;
	return 0;
}

void bus_peers_free(struct bus_peers *peers)
{
	struct bus_peer_wait *wait;
	size_t n;

	if (!peers)
		return;
	while (peers->questions) {
		while ((wait = peers->questions->waits)) {
			peers->questions->waits = wait->next;
			free(wait);
		}
		question_free(peers->questions);
	}
	for (n = 0; n < LIMIT_PEERS; n++)
		forget(&peers->list[n]);
	sd_bus_unref(peers->bus);
	free(peers);
}
