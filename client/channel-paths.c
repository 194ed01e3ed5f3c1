/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the question by which channel paths devices are reached: the broker answers it for one device at a
 * time, so many calls are under way at once.
 */
#include <errno.h>

#include "call.h"
#include "channel-paths.h"
#include "device-list.h"
#include "names.h"

#define WHAT "look up channel paths"

/* Calls under way at a time: few enough for the bus to take from one connection */
#define WINDOW 32

struct question {
	struct fetch *fetch;
	struct channel_paths *paths;
	sd_bus_slot *slot;
};

struct fetch {
	unsigned int n_open;
	int error;
};

int channel_paths_read(sd_bus_message *reply, struct channel_paths *ret)
{
	struct channel_paths paths = {};
	uint8_t position, chpid;
	int is_usable, r;

	r = sd_bus_message_enter_container(reply, 'v', "a(yyb)");
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "(yyb)");
	while (r >= 0 &&
	       (r = sd_bus_message_read(reply, "(yyb)", &position, &chpid, &is_usable)) > 0) {
		if (paths.n == CHANNEL_PATHS_PER_DEVICE)
			return -EBADMSG;
		paths.path[paths.n].chpid = chpid;
		paths.path[paths.n].is_usable = is_usable;
		paths.n++;
	}
	if (r < 0)
		return r;
	*ret = paths;
	return 0;
}

bool channel_paths_has(const struct channel_paths *paths, uint8_t chpid)
{
	for (unsigned int i = 0; i < paths->n; i++)
		if (paths->path[i].chpid == chpid)
			return true;
	return false;
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct question *question = userdata;
	const sd_bus_error *why = sd_bus_message_get_error(reply);
	int r = 0;

	question->fetch->n_open--;
	if (!why)
		r = channel_paths_read(reply, question->paths);
	else if (!sd_bus_error_has_name(why, SD_BUS_ERROR_UNKNOWN_OBJECT))
		r = -sd_bus_error_get_errno(why);
	if (r < 0)
		question->fetch->error = r;
	return 0;
}

static int ask(sd_bus *bus, const char *path, struct question *question)
{
	int r;

	r = sd_bus_call_method_async(bus, &question->slot, CCWB_BUS_NAME, path,
				     "org.freedesktop.DBus.Properties", "Get", on_reply, question,
				     "ss", CCWB_IFACE_DEVICE, "ChannelPaths");
	if (r >= 0)
		question->fetch->n_open++;
	return r;
}

static int wait_for_some(sd_bus *bus, struct fetch *fetch, unsigned int most)
{
	int r;

	while (fetch->n_open > most) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
		if (r < 0)
			return r;
	}
	return fetch->error;
}

static int fetch_all(sd_bus *bus, const struct device_list *list, struct question *questions)
{
	struct fetch *fetch = questions[0].fetch;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < list->n; i++) {
		r = wait_for_some(bus, fetch, WINDOW - 1);
		if (r >= 0)
			r = ask(bus, list->rows[i].path, &questions[i]);
	}
	return r < 0 ? r : wait_for_some(bus, fetch, 0);
}

enum exit_code channel_paths_fetch(sd_bus *bus, const struct device_list *list,
				   struct channel_paths **ret)
{
	_cleanup_free_ struct channel_paths *paths = calloc(list->n + 1, sizeof(*paths));
	_cleanup_free_ struct question *questions = calloc(list->n + 1, sizeof(*questions));
	struct fetch fetch = {};
	int r;

	if (!paths || !questions) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	for (size_t i = 0; i <= list->n; i++)
		questions[i] = (struct question){ .fetch = &fetch, .paths = &paths[i] };
	r = fetch_all(bus, list, questions);
	for (size_t i = 0; i < list->n; i++)
		sd_bus_slot_unref(questions[i].slot);
	if (r < 0)
		return call_bad_reply(WHAT, r);
	*ret = TAKE_PTR(paths);
	return EXIT_CODE_OK;
}
