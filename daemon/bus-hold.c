/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the calls that are put aside until somebody else has answered, from the first question to the
 * second time that their handler runs, also when the caller leaves in between. Decides nothing.
 */
#include "bus-hold.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bus-caller.h"
#include "bus-peer.h"
#include "crowd.h"
#include "limits.h"

/* What polkit said to one query. */
struct answer {
	char *query;
	struct fault fault;
};

/* One call, found again by its message: it is the very same one that comes to the handler again. */
struct held {
	struct bus_hold *hold;
	sd_bus_message *message;
	struct bus_caller *caller;
	bool is_stranger; /* whose uid the bus has not told yet */
	uid_t uid;
	struct bus_peer_wait *peer_wait;
	bool has_peer;	      /* as the bus has told, */
	struct bus_peer peer; /* which may be forgotten elsewhere by now */
	struct resolver_wait *wait;
	struct polkit_question *question;
	struct answer answers[LIMIT_ANSWERS]; /* the last one is open while question is there */
	unsigned int n_answers;
	struct fault refusal;	  /* why the caller cannot be known */
	bool is_back;		  /* its handler runs again, or has done so */
	sd_event_source *dropper; /* at work when the call has been sent to its handler again */
	struct held *next;
};

struct bus_hold {
	sd_bus *bus;
	struct resolver *resolver;
	struct bus_peers *peers;
	unsigned int question_ms;
	struct held *first;
};

static void held_free(struct held *held)
{
	struct held **at = &held->hold->first;

	while (*at && *at != held)
		at = &(*at)->next;
	if (*at)
		*at = held->next;
	bus_peer_wait_free(held->peer_wait);
	bus_peer_deinit(&held->peer);
	resolver_wait_free(held->wait);
	polkit_question_free(held->question);
	while (held->n_answers > 0)
		free(held->answers[--held->n_answers].query);
	sd_event_source_disable_unref(held->dropper);
	bus_caller_free(held->caller);
	sd_bus_message_unref(held->message);
	free(held);
}

DEFINE_CLEANUP(struct held *, held_free)

static struct held *find(const struct bus_hold *hold, const sd_bus_message *message)
{
	struct held *held = hold->first;

	while (held && held->message != message)
		held = held->next;
	return held;
}

bool bus_hold_has(const struct bus_hold *hold, const sd_bus_message *message)
{
	return find(hold, message) != NULL;
}

/* Those that are over: their handlers have run again, and ask for nothing more. */
static void sweep(struct bus_hold *hold, const sd_bus_message *current)
{
	struct held *held, *next;

	for (held = hold->first; held; held = next) {
		next = held->next;
		if (held->is_back && held->message != current)
			held_free(held);
	}
}

/* Those whose uid is known. */
static int check_limits(const struct bus_hold *hold, uid_t uid, struct fault *fault)
{
	unsigned int count = 0, of_uid = 0;
	const struct held *held;

	for (held = hold->first; held; held = held->next) {
		count += !held->is_stranger;
		of_uid += !held->is_stranger && held->uid == uid;
	}
	if (of_uid >= LIMIT_CALLS_PER_UID)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "%d calls of uid %u wait for an answer already; try again in a "
				 "moment",
				 LIMIT_CALLS_PER_UID, (unsigned int)uid);
	if (uid != 0 && count >= LIMIT_CALLS)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "%d calls wait for an answer already; try again in a moment",
				 LIMIT_CALLS);
	return 0;
}

static int check_strangers(const struct bus_hold *hold, sd_bus_message *message,
			   struct fault *fault)
{
	const char *sender = sd_bus_message_get_sender(message) ?: "";
	unsigned int count = 0, of_sender = 0;
	const struct held *held;

	for (held = hold->first; held; held = held->next) {
		count += held->is_stranger;
		of_sender += held->is_stranger &&
			     strcmp(sd_bus_message_get_sender(held->message), sender) == 0;
	}
	if (of_sender < crowd_share(count))
		return 0;
	return fault_set(
		fault, FAULT_LIMITS_EXCEEDED,
		"%u calls of %s, and %u in all, wait already for the bus to tell whose they "
		"are; try again in a moment",
		of_sender, sender, count);
}

static void on_caller_gone(void *userdata)
{
	held_free(userdata);
}

/* One of a stranger until settle is called. */
static int held_new(struct bus_hold *hold, sd_bus_message *message, struct held **ret)
{
	_cleanup_(held_freep) struct held *held = calloc(1, sizeof(*held));
	int r;

	if (!held)
		return -ENOMEM;
	held->hold = hold;
	held->is_stranger = true;
	held->peer.pidfd = -1;
	held->message = sd_bus_message_ref(message);
	r = bus_caller_new(message, false, on_caller_gone, held, &held->caller);
	if (r < 0)
		return r;
	held->next = hold->first;
	*ret = hold->first = TAKE_PTR(held);
	return 0;
}

