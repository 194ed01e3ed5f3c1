/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the calls that have been read and wait for their turn, by connection. Knows no handler, and of a
 * call no more than its name and how much there is in it.
 */
#include "bus-turn.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bus-error.h"
#include "crowd.h"
#include "limits.h"
#include "names.h"

#define AGAIN_USEC 5000 /* until the bus is looked at again that has not taken all answers */

/* One call of a line. */
struct turn {
	sd_bus_message *message;
	struct turn *next;
};

/* What one connection waits for, the oldest first; there is one as long as there is anything. */
struct line {
	struct turn *first;
	unsigned int count;
	struct line *next;
};

struct bus_turns {
	sd_bus *bus;
	const struct bus_hold *hold; /* peek */
	sd_bus_slot *filter;
	sd_event_source *idle;
	bool is_armed;		 /* idle */
	struct line *lines;	 /* whose turn was longest ago first */
	unsigned int count;	 /* in all lines */
	unsigned int reads;	 /* since the last turn */
	sd_bus_message *passing; /* on its way to its handler; a reference */
};

static const char *sender_of(sd_bus_message *message)
{
	return sd_bus_message_get_sender(message) ?: "";
}

/* ---- lines ---- */

static struct line **line_find(struct bus_turns *turns, const char *sender)
{
	struct line **at = &turns->lines;

	while (*at && strcmp(sender_of((*at)->first->message), sender) != 0)
		at = &(*at)->next;
	return at;
}

static int line_append(struct line **at, sd_bus_message *message)
{
	struct turn *turn = calloc(1, sizeof(*turn)), **last;

	if (!turn)
		return -ENOMEM;
	if (!*at)
		*at = calloc(1, sizeof(**at)); /* behind all others */
	if (!*at) {
		free(turn);
		return -ENOMEM;
	}
	turn->message = sd_bus_message_ref(message);
	for (last = &(*at)->first; *last;)
		last = &(*last)->next;
	*last = turn;
	(*at)->count++;
	return 0;
}

/* The oldest call of the first line, which goes behind all others. The reference is the caller's. */
static sd_bus_message *line_pop(struct bus_turns *turns)
{
	struct line *line = turns->lines, **last;
	struct turn *turn = line->first;
	sd_bus_message *message = turn->message;

	turns->lines = line->next;
	turns->count--;
	line->first = turn->next;
	free(turn);
	if (--line->count == 0) {
		free(line);
		return message;
	}
	line->next = NULL;
	for (last = &turns->lines; *last;)
		last = &(*last)->next;
	*last = line;
	return message;
}

/* ---- what may wait ---- */

/* What is read, and bounded, by the time that it waits for anything. */
static bool is_urgent(sd_bus_message *message)
{
	static const struct {
		const char *interface;
		const char *member;
	} urgent[] = {
		{ CCWB_IFACE_MANAGER, "AcquireDevice" }, { CCWB_IFACE_MANAGER, "AcquireDevices" },
		{ CCWB_IFACE_MANAGER, "ReleaseLease" },	 { CCWB_IFACE_MANAGER, "RevokeLease" },
		{ CCWB_IFACE_LEASE, "Release" },	 { CCWB_IFACE_LEASE, "Revoke" },
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(urgent); n++)
		if (sd_bus_message_is_method_call(message, urgent[n].interface, urgent[n].member))
			return true;
	return false;
}

/* One value, or into or out of a container. 0: that was all. */
static int weigh_next(sd_bus_message *message, unsigned int *depth, size_t *weight)
{
	const char *contents, *text = "";
	uint64_t number;
	char type;
	int r;

	r = sd_bus_message_peek_type(message, &type, &contents);
	if (r < 0)
		return r;
	if (r == 0 && *depth == 0)
		return 0;
	*weight += sizeof(number); /* no less than it has: millions of empty texts are much, too */
	if (r == 0) {
		(*depth)--;
		r = sd_bus_message_exit_container(message);
	} else if (contents) {
		(*depth)++;
		r = sd_bus_message_enter_container(message, type, contents);
	} else if (strchr("sog", type)) {
		r = sd_bus_message_read_basic(message, type, &text);
		*weight += r < 0 ? 0 : strlen(text);
	} else {
		r = sd_bus_message_read_basic(message, type, &number);
	}
	return r < 0 ? r : 1;
}

