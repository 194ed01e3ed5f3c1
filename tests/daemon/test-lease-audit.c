/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* A lease in the audit trail: its text where no journal is; the fields are seen on the machine. */
#include <string.h>
#include <sys/mman.h>

#include "check-main.h"
#include "io.h"
#include "lease-audit.h"
#include "log.h"

static int capture(void)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	log_init("test");
	return fd;
}

static char *captured(int fd)
{
	char *text;

	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(io_read_fd(fd, 65536, &text, NULL), 0);
	return text;
}

START_TEST(test_grants_refusals_and_revocations_are_told)
{
	const struct ccw_id id = { 0, 0, 0x580 };
	const struct subject alice = { .uid = 1001, .pidfd = -1, .user = (char *)"alice" };
	_cleanup_close_ int fd = capture();
	_cleanup_free_ char *text = NULL;
	struct fault fault = {};
	struct lease *lease;

	ck_assert_int_eq(lease_new(id, &alice, "", &lease), 0);
	lease_audit(lease, AUDIT_GRANT, NULL, "given");
	(void)fault_set(&fault, FAULT_ACCESS_DENIED, "no rule");
	lease_audit_refusal(&alice, id, &fault);
	lease_audit_revoke(lease, 7, "");
	text = captured(fd);
	ck_assert_ptr_eq(strstr(text, "test: given\ntest: 0.0.0580: refused to alice: no rule\n"),
			 text);
	ck_assert_ptr_nonnull(strstr(text, "\ntest: 0.0.0580: uid 7 revokes lease l"));
	lease_free(lease);
}
END_TEST

CHECK_MAIN("lease-audit", test_grants_refusals_and_revocations_are_told)
