/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "macro.h"
#include "policy.h"

/* Texts for people, to be freed; NULL for lack of memory. */

/* "0.0.0580, 0.0.0100-0.0.010f; type 3490; user alice; group operators; unit x.service", or "everything". */
char *policy_text_matches(const struct policy_rule *rule);

/* "/etc/ccwbroker/policy.json:3", or "built in" where file is NULL. */
char *policy_text_place(const char *file, unsigned int line);

/* "6, 2 a user, 3 a group", or "" without any. */
char *policy_text_quotas(const struct profile *profile);

/* What a lease under it gives, but for quotas: "type 3490; commands 02 0c 80-8f; fds; reset after". */
char *policy_text_gives(const struct profile *profile);

/* "02 0c 80-8f", or "all". */
char *policy_text_commands(const struct profile *profile);

/* "allow", "deny" or "ask". */
const char *policy_text_action(enum policy_action action);