/* The held call of message, which is going to wait for more than the bus: it counts as one of uid. */
static int settle(struct bus_hold *hold, sd_bus_message *message, uid_t uid, struct held **ret,
		  struct fault *fault)
{
	struct held *held = find(hold, message);
	int r;

	if (held && !held->is_stranger) {
		*ret = held;
		return 0;
	}
	sweep(hold, message);
	r = check_limits(hold, uid, fault);
	if (r >= 0 && !held)
		r = held_new(hold, message, &held);
	if (r < 0)
		return r;
	held->is_stranger = false;
	held->uid = uid;
	*ret = held;
	return 0;
}

/* Behind everything that waits on the bus, and so behind the call itself. */
static int on_handled(sd_event_source *source, void *userdata)
{
	held_free(userdata);
	return 0;
}

static int add_dropper(struct held *held)
{
	int r;

	if (held->dropper)
		return sd_event_source_set_enabled(held->dropper, SD_EVENT_ONESHOT);
	r = sd_event_add_defer(sd_bus_get_event(held->hold->bus), &held->dropper, on_handled, held);
	if (r < 0)
		return r;
	return sd_event_source_set_priority(held->dropper, SD_EVENT_PRIORITY_IDLE);
}

/* Sends the call to its handler again; one that cannot be sent is dropped, which ends in no reply. */
static void release(struct held *held)
{
	int r;

	r = add_dropper(held);
	if (r >= 0)
		r = sd_bus_message_rewind(held->message, true);
	if (r >= 0)
		r = sd_bus_enqueue_for_read(held->hold->bus, held->message);
	if (r >= 0)
		return;
	(void)sd_bus_reply_method_errno(held->message, r, NULL); /* there is no third way */
	held_free(held);
}

static void on_known(const struct fault *fault, void *userdata)
{
	struct held *held = userdata;

	held->wait = NULL;
	held->refusal = *fault;
	release(held);
}

static void wait_again(struct held *held)
{
	held->is_back = false;
	if (held->dropper)
		(void)sd_event_source_set_enabled(held->dropper, SD_EVENT_OFF);
}

static int look_up(struct bus_hold *hold, sd_bus_message *message, uid_t uid, struct fault *fault)
{
	struct held *held;
	int r;

	r = settle(hold, message, uid, &held, fault);
	if (r < 0)
		return r;
	r = resolver_ask(hold->resolver, uid, on_known, held, &held->wait, fault);
	if (r < 0) {
		held_free(held);
		return r;
	}
	wait_again(held);
	return 0;
}

static void on_peer(const struct bus_peer *peer, int error, void *userdata)
{
	struct held *held = userdata;

	held->peer_wait = NULL;
	if (error >= 0)
		error = bus_peer_copy(peer, &held->peer);
	held->has_peer = error >= 0;
	if (error < 0)
		(void)fault_set(&held->refusal, FAULT_ACCESS_DENIED,
				"the bus does not tell who calls: %s", strerror(-error));
	release(held);
}

/* Who calls may have been known at first, and be forgotten when the call comes again: it stays the same one. */
static int ask_bus(struct bus_hold *hold, sd_bus_message *message, struct fault *fault)
{
	struct held *held = find(hold, message);
	int r = 0;

	if (!held) {
		sweep(hold, message);
		r = check_strangers(hold, message, fault);
		if (r >= 0)
			r = held_new(hold, message, &held);
	}
	if (r < 0)
		return r;
	r = bus_peers_ask(hold->peers, message, on_peer, held, &held->peer_wait);
	if (r < 0) {
		held_free(held);
		return r;
	}
	wait_again(held);
	return 0;
}

/* 1: *ret, for bus_peer_deinit. 0: message comes again. */
static int find_peer(struct bus_hold *hold, sd_bus_message *message, struct bus_peer *ret,
		     struct fault *fault)
{
	struct held *held = find(hold, message);
	int r;

	if (held)
		held->is_back = true;
	if (held && held->refusal.code != FAULT_NONE)
		return fault_set(fault, held->refusal.code, "%s", held->refusal.text);
	if (held && held->has_peer) {
		r = bus_peer_copy(&held->peer, ret);
		return r < 0 ? r : 1;
	}
	r = bus_peers_get(hold->peers, message, ret);
	return r == 0 ? ask_bus(hold, message, fault) : r;
}

int bus_hold_uid(struct bus_hold *hold, sd_bus_message *message, uid_t *ret, struct fault *fault)
{
	struct bus_peer peer;
	int r;

	r = find_peer(hold, message, &peer, fault);
	if (r <= 0)
		return r;
	*ret = peer.uid;
	bus_peer_deinit(&peer);
	return 1;
}

int bus_hold_subject(struct bus_hold *hold, sd_bus_message *message, struct subject *ret,
		     struct fault *fault)
{
	struct bus_peer peer;
	int r;

