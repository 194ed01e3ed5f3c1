/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>

enum answer {
	ANSWER_GOOD,
	ANSWER_IOMMUFD,
	ANSWER_PATH,
	ANSWER_FDS_BY_PATH,
	ANSWER_BOTH_KINDS,
	ANSWER_FD_MISSING,
	ANSWER_LEASE_MISSING,
	ANSWER_OTHER_SIGNATURE,
	ANSWER_ERROR,
	ANSWER_BUSY_ONCE,
	ANSWER_RESTORE_FAILS,
	ANSWER_REVOKED,
	ANSWER_RELEASED,
	ANSWER_TOGETHER, /* to AcquireDevices: "l77" and "l78", each ends when its fd is closed everywhere */
	ANSWER_NEVER,
};

/*
 * A second process that answers one AcquireDevice, or AcquireDevices, so, because the broker itself cannot be made to answer wrongly; with the
 * broker: tests/vm/cases. It ends with the connection.
 */
struct ccwb_connection *fake_broker_start(enum answer answer);

/* Answers by which the client's user is to open the node. */
bool fake_broker_is_by_path(enum answer answer);

/* Of this process, with that of the question itself. */
int fake_broker_count_fds(void);

/* Asks for a device of a broker that answers so; *ret_connection in any case. */
typedef int (*fake_broker_ask_t)(enum answer answer, struct ccwb_connection **ret_connection,
				 struct ccwb_lease **ret, struct ccwb_error *ret_error);

/* It comes to number and text, and leaves nothing open. */
void fake_broker_refuses(fake_broker_ask_t ask, enum answer answer, int number, const char *text);
