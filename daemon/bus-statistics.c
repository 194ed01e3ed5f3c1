/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the counting of what callers got, and how it is told. Numbers only: no ids, no users.
 */
#include "bus-statistics.h"

#include <time.h>

#include "names.h"

void bus_statistics_granted(struct broker *broker, const struct lease *lease)
{
	struct tally *tally = broker_tally(broker);
	struct timespec now;
	uint64_t usec;

	clock_gettime(CLOCK_REALTIME, &now);
	usec = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	tally->granted++;
	if (usec < lease->since)
		return; /* somebody has set the clock */
	tally->wait_total += usec - lease->since;
	if (usec - lease->since > tally->wait_most)
		tally->wait_most = usec - lease->since;
}

void bus_statistics_refused(struct broker *broker, const struct fault *fault)
{
	broker_tally(broker)->refused[fault->code]++;
}

void bus_statistics_ended(struct broker *broker, enum lease_end end)
{
	broker_tally(broker)->ended[end]++;
}

static int open_counts(sd_bus_message *reply, const char *key)
{
	int r;

	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", key);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "a{st}");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{st}");
	return r;
}

static int close_counts(sd_bus_message *reply)
{
	int n, r = 0;

	for (n = 0; r >= 0 && n < 3; n++)
		r = sd_bus_message_close_container(reply);
	return r;
}

static int append_refused(sd_bus_message *reply, const struct tally *tally)
{
	const char *name;
	int code, r;

	r = open_counts(reply, CCWB_STAT_REFUSED);
	for (code = FAULT_NONE; r >= 0 && code < _FAULT_CODE_MAX; code++) {
		name = code == FAULT_NONE ? "Failed" : fault_code_to_string(code);
		if (tally->refused[code])
			r = sd_bus_message_append(reply, "{st}", name, tally->refused[code]);
	}
	return r < 0 ? r : close_counts(reply);
}

static int append_ended(sd_bus_message *reply, const struct tally *tally)
{
	int end, r;

	r = open_counts(reply, CCWB_STAT_ENDED);
	for (end = 0; r >= 0 && end < _LEASE_END_MAX; end++)
		if (tally->ended[end])
			r = sd_bus_message_append(reply, "{st}", lease_end_to_string(end),
						  tally->ended[end]);
	return r < 0 ? r : close_counts(reply);
}

static int append_all(sd_bus_message *reply, struct broker *broker)
{
	const struct tally *tally = broker_tally(broker);
	int r;

	r = sd_bus_message_append(reply, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}", CCWB_STAT_SINCE, "t",
				  tally->since, CCWB_STAT_DEVICES, "u",
				  (uint32_t)registry_count(broker_registry(broker)),
				  CCWB_STAT_LEASES, "u", (uint32_t)broker_count_leases(broker),
				  CCWB_STAT_GRANTED, "t", tally->granted, CCWB_STAT_RELOADS, "t",
				  tally->reloads, CCWB_STAT_WAIT_TOTAL, "t", tally->wait_total,
				  CCWB_STAT_WAIT_MOST, "t", tally->wait_most);
	if (r >= 0)
		r = append_refused(reply, tally);
	return r < 0 ? r : append_ended(reply, tally);
}

int bus_statistics_get(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{sv}");
	if (r >= 0)
		r = append_all(reply, userdata);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}
