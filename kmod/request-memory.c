// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Registered memory of a request: when it may come and go. Which pages these are is cp-memory.c's
 * business.
 */
#include <linux/mutex.h>

#include "request-priv.h"

/* Registered memory came or went, perhaps while a program is active. */
static void request_count_memory(struct request *req)
{
	req->stats.registered = cp_memory_pages(req->cp);
	request_count_pins(req, cp_pinned_pages(req->cp));
}

bool request_drop_memory(struct request *req, u64 iova, u64 length)
{
	bool has_dropped;

	lockdep_assert_held(&req->io_mutex);
	has_dropped = cp_memory_drop(req->cp, iova, length);
	if (has_dropped)
		request_count_memory(req);
	return has_dropped;
}

void request_drop_all_memory(struct request *req)
{
	(void)request_drop_memory(req, 0, U64_MAX); /* there may be none */
}

int request_register_memory(struct request *req, u64 iova, u64 length, bool store)
{
	int ret = -ENODEV;

	mutex_lock(&req->io_mutex);
	if (!req->is_revoked) {
		request_wait_quiet(req);
		ret = cp_memory_register(req->cp, iova, length, store);
		request_count_memory(req);
	}
	mutex_unlock(&req->io_mutex);
	return ret;
}

int request_unregister_memory(struct request *req, u64 iova, u64 length)
{
	int ret = -ENODEV;

	mutex_lock(&req->io_mutex);
	if (!req->is_revoked) {
		request_settle(req, NULL);
		ret = cp_memory_unregister(req->cp, iova, length);
		request_count_memory(req);
	}
	mutex_unlock(&req->io_mutex);
	return ret;
}
