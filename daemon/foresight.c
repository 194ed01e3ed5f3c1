/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the judgement of a request, for who wants the device and for who only wants to know. Takes
 * none.
 */
#include "foresight.h"

#include <errno.h>
#include <stdio.h>

#include "admission.h"
#include "binder.h"
#include "ignored.h"
#include "uses.h"

struct device *foresight_find(const struct foresight *foresight, struct ccw_id id,
			      struct fault *fault)
{
	struct device *device = NULL;
	int r;

	r = registry_find(foresight->custody->registry, id, &device);
	if (r < 0)
		(void)ignored_explain(foresight->proc_root, id, r, fault); /* the fault says it */
	return device;
}

int foresight_judge(const struct foresight *foresight, struct ccw_id id,
		    const struct subject *subject, const struct broker_wish *wish,
		    struct device **ret_device, struct policy_verdict *ret_verdict,
		    struct fault *fault)
{
	const struct custody *custody = foresight->custody;
	struct admission_request request = {
		.sysfs = custody->sysfs,
		.subject = subject,
		.wish = wish,
		.has_consent = wish->has_consent,
		.is_stopping = custody->is_stopping,
	};

	/* what it goes back to is what it is now, not when an event last told of it */
	*ret_device = foresight_find(foresight, id, fault);
	if (!*ret_device)
		return -ENOENT;
	request.device = *ret_device;
	return admission_decide(foresight->authority, &custody->ledger, &request, ret_verdict,
				fault);
}

int foresight_inquire(struct foresight *foresight, struct ccw_id id,
		      const struct foresight_question *asked, struct answer *ret_answer,
		      worker_done_t done, void *userdata, struct inquiry **ret_inquiry,
		      struct fault *fault)
{
	struct binder_job job = { .sysfs = foresight->custody->sysfs, .id = id };
	struct policy_verdict verdict;
	struct fault why = {};
	struct device *device;
	int r;

	r = foresight_judge(foresight, id, asked->subject, asked->wish, &device, &verdict, &why);
	if (r < 0 && why.code == FAULT_NONE)
		return r;
	answer_init(ret_answer, device ? &verdict : NULL, &why);
	if (r < 0)
		return 1;
	job.iommu = asked->wish->iommu;
	job.is_by_path = asked->wish->is_by_path;
	job.is_forced = asked->wish->is_forced;
	job.backend.kind = verdict.backend;
	job.incarnation = device->facts.incarnation;
	job.terms = lease_terms(verdict.profile);
	r = inquiry_new(&foresight->desk, asked->caller, job.sysfs, foresight->probe, &job, done,
			userdata, ret_inquiry, fault);
	return r < 0 ? r : 0;
}

void foresight_conclude(struct answer *answer, const struct worker_result *result)
{
	if (result->r < 0)
		answer_refuse(answer, &result->fault);
	else if (*result->fault.text)
		answer_warn(answer, result->fault.text);
}

int foresight_look_for_uses(struct foresight *foresight, struct ccw_id id, uid_t caller,
			    worker_done_t done, void *userdata, struct inquiry **ret,
			    struct fault *fault)
{
	struct uses_job job = {
		.sysfs = foresight->custody->sysfs,
		.proc_root = foresight->proc_root,
		.id = id,
	};

	return inquiry_new(&foresight->desk, caller, job.sysfs, uses_run, &job, done, userdata, ret,
			   fault);
}

int foresight_rehearse(struct foresight *foresight, enum change_kind kind,
		       const struct device *device, const char *driver, uid_t caller,
		       worker_done_t done, void *userdata, struct inquiry **ret,
		       struct fault *fault)
{
	struct change change = {
		.sysfs = foresight->custody->sysfs,
		.id = device->id,
		.kind = kind,
		.origin = device->origin,
		.backend = device->backend,
		.incarnation = device->facts.incarnation,
	};

	snprintf(change.driver, sizeof(change.driver), "%s", driver);
	return inquiry_new(&foresight->desk, caller, change.sysfs, change_rehearse, &change, done,
			   userdata, ret, fault);
}
