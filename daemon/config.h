/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "fault.h"
#include "policy.h"

#define CONFIG_MAIN_FILE "policy.json"
#define CONFIG_DROP_INS	 "policy.d"

/*
 * Reads the policy from directories, the most important first, ended by NULL: policy.json of the
 * first that has one, then policy.d of all, in the order of file names; of several files with one
 * name the most important directory's counts, and an empty file or a link to /dev/null hides the
 * others. No file at all is an empty policy. Everything is checked before *ret is set;
 * FAULT_POLICY_INVALID names file, line and key. The caller owns *ret.
 */
_must_check_ int config_load(const char *const *directories, struct policy **ret,
			     struct fault *fault);

/*
 * The same with files, ended by NULL, read one after the other in place of every policy.json; what is one
 * of them is no drop-in besides. A file that is not there is a fault.
 */
_must_check_ int config_load_with(const char *const *files, const char *const *directories,
				  struct policy **ret, struct fault *fault);

/* Where an installed policy is, ended by NULL. */
extern const char *const config_directories[];

/* One file's text, size bytes and a NUL, into policy, which is linked later. file is for messages. */
_must_check_ int config_parse(struct policy *policy, const char *file, const char *text,
			      size_t size, struct fault *fault);
