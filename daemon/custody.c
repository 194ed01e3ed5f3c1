/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the story of one lease.
 *
 * beginning: PENDING lease, saved -> a worker takes the device -> reference, ACTIVE, saved -> the
 * client is told. end: RELEASING, saved -> nobody has the device open -> a worker gives it back ->
 * forgotten. A saved lease is where the story goes on after a restart of the daemon.
 */
#include "custody.h"

#include <errno.h>
#include <string.h>

#include "binder.h"
#include "lease-audit.h"
#include "log.h"
#include "names.h"
#include "origin.h"
#include "pledge.h"
#include "vfio.h"

/* NULL only for a lease that was taken up after its device had gone. */
static struct device *device_of(struct custody *custody, const struct lease *lease)
{
	return registry_peek(custody->registry, lease->device);
}

static void device_move(struct custody *custody, struct device *device, enum device_state state,
			const struct fault *fault)
{
	device_set_state(device, state, fault);
	LISTENER_TELL(custody, device_changed, device, DEVICE_CHANGED_STATE | DEVICE_CHANGED_LEASE);
}

void custody_stop_when_idle(struct custody *custody)
{
	if (custody->is_stopping && custody->n_jobs == 0 && !ledger_is_busy(&custody->ledger))
		(void)sd_event_exit(custody->event, 0);
}

static void save(struct custody *custody, const struct lease *lease)
{
	char name[CCW_ID_STRING_SIZE];
	int r;

	r = store_save(custody->store, lease);
	if (r < 0)
		log_full_errno(LOG_ERR, ccw_id_format(lease->device, name), lease->id, r,
			       "lease is not saved and would be lost by a restart");
}

/* A worker that died has no words of its own. */
static void complete_fault(struct worker_result *result, enum fault_code code)
{
	struct fault raw = result->fault;

	if (result->r >= 0 || raw.code != FAULT_NONE)
		return;
	(void)fault_set(&result->fault, code, "%s", *raw.text ? raw.text : strerror(-result->r));
}

/* Tells the waiting client. Whatever it is told is the end of its waiting. */
static int tell_client(struct lease *lease, struct worker_result *result)
{
	lease_done_t done = lease->done;

	lease->done = NULL;
	return done ? done(lease, result, lease->userdata) : -ECONNRESET;
}

/* The worker goes on, or ends, when the kernel lets it; until then this is all that is known. */
static void on_late(const struct worker_progress *progress, void *userdata)
{
	struct lease *lease = userdata;
	struct custody *custody = lease->custody;
	struct device *device = device_of(custody, lease);
	struct worker_result result = { .r = 0, .fds = { -1, -1, -1, -1 } };
	char name[CCW_ID_STRING_SIZE];

	ccw_id_format(lease->device, name);
	result.r = worker_explain_late(progress, name, &result.fault);
	log_full(LOG_ERR, name, lease->id, "%s", result.fault.text);
	if (device && (device->state == DEVICE_BINDING || device->state == DEVICE_RELEASING))
		device_move(custody, device, DEVICE_STUCK, &result.fault);
	if (lease->done)
		(void)tell_client(lease, &result); /* it gets nothing in either case */
	custody_stop_when_idle(custody);
}

static int start_task(struct custody *custody, struct lease *lease, enum crew_lane lane,
		      struct binder_job *job, worker_done_t done)
{
	const struct task_order order = {
		.lane = lane,
		.uid = lease_account(lease),
		.run = lane == CREW_TAKE ? custody->acquire : custody->restore,
		.data = job,
		.size = sizeof(*job),
		.done = done,
		.late = on_late,
		.userdata = lease,
	};

	_Static_assert(sizeof(*job) <= WORKER_DATA_SIZE, "one errand");
	job->step_limit_ms = custody->step_limit_ms;
	return task_new(custody->crew, &order, &lease->task);
}

/* ---- the end ---- */

/* Forgets the lease, and the device as well when it is gone. */
static void forget(struct custody *custody, struct lease *lease, enum lease_end end)
{
	struct device *device = device_of(custody, lease);

	if (device) {
		device->lease = NULL;
		*device->vfio_path = '\0';
		if (device->state != DEVICE_FAILED)
			registry_clear_backend(custody->registry, device);
		LISTENER_TELL(custody, device_changed, device,
			      DEVICE_CHANGED_STATE | DEVICE_CHANGED_LEASE);
	}
	if (lease->is_announced) {
		lease->is_announced = false;
		LISTENER_TELL(custody, lease_removed, lease, end);
	}
	ledger_remove(&custody->ledger, lease);
	if (device && !device->is_present)
		registry_drop(custody->registry, device);
	custody_stop_when_idle(custody);
}

