/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

/* What would be read now of the installed policy: "good, 3 rules", or what is wrong. NULL: no memory. To be freed. */
char *policy_state_describe(void);