	r = find_peer(hold, message, &peer, fault);
	if (r <= 0)
		return r;
	r = resolver_get(hold->resolver, peer.uid, ret);
	if (r > 0) {
		ret->pid = peer.pid;
		ret->pidfd = TAKE_FD(peer.pidfd);
		ret->start = peer.start;
		ret->unit = TAKE_PTR(peer.unit);
	} else if (r == 0) {
		r = look_up(hold, message, peer.uid, fault);
	}
	bus_peer_deinit(&peer);
	return r;
}

static int check_questions(const struct bus_hold *hold, uid_t uid, struct fault *fault)
{
	unsigned int count = 0, of_uid = 0;
	const struct held *held;

	for (held = hold->first; held; held = held->next) {
		count += !!held->question;
		of_uid += held->question && held->uid == uid;
	}
	if (of_uid >= LIMIT_QUESTIONS_PER_UID)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "polkit is being asked %d things for uid %u already; answer those "
				 "first",
				 LIMIT_QUESTIONS_PER_UID, (unsigned int)uid);
	if (count >= LIMIT_QUESTIONS)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "polkit is being asked %d things already; try again later",
				 LIMIT_QUESTIONS);
	return 0;
}

static void on_polkit(const struct fault *fault, void *userdata)
{
	struct held *held = userdata;

	held->answers[held->n_answers - 1].fault = *fault;
	held->question = (polkit_question_free(held->question), NULL);
	release(held);
}

/* No value has a control character in it, so that no two queries look the same. */
static int query_to_text(const struct polkit_query *query, char **ret)
{
	_cleanup_free_ char *text = strdup(query->action);
	size_t n;

	for (n = 0; text && n < POLKIT_DETAILS && query->details[n].name; n++) {
		_cleanup_free_ char *shorter = text;

		if (asprintf(&text, "%s\n%s=%s", shorter, query->details[n].name,
			     query->details[n].value ?: "") < 0)
			text = NULL;
	}
	if (!text)
		return -ENOMEM;
	*ret = TAKE_PTR(text);
	return 0;
}

static int ask(struct held *held, const struct polkit_query *query, char *text_take,
	       struct fault *fault)
{
	_cleanup_free_ char *text = text_take;
	int r;

	if (held->n_answers >= LIMIT_ANSWERS)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "polkit was asked %d times for this call, and the policy changes "
				 "all the time; try again later",
				 LIMIT_ANSWERS);
	r = check_questions(held->hold, held->uid, fault);
	if (r < 0)
		return r;
	r = polkit_ask(held->message, query, held->hold->question_ms, on_polkit, held,
		       &held->question);
	if (r < 0)
		return r;
	held->answers[held->n_answers++] = (struct answer){ .query = TAKE_PTR(text) };
	wait_again(held);
	return 0;
}

int bus_hold_ask(struct bus_hold *hold, sd_bus_message *message, const struct subject *subject,
		 const struct polkit_query *query, struct fault *fault)
{
	struct held *held = find(hold, message);
	_cleanup_free_ char *text = NULL;
	bool is_new = !held;
	unsigned int n;
	int r;

	if (subject->uid == 0)
		return 1;
	r = query_to_text(query, &text);
	if (r < 0)
		return r;
	for (n = 0; held && n < held->n_answers; n++) {
		if (strcmp(held->answers[n].query, text) != 0)
			continue;
		*fault = held->answers[n].fault;
		return fault->code == FAULT_NONE ? 1 : -EACCES;
	}
	r = settle(hold, message, subject_account(subject), &held, fault);
	if (r < 0)
		return r;
	held->uid = subject_account(subject); /* put aside before it was known */
	r = ask(held, query, TAKE_PTR(text), fault);
	if (r < 0 && is_new)
		held_free(held);
	return r;
}

int bus_hold_new(sd_bus *bus, const struct resolver_config *resolver, unsigned int question_ms,
		 struct bus_hold **ret)
{
	_cleanup_(bus_hold_freep) struct bus_hold *hold = calloc(1, sizeof(*hold));
	int r;

	if (!hold)
		return -ENOMEM;
	hold->bus = sd_bus_ref(bus);
	hold->question_ms = question_ms;
	r = bus_peers_new(bus, &hold->peers);
	if (r >= 0)
		r = resolver_new(resolver, &hold->resolver);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(hold);
	return 0;
}

void bus_hold_free(struct bus_hold *hold)
{
	if (!hold)
		return;
	while (hold->first)
		held_free(hold->first);
	resolver_free(hold->resolver);
	bus_peers_free(hold->peers);
	sd_bus_unref(hold->bus);
	free(hold);
}

int bus_hold_account(struct bus_hold *hold, sd_bus_message *message, uid_t uid, struct subject *ret,
		     struct fault *fault)
{
	int r;

	r = resolver_get(hold->resolver, uid, ret);
	return r == 0 ? look_up(hold, message, uid, fault) : r;
}
