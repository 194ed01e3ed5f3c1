/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What is told, and that the catalog explains exactly that. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "audit.h"
#include "check-main.h"
#include "io.h"
#include "limits.h"
#include "log.h"
#include "names.h"
#include "scratch.h"

static char *read_catalog(void)
{
	_cleanup_free_ char *path = NULL;
	char *text;

	ck_assert_int_ge(asprintf(&path, "%s/systemd/ccwbroker.catalog", getenv("top_srcdir")), 0);
	ck_assert_int_ge(io_read_at(AT_FDCWD, path, 65536, &text, NULL), 0);
	return text;
}

START_TEST(test_the_catalog_has_every_id_and_no_other)
{
	_cleanup_free_ char *catalog = read_catalog();
	int event, count = 0;
	char line[64];
	const char *at;

	for (event = 0; event < _AUDIT_EVENT_MAX; event++) {
		snprintf(line, sizeof(line), "\n-- %s\n",
			 audit_message_id((enum audit_event)event));
		ck_assert_msg(strstr(catalog, line) != NULL, "no entry%s", line);
	}
	for (at = catalog; (at = strstr(at, "\n-- ")); at++)
		count++;
	ck_assert_int_eq(count, _AUDIT_EVENT_MAX);
}
END_TEST

START_TEST(test_the_catalog_shows_fields_that_there_are)
{
	static const char *const names[] = { CCWB_FIELD_DEVICE, CCWB_FIELD_LEASE,   CCWB_FIELD_UID,
					     CCWB_FIELD_USER,	CCWB_FIELD_PROFILE, CCWB_FIELD_RULE,
					     CCWB_FIELD_REASON, CCWB_FIELD_UNIT };
	_cleanup_free_ char *catalog = read_catalog();
	const char *at, *end;
	size_t n;

	for (at = strchr(catalog, '@'); at; at = strchr(end + 1, '@')) {
		end = strchr(at + 1, '@');
		ck_assert_ptr_nonnull(end);
		for (n = 0; n < ARRAY_SIZE(names); n++)
			if ((size_t)(end - at) == strlen(names[n]) + 1 &&
			    strncmp(at + 1, names[n], strlen(names[n])) == 0)
				break;
		ck_assert_msg(n < ARRAY_SIZE(names), "%.*s", (int)(end - at + 1), at);
	}
}
END_TEST

/* journalctl's own compiler takes it, and shows as many entries. */
START_TEST(test_journalctl_takes_the_catalog)
{
	_cleanup_free_ char *catalog = read_catalog(), *command = NULL;
	struct scratch root;

	if (system("command -v journalctl >/dev/null") != 0)
		return;
	scratch_init(&root);
	scratch_write(&root, "usr/lib/systemd/catalog/ccwbroker.catalog", catalog);
	scratch_mkdir(&root, "var/lib/systemd/catalog");
	ck_assert_int_ge(asprintf(&command,
				  "exec 2>&1; journalctl --root=%s --update-catalog && "
				  "test \"$(journalctl --root=%s --list-catalog | wc -l)\" = %d",
				  root.path, root.path, _AUDIT_EVENT_MAX),
			 0);
	ck_assert_int_eq(system(command), 0);
	scratch_deinit(&root);
}
END_TEST

static int count_lines(int fd, const char *word)
{
	_cleanup_free_ char *text = NULL;
	const char *at;
	int count = 0;

	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(io_read_fd(fd, 65536, &text, NULL), 0);
	for (at = text; (at = strstr(at, word)); at++)
		count++;
	return count;
}

START_TEST(test_a_flood_of_refusals_is_told_up_to_the_limit_and_grants_always)
{
	struct audit_record record = {
		.event = AUDIT_REFUSAL,
		.device = "0.0.0580",
		.has_subject = true,
		.uid = 1001,
		.user = "alice",
		.reason = "AccessDenied",
	};
	_cleanup_close_ int fd = memfd_create("log", MFD_CLOEXEC);
	int n;

	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	log_init("test");
	for (n = 0; n < LIMIT_REFUSALS + 1; n++)
		audit_log(&record, "no %s", "way");
	ck_assert_int_eq(count_lines(fd, "test: no way\n"), LIMIT_REFUSALS);
	record.event = AUDIT_GRANT;
	for (n = 0; n < LIMIT_REFUSALS + 1; n++)
		audit_log(&record, "have it");
	ck_assert_int_eq(count_lines(fd, "test: have it\n"), LIMIT_REFUSALS + 1);
}
END_TEST

CHECK_MAIN("audit", test_the_catalog_has_every_id_and_no_other,
	   test_the_catalog_shows_fields_that_there_are, test_journalctl_takes_the_catalog,
	   test_a_flood_of_refusals_is_told_up_to_the_limit_and_grants_always)
