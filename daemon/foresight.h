/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "answer.h"
#include "authority.h"
#include "change.h"
#include "custody.h"
#include "fault.h"
#include "inquiry.h"
#include "macro.h"
#include "wish.h"

/* What a request is judged by. All but the desk is borrowed from whoever embeds it. */
struct foresight {
	const struct authority *authority;
	struct custody *custody;
	const char *proc_root;
	worker_run_t probe; /* binder_probe, which tests replace */
	struct inquiry_desk desk;
};

/* Whose request would be judged, for whom that is asked, and what is wanted. */
struct foresight_question {
	const struct subject *subject;
	uid_t caller;
	const struct broker_wish *wish;
};

/* The device as it is now, or one that is gone and still has a lease; NULL and a fault. */
struct device *foresight_find(const struct foresight *foresight, struct ccw_id id,
			      struct fault *fault);

/* The one way to a verdict. *ret_device is NULL when there is no such device, and no verdict then. */
_must_check_ int foresight_judge(const struct foresight *foresight, struct ccw_id id,
				 const struct subject *subject, const struct broker_wish *wish,
				 struct device **ret_device, struct policy_verdict *ret_verdict,
				 struct fault *fault);

/*
 * What taking the device would give, without doing it. 1: *ret_answer says it. 0: done is called later,
 * as inquiry_new has it, and foresight_conclude then completes the answer.
 */
_must_check_ int foresight_inquire(struct foresight *foresight, struct ccw_id id,
				   const struct foresight_question *asked,
				   struct answer *ret_answer, worker_done_t done, void *userdata,
				   struct inquiry **ret_inquiry, struct fault *fault);

/* Has a worker look for what uses a device of sysfs; its result is for uses_read. The rest as inquiry_new. */
_must_check_ int foresight_look_for_uses(struct foresight *foresight, struct ccw_id id,
					 uid_t caller, worker_done_t done, void *userdata,
					 struct inquiry **ret, struct fault *fault);

/* Has a worker look what would be refused of a change to a device that nobody has. The rest as inquiry_new. */
_must_check_ int foresight_rehearse(struct foresight *foresight, enum change_kind kind,
				    const struct device *device, const char *driver, uid_t caller,
				    worker_done_t done, void *userdata, struct inquiry **ret,
				    struct fault *fault);

/* What the worker has found, into the answer of foresight_inquire. */
void foresight_conclude(struct answer *answer, const struct worker_result *result);
