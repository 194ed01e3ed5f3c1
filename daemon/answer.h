/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "fault.h"
#include "limits.h"
#include "macro.h"
#include "policy.h"

/* What asking for a device would give. */
enum answer_kind {
	ANSWER_YES,
	ANSWER_CHALLENGE, /* an administrator must agree first */
	ANSWER_NO,	  /* policy or a quota of it */
	ANSWER_BUSY,	  /* somebody has it, or has as many as can be had */
	ANSWER_IN_USE,	  /* by the host */
	ANSWER_NA,	  /* it cannot be had by anybody */
	_ANSWER_KIND_MAX,
};

#define ANSWER_REASONS_MAX 4

/* One of the codes of fault.h that refuses, or "Rule", "Profile", "Backend" or "Warning", which explain. */
struct answer_reason {
	const char *code;
	char text[LIMIT_MESSAGE_BYTES];
};

/* Plain bytes. The reason that refuses stands first. */
struct answer {
	enum answer_kind kind;
	unsigned int n_reasons;
	struct answer_reason reasons[ANSWER_REASONS_MAX];
};

/* From a verdict, NULL where there was none, and the fault that came after it or FAULT_NONE. */
void answer_init(struct answer *answer, const struct policy_verdict *verdict,
		 const struct fault *fault);

/* A fault that was found later. Takes the place of a yes. */
void answer_refuse(struct answer *answer, const struct fault *fault);

/* What does not stand against it, and should be known nevertheless. */
void answer_warn(struct answer *answer, const char *text);

/* "yes", "challenge", "no", "busy", "in-use" or "na". */
const char *answer_kind_to_string(enum answer_kind kind);
