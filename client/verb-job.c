/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl bind`, `restore` and `reset`: what is done to a device that nobody has, waited for, and
 * how the device is afterwards.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "errand.h"
#include "names.h"
#include "properties.h"

struct device_after {
	char *driver;
	char *state;
	char *reason[2]; /* code and sentence, empty when all is well */
};

static const struct property after_properties[] = {
	{ "Driver", PROPERTY_STRING, offsetof(struct device_after, driver) },
	{ "State", PROPERTY_STRING, offsetof(struct device_after, state) },
	{ "StateReason", PROPERTY_PAIR, offsetof(struct device_after, reason) },
	{},
};

static enum exit_code fetch_after(sd_bus *bus, const char *id, const char *what,
				  struct device_after *after)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *device = NULL, *reply = NULL;
	enum exit_code code;
	const char *path;
	int r;

	code = call_manager(bus, what, &device, "GetDevice", "s", id);
	if (code)
		return code;
	r = sd_bus_message_read(device, "o", &path);
	if (r < 0)
		return call_bad_reply(what, r);
	code = call_properties(bus, what, path, CCWB_IFACE_DEVICE, &reply);
	if (code)
		return code;
	r = properties_read(reply, after_properties, after);
	if (r < 0 || !after->driver || !after->state || !after->reason[1])
		return call_bad_reply(what, r < 0 ? r : -EBADMSG);
	return EXIT_CODE_OK;
}

static enum exit_code tell(const char *id, const char *what, const struct errand_end *end,
			   const struct device_after *after)
{
	const char *driver = *after->driver ? after->driver : "none";

	if (end->outcome == ERRAND_DONE) {
		printf("%s: driver %s, state %s\n", id, driver, after->state);
		return EXIT_CODE_OK;
	}
	call_complain("cannot %s: %s", what,
		      end->outcome == ERRAND_CANCELED ? "it was canceled" : end->reason);
	call_complain("now: driver %s, state %s%s%s", driver, after->state,
		      *after->reason[1] ? ": " : "", after->reason[1]);
	return EXIT_CODE_FAILURE;
}

static enum exit_code run(const char *verb, const char *method, const char *word,
			  const char *driver)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	struct device_after after = {};
	struct errand_end end = {};
	char id[CCW_ID_STRING_SIZE];
	enum exit_code code;
	char what[64];
	int r;

	code = call_device_id(word, id);
	if (code)
		return call_usage(driver		   ? "bind DEV [DRIVER]"
				  : !strcmp(verb, "reset") ? "reset DEV"
							   : "restore DEV");
	snprintf(what, sizeof(what), "%s %s", verb, id);
	code = call_open(&bus);
	if (code)
		return code;
	r = call_new(bus, &message, method);
	if (r >= 0)
		r = sd_bus_message_append(message, "s", id);
	if (r >= 0 && driver)
		r = sd_bus_message_append(message, "s", driver);
	if (r >= 0)
		r = sd_bus_message_append(message, "t", (uint64_t)0);
	if (r < 0) {
		call_complain("cannot %s: %s", what, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	code = errand_run(bus, what, message, &end);
	if (!code)
		code = fetch_after(bus, id, what, &after);
	if (!code)
		code = tell(id, what, &end, &after);
	free(end.reason);
	properties_free(after_properties, &after);
	return code;
}

enum exit_code verb_bind(const struct options *options, const struct arguments *arguments)
{
	return run("bind", "BindDevice", arguments->words[0],
		   arguments->n_words > 1 ? arguments->words[1] : CCWB_DRIVER);
}

enum exit_code verb_restore(const struct options *options, const struct arguments *arguments)
{
	return run("restore", "RestoreDevice", arguments->words[0], NULL);
}

enum exit_code verb_reset(const struct options *options, const struct arguments *arguments)
{
	return run("reset", "ResetDevice", arguments->words[0], NULL);
}