static void on_restored(struct worker_result *result, void *userdata)
{
	struct lease *lease = userdata;
	struct custody *custody = lease->custody;
	struct device *device;
	char name[CCW_ID_STRING_SIZE];
	bool is_new;

	lease->task = (task_free(lease->task), NULL);
	complete_fault(result, FAULT_RESTORE_FAILED);
	(void)registry_refresh(custody->registry, lease->device); /* looked at below */
	device = device_of(custody, lease);
	ccw_id_format(lease->device, name);
	if (result->r >= 0 && *result->fault.text)
		log_full(LOG_WARNING, name, lease->id, "%s", result->fault.text);
	if (result->r >= 0 || result->fault.code == FAULT_DEVICE_GONE) {
		is_new = origin_is_lost(lease, device);
		lease_audit_end(lease, is_new || result->r < 0);
		is_new = is_new && device->is_autostart;
		origin_keep(custody->store, lease, device);
		if (device)
			device_move(custody, device, DEVICE_HOST, NULL);
		forget(custody, lease, lease->end);
		if (is_new) /* to be bound, as each that appears */
			registry_renew(custody->registry, device);
		return;
	}
	log_full(LOG_ERR, name, lease->id, "%s", result->fault.text);
	lease_audit(lease, AUDIT_END, "failed",
		    "the lease is over, and its device did not go back");
	lease_set_state(lease, LEASE_FAILED);
	save(custody, lease); /* the next start tries again */
	if (device)
		device_move(custody, device, DEVICE_FAILED, &result->fault);
	forget(custody, lease, LEASE_END_FAILED);
}

/* Nobody has it open any more: if it takes long now, that is the device. */
static void tell_way_back(struct custody *custody, const struct lease *lease)
{
	struct device *device = device_of(custody, lease);
	struct fault fault = {};

	if (device && device->state == DEVICE_RELEASING && lease_explain_return(lease, &fault))
		device_move(custody, device, DEVICE_RELEASING, &fault);
}

static void begin_restore(struct custody *custody, struct lease *lease)
{
	struct binder_job job = {
		.sysfs = custody->sysfs,
		.id = lease->device,
		.backend = lease->backend,
		.origin = lease->origin,
		.incarnation = lease->incarnation,
		.terms = lease->terms,
		.is_yielding = true,
	};
	struct worker_result result = { .r = 0 };
	int r;

	r = start_task(custody, lease, CREW_RETURN, &job, on_restored);
	if (r >= 0) {
		tell_way_back(custody, lease);
		return;
	}
	result.r = fault_set(&result.fault, FAULT_RESTORE_FAILED, "cannot start a worker: %s",
			     strerror(-r));
	on_restored(&result, lease);
}

static void on_closed(void *userdata)
{
	struct lease *lease = userdata;

	lease->usage = (usage_free(lease->usage), NULL);
	begin_restore(lease->custody, lease);
}

/* To unbind an open device would block until its holder closes it. */
static void wait_closed(struct custody *custody, struct lease *lease)
{
	bool is_revoked =
		lease->end == LEASE_END_REVOKED && lease->backend.kind != BACKEND_VFIO_CCW;

	/* who is revoked has had time enough; else not bound to the module, or gone */
	if (is_revoked || usage_new(custody->event, custody->sysfs, lease->device, &lease->backend,
				    on_closed, lease, &lease->usage) < 0)
		begin_restore(custody, lease);
}

/* At once: who has not opened the node by now does not get in while the device is on its way. */
static void retract_node(struct custody *custody, const struct lease *lease)
{
	const struct sysfs_site site = backend_site(&lease->backend, lease->device);
	char name[CCW_ID_STRING_SIZE];
	int r;

	if (!lease->is_by_path)
		return;
	r = custody->retract(custody->sysfs, &site);
	if (r < 0 && r != -ENOENT && r != -ENODEV) /* gone with its group, or was never there */
		log_full_errno(LOG_ERR, ccw_id_format(lease->device, name), lease->id, r,
			       "%s can still be opened by %s", name, lease->user);
}

void custody_end(struct custody *custody, struct lease *lease, enum lease_end end)
{
	struct device *device = device_of(custody, lease);
	struct fault fault = {};

	tether_drop(&lease->tether, store_fd_peek(custody->store), lease->id);
	lease->revocation.timer = sd_event_source_disable_unref(lease->revocation.timer);
	retract_node(custody, lease);
	lease->end = end;
	origin_stay(lease, device);
	lease_set_state(lease, LEASE_RELEASING);
	save(custody, lease);
	if (device)
		device_move(custody, device, device->is_present ? DEVICE_RELEASING : DEVICE_ABSENT,
			    lease_explain_wait(lease, &fault));
	if (lease->is_announced)
		LISTENER_TELL(custody, lease_changed, lease);
	wait_closed(custody, lease);
}

