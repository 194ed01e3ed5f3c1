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
