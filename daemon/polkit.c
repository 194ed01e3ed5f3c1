/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the questions to polkit and what its answers mean; whatever is no clear yes is a no. Knows
 * no rule of ours, and remembers no answer.
 */
#include "polkit.h"

#include <errno.h>
#include <string.h>

#include "names.h"

#define POLKIT_NAME  "org.freedesktop.PolicyKit1"
#define POLKIT_PATH  "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_IFACE "org.freedesktop.PolicyKit1.Authority"

#define ALLOW_INTERACTION 1U /* of CheckAuthorization's flags */

struct polkit_question {
	sd_bus *bus;
	sd_bus_slot *slot;
	bool is_answered;
	bool is_interactive;
	char *id; /* by which polkit knows it, to cancel it */
	char *action;
	char *intro;
	polkit_done_t done;
	void *userdata;
};

/* As the word before the reason; the whole is cut where it is too long. */
#define REFUSE(question, fault, code, format, ...)                                                 \
	((void)fault_set(fault, code, "%.*s; " format, LIMIT_MESSAGE_BYTES / 2, (question)->intro, \
			 ##__VA_ARGS__))

static bool is_absent(const sd_bus_error *error)
{
	static const char *const names[] = {
		"org.freedesktop.DBus.Error.ServiceUnknown",
		"org.freedesktop.DBus.Error.NameHasNoOwner",
		"org.freedesktop.systemd1.NoSuchUnit",
		"org.freedesktop.systemd1.UnitMasked",
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(names); n++)
		if (sd_bus_error_has_name(error, names[n]))
			return true;
	return strncmp(error->name, "org.freedesktop.DBus.Error.Spawn.", 33) == 0;
}

static void explain_error(const struct polkit_question *question, const sd_bus_error *error,
			  struct fault *fault)
{
	if (is_absent(error))
		REFUSE(question, fault, FAULT_ACCESS_DENIED,
		       "polkit, which was to be asked, is not there (%.128s): install polkitd, or "
		       "ask root",
		       error->message);
	else if (sd_bus_error_has_name(error, "org.freedesktop.DBus.Error.NoReply"))
		REFUSE(question, fault, FAULT_ACCESS_DENIED,
		       "polkit does not answer (%.128s): try again, or see systemctl status polkit",
		       error->message);
	else
		REFUSE(question, fault, FAULT_ACCESS_DENIED,
		       "polkit cannot decide about the action %s (%.128s): see pkaction --verbose",
		       question->action, error->message);
}

/* Whether the details of an answer have name as "true". */
static int read_details(sd_bus_message *reply, const char *name, bool *ret)
{
	const char *key, *value;
	int r;

	*ret = false;
	r = sd_bus_message_enter_container(reply, 'a', "{ss}");
	while (r >= 0 && (r = sd_bus_message_read(reply, "{ss}", &key, &value)) > 0)
		if (strcmp(key, name) == 0)
			*ret = strcmp(value, "true") == 0;
	return r;
}

static void explain_answer(const struct polkit_question *question, sd_bus_message *reply,
			   struct fault *fault)
{
	int is_authorized = false, is_challenge = false;
	bool is_dismissed = false;
	int r;

	r = sd_bus_message_enter_container(reply, 'r', "bba{ss}");
	if (r > 0)
		r = sd_bus_message_read(reply, "bb", &is_authorized, &is_challenge);
	if (r > 0)
		r = read_details(reply, "polkit.dismissed", &is_dismissed);
	if (r < 0)
		REFUSE(question, fault, FAULT_ACCESS_DENIED,
		       "polkit's answer cannot be read (%s): is " POLKIT_NAME " really polkit?",
		       strerror(-r));
	else if (is_authorized)
		*fault = (struct fault){ .code = FAULT_NONE };
	else if (is_dismissed)
		REFUSE(question, fault, FAULT_ACCESS_DENIED, "the authentication was dismissed");
	else if (is_challenge && !question->is_interactive)
		REFUSE(question, fault, FAULT_INTERACTION_REQUIRED,
		       "polkit would ask for authentication, but the caller does not allow it: "
		       "call with interactive authorization allowed");
	else if (is_challenge)
		REFUSE(question, fault, FAULT_ACCESS_DENIED,
		       "polkit would ask for authentication, but the caller's session has no agent "
		       "for that: run pkttyagent --process PID beside it");
	else
		REFUSE(question, fault, FAULT_ACCESS_DENIED,
		       "polkit's rules do not allow the action %s", question->action);
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	struct polkit_question *question = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(reply);
	struct fault fault = {};

	/* a dialog may still be open when the time is up */
	question->is_answered = !error || !sd_bus_error_has_name(error, "org.freedesktop.DBus."
									"Error.NoReply");
	if (error)
		explain_error(question, error, &fault);
	else
		explain_answer(question, reply, &fault);
	question->done(&fault, question->userdata); /* frees the question */
	return 0;
}

static int append_details(sd_bus_message *call, const struct polkit_query *query)
{
	size_t n;
	int r;

	r = sd_bus_message_open_container(call, 'a', "{ss}");
	for (n = 0; r >= 0 && n < POLKIT_DETAILS && query->details[n].name; n++)
		if (query->details[n].value && *query->details[n].value)
			r = sd_bus_message_append(call, "{ss}", query->details[n].name,
						  query->details[n].value);
	return r < 0 ? r : sd_bus_message_close_container(call);
}

static int make_call(const struct polkit_question *question, const struct polkit_query *query,
		     const char *sender, sd_bus_message **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r;

	r = sd_bus_message_new_method_call(question->bus, &call, POLKIT_NAME, POLKIT_PATH,
					   POLKIT_IFACE, "CheckAuthorization");
	if (r >= 0)
		r = sd_bus_message_append(call, "(sa{sv})s", "system-bus-name", 1, "name", "s",
					  sender, query->action);
	if (r >= 0)
		r = append_details(call, query);
	if (r >= 0)
		r = sd_bus_message_append(call, "us",
					  question->is_interactive ? ALLOW_INTERACTION : 0U,
					  question->id);
	if (r >= 0)
		*ret = TAKE_PTR(call);
	return r;
}

static int question_new(sd_bus_message *message, const struct polkit_query *query,
			struct polkit_question **ret)
{
	_cleanup_(polkit_question_freep) struct polkit_question *question =
		calloc(1, sizeof(*question));
	static unsigned int last;

	if (!question)
		return -ENOMEM;
	question->is_answered = true; /* nothing to cancel yet */
	question->bus = sd_bus_ref(sd_bus_message_get_bus(message));
	question->is_interactive = sd_bus_message_get_allow_interactive_authorization(message) > 0;
	question->action = strdup(query->action);
	question->intro = strdup(query->intro);
	if (!question->action || !question->intro ||
	    asprintf(&question->id, "ccwbroker-%u", ++last) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(question);
	return 0;
}

int polkit_ask(sd_bus_message *message, const struct polkit_query *query, unsigned int patience_ms,
	       polkit_done_t done, void *userdata, struct polkit_question **ret)
{
	_cleanup_(polkit_question_freep) struct polkit_question *question = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	const char *sender = sd_bus_message_get_sender(message);
	int r;

	if (!sender)
		return -ENODATA;
	r = question_new(message, query, &question);
	if (r < 0)
		return r;
	question->done = done;
	question->userdata = userdata;
	r = make_call(question, query, sender, &call);
	if (r < 0)
		return r;
	r = sd_bus_call_async(question->bus, &question->slot, call, on_answer, question,
			      patience_ms * 1000ULL);
	if (r < 0)
		return r;
	question->is_answered = false;
	*ret = TAKE_PTR(question);
	return 0;
}

static void cancel(const struct polkit_question *question)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

	if (sd_bus_message_new_method_call(question->bus, &call, POLKIT_NAME, POLKIT_PATH,
					   POLKIT_IFACE, "CancelCheckAuthorization") < 0 ||
	    sd_bus_message_append(call, "s", question->id) < 0 ||
	    sd_bus_message_set_expect_reply(call, false) < 0 ||
	    sd_bus_message_set_auto_start(call, false) < 0)
		return;				      /* polkit's own time limit ends the dialog */
	(void)sd_bus_send(question->bus, call, NULL); /* likewise */
}

void polkit_question_free(struct polkit_question *question)
{
	if (!question)
		return;
	if (!question->is_answered)
		cancel(question);
	sd_bus_slot_unref(question->slot);
	sd_bus_unref(question->bus);
	free(question->id);
	free(question->action);
	free(question->intro);
	free(question);
}