static void orphan(struct custody *custody, struct lease *lease)
{
	if (lease->state != LEASE_ACTIVE)
		return;
	lease_set_state(lease, LEASE_ORPHANED);
	save(custody, lease);
	LISTENER_TELL(custody, lease_changed, lease);
}

static void on_tether(enum tether_event what, void *userdata)
{
	struct lease *lease = userdata;

	switch (what) {
	case TETHER_CLOSED:
		custody_end(lease->custody, lease, LEASE_END_CLOSED);
		break;
	case TETHER_EXITED:
		custody_end(lease->custody, lease, LEASE_END_EXITED);
		break;
	case TETHER_ORPHANED:
		orphan(lease->custody, lease);
		break;
	}
}

/* ---- the beginning ---- */

static void announce(struct custody *custody, struct lease *lease)
{
	struct device *device = device_of(custody, lease);

	lease->is_announced = true;
	if (device)
		device_move(custody, device, DEVICE_LEASED, NULL);
}

static void find_node(struct custody *custody, const struct lease *lease)
{
	const struct sysfs_site site = backend_site(&lease->backend, lease->device);
	struct device *device = device_of(custody, lease);

	if (device && vfio_node_path(custody->sysfs, &site, lease->iommu, device->vfio_path) < 0)
		*device->vfio_path = '\0'; /* gone again */
}

static void grant(struct custody *custody, struct lease *lease, struct worker_result *result)
{
	struct device *device = device_of(custody, lease);
	bool is_saved = lease->is_pledged && lease->iommu == (enum iommu)result->detail;
	int r;

	lease->iommu = (enum iommu)result->detail;
	find_node(custody, lease);
	lease_set_state(lease, LEASE_ACTIVE);
	if (!is_saved)
		save(custody, lease);
	/* behind the file: nobody would remove the reference if a kill came in between */
	r = pledge_redeem(custody->store, lease, custody->event, on_tether, result);
	if (r < 0) {
		result->r = fault_set(&result->fault, FAULT_BIND_FAILED,
				      "cannot make the lease's reference: %s", strerror(-r));
		(void)tell_client(lease, result); /* it gets nothing in either case */
		custody_end(custody, lease, LEASE_END_FAILED);
		return;
	}
	announce(custody, lease);
	r = tell_client(lease, result);
	LISTENER_TELL(custody, lease_added, lease);
	lease_audit_grant(lease);
	if (result->fault.code == FAULT_DEVICE_IN_USE)
		lease_audit(lease, AUDIT_FORCE, NULL, result->fault.text);
	if (r < 0)
		custody_end(custody, lease, LEASE_END_ABANDONED);
	else if (!device->is_present)
		custody_end(custody, lease, LEASE_END_GONE);
}

/* Nothing was taken, or everything is back: as if nobody had asked. */
static void refuse(struct custody *custody, struct lease *lease, struct worker_result *result)
{
	struct device *device = device_of(custody, lease);
	bool is_new = origin_is_new(device, result);
	bool is_back = is_new || strcmp(device->facts.driver, lease->origin.driver) == 0;

	(void)tell_client(lease, result); /* it gets nothing in either case */
	pledge_drop(custody->store, lease);
	if (result->fault.code == FAULT_RESTORE_FAILED || (device->is_present && !is_back)) {
		log_full(LOG_ERR, device->name, lease->id, "%s", result->fault.text);
		lease_set_state(lease, LEASE_FAILED);
		save(custody, lease);
		device_move(custody, device, DEVICE_FAILED, &result->fault);
	} else {
		lease->is_bound = lease->is_bound && !is_new;
		origin_keep(custody->store, lease, device);
		device_move(custody, device, DEVICE_HOST, NULL);
	}
	forget(custody, lease, LEASE_END_FAILED);
}

static void on_taken(struct worker_result *result, void *userdata)
{
	struct lease *lease = userdata;
	struct custody *custody = lease->custody;
	bool has_died = result->r < 0 && result->fault.code == FAULT_NONE;

	lease->task = (task_free(lease->task), NULL);
	complete_fault(result, FAULT_BIND_FAILED);
	registry_confirm(custody->registry, lease->device);
	has_died |= origin_is_replaced(lease, device_of(custody, lease), result);
	if (result->r >= 0 && lease->done) {
		grant(custody, lease, result);
	} else if (result->r >= 0) {
		custody_end(custody, lease, LEASE_END_ABANDONED);
	} else if (has_died) {
		/* nobody knows how far it came */
		(void)tell_client(lease, result);
		custody_end(custody, lease, LEASE_END_FAILED);
	} else {
		refuse(custody, lease, result);
	}
	custody_stop_when_idle(custody);
}

