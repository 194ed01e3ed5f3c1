/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the questions about devices while workers look at them, and how many there may be. Does not know
 * what is asked, and makes no answer of what is found.
 */
#include "inquiry.h"

#include <errno.h>
#include <string.h>

#include "limits.h"

struct inquiry {
	struct inquiry_desk *desk;
	uid_t uid;
	struct worker *worker;
	worker_done_t done;
	void *userdata;
	struct inquiry *next;
};

void inquiry_free(struct inquiry *inquiry)
{
	struct inquiry **at;

	if (!inquiry)
		return;
	for (at = &inquiry->desk->first; *at; at = &(*at)->next) {
		if (*at == inquiry) {
			*at = inquiry->next;
			break;
		}
	}
	worker_free(inquiry->worker);
	free(inquiry);
}

void inquiry_desk_deinit(struct inquiry_desk *desk)
{
	while (desk->first)
		inquiry_free(desk->first);
}

static void on_looked(struct worker_result *result, void *userdata)
{
	struct inquiry *inquiry = userdata;
	worker_done_t done = inquiry->done;
	void *whose = inquiry->userdata;

	if (result->r < 0 && result->fault.code == FAULT_NONE)
		(void)fault_set(&result->fault, FAULT_BIND_FAILED,
				"nobody could look at the device: %s", strerror(-result->r));
	inquiry_free(inquiry);
	done(result, whose);
}

static int check_limits(const struct inquiry_desk *desk, uid_t uid, struct fault *fault)
{
	const struct inquiry *inquiry;
	unsigned int count = 0, of_uid = 0;

	for (inquiry = desk->first; inquiry; inquiry = inquiry->next) {
		count++;
		of_uid += inquiry->uid == uid;
	}
	if (count < LIMIT_INQUIRIES && of_uid < LIMIT_INQUIRIES_PER_UID)
		return 0;
	return fault_set(
		fault, FAULT_LIMITS_EXCEEDED,
		"%u devices are being looked at already, %u of them for uid %u; try again in "
		"a moment",
		count, of_uid, (unsigned int)uid);
}

int inquiry_new(struct inquiry_desk *desk, uid_t uid, const struct sysfs *sysfs, worker_run_t run,
		void *data, worker_done_t done, void *userdata, struct inquiry **ret,
		struct fault *fault)
{
	_cleanup_(inquiry_freep) struct inquiry *inquiry = NULL;
	int r;

	r = check_limits(desk, uid, fault);
	if (r < 0)
		return r;
	inquiry = calloc(1, sizeof(*inquiry));
	if (!inquiry)
		return -ENOMEM;
	inquiry->desk = desk;
	inquiry->uid = uid;
	inquiry->done = done;
	inquiry->userdata = userdata;
	r = worker_new(desk->event, sysfs_fd_peek(sysfs), run, data, on_looked, inquiry,
		       &inquiry->worker);
	if (r < 0)
		return r;
	inquiry->next = desk->first;
	desk->first = inquiry;
	*ret = TAKE_PTR(inquiry);
	return 0;
}
