/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns whose subordinate a uid is, as the processes of a user in a namespace of its own have them: to the
 * limits they are that user's. Knows no limit but its own.
 */
#include "subuid.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"

static void close_file(FILE *file)
{
	(void)fclose(file); /* was only read */
}

DEFINE_CLEANUP(FILE *, close_file)

/* A number and nothing else. */
static bool read_number(const char *text, uint64_t *ret)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 10 || text[n] != '\0')
		return false;
	*ret = strtoull(text, NULL, 10);
	return true;
}

static bool has(uint64_t first, uint64_t count, uid_t uid)
{
	return first > 0 && first + count <= UINT32_MAX && uid >= first && uid - first < count;
}

/* By name or by number; nobody's is -1, which is no uid. */
static uid_t owner_of(const char *name)
{
	const struct passwd *account;
	uint64_t number;

	if (read_number(name, &number))
		return number < UINT32_MAX ? (uid_t)number : (uid_t)-1;
	account = getpwnam(name);
	return account ? account->pw_uid : (uid_t)-1;
}

/* OWNER:FIRST:COUNT */
static bool is_of_line(char *line, uid_t uid, uid_t *ret)
{
	char *first_text = strchr(line, ':'), *count_text;
	uint64_t first, count;
	uid_t owner;

	count_text = first_text ? strchr(first_text + 1, ':') : NULL;
	if (!count_text)
		return false;
	*first_text++ = *count_text++ = '\0';
	if (!read_number(first_text, &first) || !read_number(count_text, &count) ||
	    !has(first, count, uid))
		return false;
	owner = owner_of(line);
	/* root's are those of its containers, which are not to have what root may */
	if (owner == (uid_t)-1 || owner == 0)
		return false;
	*ret = owner;
	return true;
}

/* False at the end of the file. A line that is too long, or has a NUL in it, is left empty. */
static bool read_line(FILE *file, char *line, size_t size)
{
	size_t n = 0;
	bool is_good = true;
	int c;

	while ((c = getc(file)) != EOF && c != '\n') {
		is_good = is_good && c != '\0' && n < size - 1;
		if (is_good)
			line[n++] = (char)c;
	}
	line[is_good ? n : 0] = '\0';
	return c != EOF || n > 0;
}

int subuid_find(const char *path, uid_t uid, uid_t *ret)
{
	_cleanup_(close_filep) FILE *file = fopen(path, "re");
	char line[LIMIT_SUBUID_LINE_BYTES + 1];
	unsigned int n;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	for (n = 0; n < LIMIT_SUBUID_LINES && read_line(file, line, sizeof(line)); n++)
		if (is_of_line(line, uid, ret))
			return 1;
	return ferror(file) ? -EIO : 0;
}
