/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the call that asks what acquiring a device would give, from its options to its reply. Decides
 * nothing.
 */
#include "bus-inquire.h"

#include <errno.h>
#include <stdlib.h>

#include "broker.h"
#include "bus-caller.h"
#include "bus-error.h"
#include "bus-hold.h"
#include "bus-lookup.h"
#include "bus-wish.h"
#include "names.h"

/* Lives until the answer or the caller's end, whichever comes first. */
struct question {
	sd_bus_message *message;
	struct bus_caller *caller;
	struct inquiry *inquiry;
	struct answer answer; /* as far as it is known */
};

static void question_free(struct question *question)
{
	inquiry_free(question->inquiry);
	bus_caller_free(question->caller);
	sd_bus_message_unref(question->message);
	free(question);
}

DEFINE_CLEANUP(struct question *, question_free)

static int reply(sd_bus_message *message, const struct answer *answer)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	unsigned int n;
	int r;

	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", answer_kind_to_string(answer->kind));
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(ss)");
	for (n = 0; r >= 0 && n < answer->n_reasons; n++)
		r = sd_bus_message_append(reply, "(ss)", answer->reasons[n].code,
					  answer->reasons[n].text);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

static void on_looked(struct worker_result *result, void *userdata)
{
	_cleanup_(question_freep) struct question *question = userdata;

	question->inquiry = NULL;
	foresight_conclude(&question->answer, result);
	(void)reply(question->message, &question->answer); /* nobody else could be told */
}

static void on_caller_gone(void *userdata)
{
	question_free(userdata);
}

static int question_new(sd_bus_message *message, struct question **ret)
{
	_cleanup_(question_freep) struct question *question = calloc(1, sizeof(*question));
	int r;

	if (!question)
		return -ENOMEM;
	question->message = sd_bus_message_ref(message);
	r = bus_caller_new(message, false, on_caller_gone, question, &question->caller);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(question);
	return 0;
}

/* Of the caller, or of whom root asks for. 0: later, as bus_hold_subject. */
static int find_subject(struct broker *broker, sd_bus_message *message, uid_t of,
			struct subject *ret, uid_t *ret_caller, struct fault *fault)
{
	struct subject caller;
	int r;

	r = bus_hold_subject(broker_hold(broker), message, &caller, fault);
	if (r <= 0)
		return r;
	*ret_caller = subject_account(&caller);
	if (of == (uid_t)-1 || of == caller.uid) {
		*ret = caller;
		return 1;
	}
	subject_deinit(&caller);
	if (*ret_caller != 0)
		return fault_set(fault, FAULT_ACCESS_DENIED,
				 "only root may ask what another user (uid %u) would get",
				 (unsigned int)of);
	return bus_hold_account(broker_hold(broker), message, of, ret, fault);
}

static int ask(struct broker *broker, sd_bus_message *message, struct ccw_id id,
	       const struct foresight_question *asked, struct fault *fault)
{
	_cleanup_(question_freep) struct question *question = NULL;
	int r;

	r = question_new(message, &question);
	if (r < 0)
		return r;
	r = foresight_inquire(broker_foresight(broker), id, asked, &question->answer, on_looked,
			      question, &question->inquiry, fault);
	if (r < 0)
		return r;
	if (r > 0)
		return reply(message, &question->answer);
	(void)TAKE_PTR(question); /* on_looked or on_caller_gone frees it */
	return 0;
}

int bus_inquire(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct broker_wish wish = {};
	struct subject subject;
	struct foresight_question asked = { .subject = &subject, .wish = &wish };
	struct fault fault = {};
	uid_t of = (uid_t)-1;
	struct ccw_id id;
	int r;

	r = bus_lookup_read_id(message, &id, &fault);
	if (r >= 0)
		r = bus_wish_read(message, &wish, &of, &fault);
	if (r >= 0)
		r = find_subject(userdata, message, of, &subject, &asked.caller, &fault);
	if (r > 0) {
		r = ask(userdata, message, id, &asked, &fault);
		subject_deinit(&subject);
	}
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}
