/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "device.h"
#include "fault.h"
#include "macro.h"
#include "policy.h"
#include "subject.h"

/* The policy in force. */
struct authority;

/* directories as for config_load, borrowed. Nothing is in force yet. The caller owns *ret. */
_must_check_ int authority_new(const char *const *directories, struct authority **ret);
void authority_free(struct authority *authority);
DEFINE_CLEANUP(struct authority *, authority_free)

/* Reads the policy. On failure what was in force stays so. */
_must_check_ int authority_reload(struct authority *authority, struct fault *fault);

/* Reads the files of a policy, and says what authority_reload would say of them. */
_must_check_ int authority_check(const char *const *directories, struct fault *fault);

/*
 * NULL when the policy in force is what the files last said. Otherwise what is wrong with them;
 * with no policy in force at all, only root may have devices.
 */
const char *authority_problem(const struct authority *authority);

/*
 * What the policy in force says; where it says POLICY_ASK, somebody must be asked. The pointers are
 * good until authority_reload.
 */
void authority_decide(const struct authority *authority, const struct device *device,
		      const struct subject *subject, struct policy_verdict *ret);
