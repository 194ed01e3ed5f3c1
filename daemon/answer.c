/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the words for what a request would give and why. Judges nothing: what the judges have said
 * comes in.
 */
#include "answer.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

#include "names.h"

static const char *const kind_names[_ANSWER_KIND_MAX] = {
	[ANSWER_YES] = "yes",	[ANSWER_CHALLENGE] = "challenge", [ANSWER_NO] = "no",
	[ANSWER_BUSY] = "busy", [ANSWER_IN_USE] = "in-use",	  [ANSWER_NA] = "na",
};

static enum answer_kind kind_of(enum fault_code code)
{
	switch (code) {
	case FAULT_NONE:
		return ANSWER_YES;
	case FAULT_ACCESS_DENIED:
		return ANSWER_NO;
	case FAULT_DEVICE_LEASED:
	case FAULT_OPERATION_IN_PROGRESS:
	case FAULT_LIMITS_EXCEEDED:
		return ANSWER_BUSY;
	case FAULT_DEVICE_IN_USE:
		return ANSWER_IN_USE;
	default:
		return ANSWER_NA;
	}
}

static void add(struct answer *answer, const char *code, const char *text)
{
	struct answer_reason *reason = &answer->reasons[answer->n_reasons++];

	reason->code = code;
	snprintf(reason->text, sizeof(reason->text), "%s", text);
	text_sanitize(reason->text); /* a file's name may be anything, or cut in the middle */
}

/* The rule is named by its place; its profile is told only to those who may have the device. */
static void add_verdict(struct answer *answer, const struct policy_verdict *verdict)
{
	const struct profile *profile = verdict->profile;
	char text[LIMIT_MESSAGE_BYTES / 2];

	if (verdict->rule) {
		snprintf(text, sizeof(text), "%.*s:%u", LIMIT_RULE_BYTES - 16, verdict->rule->file,
			 verdict->rule->line);
		add(answer, "Rule", text);
	}
	if (verdict->action == POLICY_DENY)
		return;
	snprintf(text, sizeof(text), "%s%s%s%s%.*s", profile->name,
		 *profile->description ? ": " : "", profile->description,
		 profile->file ? ", see " : "", LIMIT_MESSAGE_BYTES / 8, profile->file ?: "");
	add(answer, "Profile", text);
}

void answer_init(struct answer *answer, const struct policy_verdict *verdict,
		 const struct fault *fault)
{
	*answer = (struct answer){ .kind = kind_of(fault->code) };
	/* of what else might speak against it, who has not been agreed to learns nothing */
	if (verdict && verdict->action == POLICY_ASK && answer->kind == ANSWER_NO)
		answer->kind = ANSWER_CHALLENGE;
	if (fault->code != FAULT_NONE)
		add(answer, fault_code_to_string(fault->code), fault->text);
	if (verdict)
		add_verdict(answer, verdict);
	if (verdict && fault->code == FAULT_NONE && verdict->backend == BACKEND_VFIO_CCW)
		add(answer, "Backend",
		    CCWB_BACKEND_VFIO_CCW
		    ", the kernel's own: whoever has the device open cannot be "
		    "made to give it back");
}

void answer_refuse(struct answer *answer, const struct fault *fault)
{
	answer->kind = kind_of(fault->code);
	if (answer->n_reasons == ANSWER_REASONS_MAX)
		answer->n_reasons--;
	memmove(&answer->reasons[1], &answer->reasons[0],
		answer->n_reasons * sizeof(answer->reasons[0]));
	answer->n_reasons++;
	answer->reasons[0].code = fault_code_to_string(fault->code);
	snprintf(answer->reasons[0].text, sizeof(answer->reasons[0].text), "%s", fault->text);
}

void answer_warn(struct answer *answer, const char *text)
{
	if (answer->n_reasons < ANSWER_REASONS_MAX)
		add(answer, "Warning", text);
}

const char *answer_kind_to_string(enum answer_kind kind)
{
	return kind_names[kind];
}