/* What waits is memory of ours. No method that may have to wait takes as much. */
static int check_weight(sd_bus_message *message, struct fault *fault)
{
	unsigned int depth = 0;
	size_t weight = 0;
	int r;

	do {
		r = weigh_next(message, &depth, &weight);
	} while (r > 0 && weight <= LIMIT_CALL_BYTES);
	if (r < 0)
		return r;
	if (weight > LIMIT_CALL_BYTES)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "the arguments of this call have more than %d bytes",
				 LIMIT_CALL_BYTES);
	return sd_bus_message_rewind(message, true);
}

static int line_up(struct bus_turns *turns, sd_bus_message *message, struct fault *fault)
{
	struct line **at = line_find(turns, sender_of(message));
	unsigned int of_sender = *at ? (*at)->count : 0;
	int r;

	if (of_sender >= crowd_share(turns->count))
		return fault_set(
			fault, FAULT_LIMITS_EXCEEDED,
			"%u calls of %s, and %u in all, wait already for their turn; wait for "
			"answers, and try again",
			of_sender, sender_of(message), turns->count);
	r = check_weight(message, fault);
	if (r >= 0)
		r = line_append(at, message);
	if (r < 0)
		return r;
	turns->count++;
	return 0;
}

/* ---- whose turn it is ---- */

/* Answers that the bus has not taken yet: they stand before those to who takes a device. */
static uint64_t count_untaken(const struct bus_turns *turns)
{
	uint64_t count = 0;

	(void)sd_bus_get_n_queued_write(turns->bus,
					&count); /* fails for a connection that has ended */
	return count;
}

/* Sends the next one to its handler, which has it before anything else is read. */
static void take_turn(struct bus_turns *turns)
{
	sd_bus_message *message = line_pop(turns);
	int r;

	turns->reads = 0;
	r = sd_bus_enqueue_for_read(turns->bus, message);
	if (r >= 0) {
		turns->passing = message;
		return;
	}
	(void)sd_bus_reply_method_errno(message, r, NULL); /* there is no third way */
	sd_bus_message_unref(message);
}

static int arm(struct bus_turns *turns, uint64_t usec)
{
	int r;

	if (turns->is_armed || turns->count == 0)
		return 0;
	r = sd_event_source_set_time_relative(turns->idle, usec);
	if (r >= 0)
		r = sd_event_source_set_enabled(turns->idle, SD_EVENT_ONESHOT);
	turns->is_armed = r >= 0;
	return r;
}

static int on_idle(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus_turns *turns = userdata;
	bool is_early = count_untaken(turns) > 0;

	turns->is_armed = false;
	if (turns->count > 0 && !turns->passing && !is_early)
		take_turn(turns);
	return arm(turns, is_early ? AGAIN_USEC : 0);
}

/* 1: it waits. 0: it goes on to its handler. */
static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct bus_turns *turns = userdata;
	struct fault fault = {};
	int r;

	if (!sd_bus_message_is_method_call(message, NULL, NULL))
		return 0;
	if (message == turns->passing) {
		turns->passing = sd_bus_message_unref(turns->passing);
		return 0;
	}
	if (bus_hold_has(turns->hold, message)) /* it has had its turn */
		return 0;
	if (++turns->reads >= LIMIT_TURN_READS && turns->count > 0 && !turns->passing)
		take_turn(turns);
	if (is_urgent(message))
		return 0;
	r = line_up(turns, message, &fault);
	if (r >= 0)
		r = arm(turns, 0);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

int bus_turns_new(sd_bus *bus, const struct bus_hold *hold, struct bus_turns **ret)
{
	_cleanup_(bus_turns_freep) struct bus_turns *turns = calloc(1, sizeof(*turns));
	int r;

	if (!turns)
		return -ENOMEM;
	turns->bus = sd_bus_ref(bus);
	turns->hold = hold;
	r = sd_event_add_time(sd_bus_get_event(bus), &turns->idle, CLOCK_MONOTONIC, 0, 1, on_idle,
			      turns);
	if (r >= 0) /* behind the bus: when there is nothing to be read */
		r = sd_event_source_set_priority(turns->idle, SD_EVENT_PRIORITY_NORMAL + 1);
	if (r >= 0)
		r = sd_event_source_set_enabled(turns->idle, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_bus_add_filter(bus, &turns->filter, on_message, turns);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(turns);
	return 0;
}

void bus_turns_free(struct bus_turns *turns)
{
	if (!turns)
		return;
	sd_bus_slot_unref(turns->filter);
	sd_event_source_disable_unref(turns->idle);
	while (turns->count > 0)
		sd_bus_message_unref(line_pop(turns));
	sd_bus_message_unref(turns->passing);
	sd_bus_unref(turns->bus);
	free(turns);
}
