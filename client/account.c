/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the meaning of USER on the command line.
 */
#include <errno.h>
#include <pwd.h>
#include <stdint.h>

#include "account.h"
#include "call.h"

enum exit_code account_find(const char *verb, const char *user, uid_t *ret)
{
	const struct passwd *account = getpwnam(user);
	unsigned long number;
	char *end;

	if (account) {
		*ret = account->pw_uid;
		return EXIT_CODE_OK;
	}
	errno = 0;
	number = strtoul(user, &end, 10);
	/* the last one is nobody's, and means "none" to the kernel */
	if (*user >= '0' && *user <= '9' && !*end && !errno && number < UINT32_MAX) {
		*ret = (uid_t)number;
		return EXIT_CODE_OK;
	}
	call_complain("%s: there is no user \"%s\"", verb, user);
	return EXIT_CODE_USAGE;
}
