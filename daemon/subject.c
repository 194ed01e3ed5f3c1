/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns who a caller is in the terms of the policy. Knows no rule and no bus.
 */
#include "subject.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
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
	struct subject subject = { .uid = uid, .pid = pid, .pidfd = -1 };
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

/* uid, user, owner, then a number and a name for each group: texts that end with a NUL. */
int subject_write(const struct subject *subject, int fd)
{
	size_t n;

	if (dprintf(fd, "%u%c%s%c%u%c", (unsigned int)subject->uid, 0, subject->user, 0,
		    (unsigned int)subject->owner, 0) < 0)
		return -EIO;
	for (n = 0; n < subject->n_groups; n++)
		if (dprintf(fd, "%u%c%s%c", (unsigned int)subject->gids[n], 0, subject->groups[n],
			    0) < 0)
			return -EIO;
	return 0;
}

/* The text at *at, which moves behind it; NULL when there is none. */
static const char *next_text(const char **at, const char *end)
{
	const char *text = *at;

	if (text >= end)
		return NULL;
	*at = text + strlen(text) + 1;
	return text;
}

static int read_number(const char *text, unsigned int *ret)
{
	unsigned long value;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return -EBADMSG;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || value > UINT32_MAX)
		return -EBADMSG;
	*ret = (unsigned int)value;
	return 0;
}

/* -ENODATA when there is no further group. */
static int read_group(struct subject *subject, const char **at, const char *end)
{
	const char *number = next_text(at, end), *name = next_text(at, end);
	unsigned int gid;

	if (!number)
		return -ENODATA;
	if (!name || read_number(number, &gid) < 0 || subject->n_groups >= LIMIT_CREDENTIAL_GROUPS)
		return -EBADMSG;
	subject->groups[subject->n_groups] = strdup(name);
	if (!subject->groups[subject->n_groups])
		return -ENOMEM;
	subject->gids[subject->n_groups++] = gid;
	return 0;
}

int subject_read(struct subject *ret, const char *bytes, size_t size)
{
	struct subject subject = { .pidfd = -1 };
	const char *at = bytes, *end = bytes + size, *user;
	unsigned int uid, owner;
	int r;

	if (size == 0 || bytes[size - 1] != '\0' || read_number(next_text(&at, end), &uid) < 0)
		return -EBADMSG;
	user = next_text(&at, end);
	if (!user || read_number(next_text(&at, end), &owner) < 0)
		return -EBADMSG;
	subject.uid = uid;
	subject.owner = owner;
	subject.user = strdup(user);
	subject.gids = calloc(LIMIT_CREDENTIAL_GROUPS, sizeof(*subject.gids));
	subject.groups = calloc(LIMIT_CREDENTIAL_GROUPS, sizeof(*subject.groups));
	r = subject.user && subject.gids && subject.groups ? 0 : -ENOMEM;
	while (r >= 0)
		r = read_group(&subject, &at, end);
	if (r != -ENODATA) {
		subject_deinit(&subject);
		return r;
	}
	*ret = subject;
	return 0;
}

void subject_deinit(struct subject *subject)
{
	size_t n;

	if (subject->pidfd > 0) /* 0 is of one that was never filled */
		macro_close(subject->pidfd);
	free(subject->unit);
	free(subject->user);
	for (n = 0; subject->groups && n < subject->n_groups; n++)
		free(subject->groups[n]);
	free(subject->groups);
	free(subject->gids);
	*subject = (struct subject){ .pidfd = -1 };
}