static void attach(struct custody *custody, struct lease *lease_take, struct device *device)
{
	lease_take->custody = custody;
	ledger_add(&custody->ledger, lease_take);
	if (!device)
		return;
	device->lease = lease_take;
	device->origin = lease_take->is_bound ? lease_take->home : lease_take->origin;
	device->is_bound = lease_take->is_bound;
	device->has_origin = true;
	registry_set_backend(custody->registry, device, &lease_take->backend);
}

int custody_begin(struct custody *custody, struct lease *lease_take, struct device *device,
		  lease_done_t done, void *userdata)
{
	struct binder_job job = {
		.sysfs = custody->sysfs,
		.id = device->id,
		.iommu = lease_take->iommu,
		.is_by_path = lease_take->is_by_path,
		.is_forced = lease_take->is_forced,
		.uid = lease_take->uid,
		.backend = lease_take->backend,
		.incarnation = device->facts.incarnation,
		.terms = lease_take->terms,
		.was_ours = device->has_origin,
	};
	_cleanup_(lease_freep) struct lease *lease = lease_take;
	int r;

	origin_note(device, lease);
	job.origin = lease->origin;
	r = origin_is_saved(lease, device) ? 0 : store_save(custody->store, lease);
	if (r >= 0)
		r = start_task(custody, lease, CREW_TAKE, &job, on_taken);
	if (r < 0) {
		if (!device->has_origin) /* else what is saved says where it belongs */
			store_remove(custody->store, device->id);
		else if (device->is_bound)
			origin_keep(custody->store, lease, device);
		return r;
	}
	lease->done = done;
	lease->userdata = userdata;
	attach(custody, lease_take, device);
	if (origin_is_saved(TAKE_PTR(lease), device))
		pledge_make(custody->store, lease_take);
	device_move(custody, device, DEVICE_BINDING, NULL);
	return 0;
}

void custody_resume(struct custody *custody, struct lease *lease_take)
{
	struct device *device =
		registry_adopt(custody->registry, lease_take->device, &lease_take->backend);
	struct lease *lease = lease_take;
	int r;

	if (lease->state == LEASE_BOUND) {
		origin_resume(custody->store, lease_take, device);
		return;
	}
	attach(custody, lease_take, device);
	if (!lease_is_held(lease)) {
		/* half taken, or half given back: give back */
		lease->is_announced = lease->state == LEASE_RELEASING;
		lease->state = LEASE_PENDING;
		custody_end(custody, lease,
			    lease->is_announced ? LEASE_END_CLOSED : LEASE_END_ABANDONED);
		return;
	}
	announce(custody, lease);
	find_node(custody, lease);
	r = tether_resume(&lease->tether, custody->event, store_fd_peek(custody->store), lease->id,
			  on_tether, lease);
	if (r < 0)
		custody_end(custody, lease,
			    lease->tether.lifetime == LIFETIME_PIDFD ? LEASE_END_EXITED
								     : LEASE_END_CLOSED);
	else if (!device)
		custody_end(custody, lease, LEASE_END_GONE);
	else if (r > 0)
		orphan(custody, lease);
}

void custody_device_lost(struct custody *custody, struct device *device)
{
	struct lease *lease = device->lease;

	/* a worker at work finds out by itself */
	if (lease_is_held(lease))
		custody_end(custody, lease, LEASE_END_GONE);
	else if (lease->state == LEASE_RELEASING && device->state != DEVICE_ABSENT)
		device_move(custody, device, DEVICE_ABSENT, NULL);
}

void custody_device_changed(struct custody *custody, struct device *device)
{
	if (device->state != DEVICE_FAILED || device->lease ||
	    strcmp(device->facts.driver, device->origin.driver) != 0)
		return;
	origin_unclaim(custody->sysfs, device);
	origin_forget(custody->store, device);
	registry_clear_backend(custody->registry, device);
	device_move(custody, device, DEVICE_HOST, NULL);
}

void custody_device_removed(struct custody *custody, struct device *device)
{
	if (!device->has_origin)
		return;
	origin_unclaim(custody->sysfs, device); /* failed, and gone for good */
	store_remove(custody->store, device->id);
}
