/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns who a caller is in the terms of the policy. Knows no rule and no bus.
 */
#include "subject.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "text.h"

/* A name that cannot be shown and saved as it is does not name anybody: it goes by its number. */
static int name_or_digits(const char *name, unsigned int number, char **ret)
{
	if (name && *name && strlen(name) <= LIMIT_USER_BYTES && text_is_printable(name)) {
		*ret = strdup(name);
		return *ret ? 0 : -ENOMEM;
	}
	if (asprintf(ret, "%u", number) < 0) {
		*ret = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int read_gids(struct subject *subject, const char *user, gid_t primary)
{
	int n = 16, known;

	for (;;) {
		gid_t *gids = reallocarray(subject->gids, (size_t)n, sizeof(*gids));

		if (!gids)
			return -ENOMEM;
		subject->gids = gids;
		known = n;
		if (getgrouplist(user, primary, gids, &n) >= 0)
			break;
		if (known >= LIMIT_CREDENTIAL_GROUPS)
			return -E2BIG;
		if (n <= known)
			n = known * 2;
		if (n > LIMIT_CREDENTIAL_GROUPS)
			n = LIMIT_CREDENTIAL_GROUPS;
	}
	subject->n_groups = (size_t)n;
	return 0;
}

static int name_groups(struct subject *subject)
{
	struct group *group;
	size_t n;
	int r;

	subject->groups = calloc(subject->n_groups + 1, sizeof(*subject->groups));
	if (!subject->groups)
		return -ENOMEM;
	for (n = 0; n < subject->n_groups; n++) {
		group = getgrgid(subject->gids[n]);
		r = name_or_digits(group ? group->gr_name : NULL, subject->gids[n],
				   &subject->groups[n]);
		if (r < 0)
			return r;
	}
	return 0;
}

int subject_init(struct subject *ret, uid_t uid, pid_t pid)
{
	struct subject subject = { .uid = uid, .pid = pid };
	struct passwd *account = getpwuid(uid);
	int r;

	r = name_or_digits(account ? account->pw_name : NULL, uid, &subject.user);
	if (r >= 0 && account)
		r = read_gids(&subject, account->pw_name, account->pw_gid);
	if (r >= 0)
		r = name_groups(&subject);
	if (r < 0) {
		subject_deinit(&subject);
		return r;
	}
	*ret = subject;
	return 0;
}

void subject_deinit(struct subject *subject)
{
	size_t n;

	free(subject->user);
	for (n = 0; subject->groups && n < subject->n_groups; n++)
		free(subject->groups[n]);
	free(subject->groups);
	free(subject->gids);
	*subject = (struct subject){};
}
