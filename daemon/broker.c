/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns everything that takes part in handing out devices, and answers the bus side. Who may have
 * a device is asked here; what then happens to it is custody.c's story. Nobody but the bus side and
 * main.c includes broker.h.
 */
#include "broker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "authority.h"
#include "custody.h"
#include "discovery.h"
#include "ignored.h"
#include "lease-audit.h"
#include "log.h"
#include "names.h"

struct broker {
	struct broker_config config;
	struct authority *authority;
	struct sysfs *sysfs;
	struct registry *registry;
	struct discovery *discovery;
	struct store *store;
	struct custody custody;
	struct foresight foresight;
	struct jobs *jobs;
	struct autostart *autostart;
	struct bus_hold *hold;
	struct tally tally;
};

/* A lease as verdict grants it, for a wish. */
static int make_lease(const struct device *device, const struct subject *subject,
		      const struct broker_wish *wish, const struct policy_verdict *verdict,
		      struct lease **ret, struct fault *fault)
{
	const struct process client = {
		.pid = subject->start ? subject->pid : 0,
		.start = subject->start,
		.fd = subject->start ? subject->pidfd : -1,
	};
	_cleanup_(lease_freep) struct lease *lease = NULL;
	struct tether *tether;
	int r;

	r = lease_new(device->id, subject, wish->who, &lease);
	if (r < 0)
		return r;
	r = lease_set_terms(lease, verdict);
	if (r < 0)
		return r;
	lease->iommu = wish->iommu;
	lease->is_by_path = wish->is_by_path;
	lease->is_forced = wish->is_forced;
	backend_init(&lease->backend, verdict->backend, lease->id, &device->facts);
	tether = &lease->tether;
	tether->lifetime = wish->lifetime;
	snprintf(tether->connection, sizeof(tether->connection), "%s", wish->connection);
	snprintf(tether->bus, sizeof(tether->bus), "%s", wish->bus);
	r = tether_choose(tether, wish->pidfd, subject->uid, &client, fault);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(lease);
	return 0;
}

int broker_judge(struct broker *broker, struct ccw_id id, const struct subject *subject,
		 struct device **ret_device, struct policy_verdict *ret_verdict,
		 struct fault *fault)
{
	struct device *device = broker_find_device(broker, id, fault);

	if (!device)
		return -ENOENT;
	authority_decide(broker->authority, device, subject, ret_verdict);
	*ret_device = device;
	return 0;
}

int broker_acquire(struct broker *broker, struct ccw_id id, const struct subject *subject,
		   const struct broker_wish *wish, lease_done_t done, void *userdata,
		   struct lease **ret_lease, struct fault *fault)
{
	struct policy_verdict verdict;
	struct lease *lease;
	struct device *device;
	int r;

	r = foresight_judge(&broker->foresight, id, subject, wish, &device, &verdict, fault);
	if (r < 0)
		return r;
	if (store_is_newer(broker->store, id))
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "%s has a lease of a newer version of the daemon, which is to end "
				 "it; see the journal",
				 device->name);
	r = make_lease(device, subject, wish, &verdict, &lease, fault);
	if (r < 0)
		return r;
	r = custody_begin(&broker->custody, lease, device, done, userdata);
	if (r < 0)
		return r;
	*ret_lease = lease;
	return 0;
}

void broker_abandon(struct broker *broker, struct lease *lease)
{
	lease->done = NULL; /* custody sees that nobody waits when the worker is done */
}

/* The lease, when it is uid's own or uid is root, or somebody else has agreed. what it is for is for people. */
static struct lease *find_own(struct broker *broker, const char *lease_id, uid_t uid,
			      bool is_authorized, const char *what, struct fault *fault)
{
	struct lease *lease = ledger_find(&broker->custody.ledger, lease_id);

	if (!lease)
		(void)fault_set(fault, FAULT_NO_SUCH_LEASE, "there is no lease %.*s",
				LIMIT_POLICY_NAME_BYTES, lease_id);
	else if (uid != 0 && uid != lease->uid && !is_authorized)
		(void)fault_set(fault, FAULT_NOT_LEASE_HOLDER,
				"lease %s belongs to %s (uid %u): only that user and root may %s",
				lease->id, lease->user, (unsigned int)lease->uid, what);
	else
		return lease;
	return NULL;
}

int broker_release(struct broker *broker, const char *lease_id, uid_t uid, bool is_dry_run,
		   struct fault *fault)
{
	struct lease *lease = find_own(broker, lease_id, uid, false, "end it", fault);

	if (!lease)
		return fault->code == FAULT_NO_SUCH_LEASE ? -ENOENT : -EPERM;
	if (lease_is_held(lease) && !is_dry_run)
		custody_end(&broker->custody, lease, LEASE_END_RELEASED);
	return 0;
}

int broker_revoke(struct broker *broker, const char *lease_id, uid_t uid, bool is_authorized,
		  const struct revoke_wish *wish, struct fault *fault)
{
	struct lease *lease = find_own(broker, lease_id, uid, is_authorized, "end it", fault);

	if (!lease)
		return -EPERM;
	if (!lease_is_held(lease))
		return 0; /* on its way back already */
	return revoke_begin(&broker->custody, lease, wish, fault);
}

int broker_reopen(struct broker *broker, const char *lease_id, uid_t uid, int *ret_fd,
		  struct fault *fault)
{
	struct lease *lease = find_own(broker, lease_id, uid, false, "have its fd", fault);

	if (!lease)
		return -EPERM;
	if (!lease_is_held(lease))
		return fault_set(fault, FAULT_NO_SUCH_LEASE,
				 "lease %s is over: its device is on its way back", lease->id);
	return tether_reopen(&lease->tether, store_fd_peek(broker->store), lease->id, ret_fd,
			     fault);
}

static bool hangs_on(const struct lease *lease, const char *bus, const char *connection)
{
	const struct tether *tether = &lease->tether;

	if (!lease_is_held(lease) || tether->lifetime != LIFETIME_CONNECTION)
		return false;
	/* a connection is one of its own bus only */
	return connection ? strcmp(tether->bus, bus) == 0 &&
				    strcmp(tether->connection, connection) == 0
			  : strcmp(tether->bus, bus) != 0;
}

static void end_hanging(struct broker *broker, const char *bus, const char *connection)
{
	struct lease *lease = broker->custody.ledger.first, *next;

	for (; lease; lease = next) {
		next = lease->next; /* the end may free it */
		if (hangs_on(lease, bus, connection))
			custody_end(&broker->custody, lease, LEASE_END_DISCONNECTED);
	}
}

void broker_connection_gone(struct broker *broker, const char *bus, const char *connection)
{
	end_hanging(broker, bus, connection);
}

void broker_bus_gone(struct broker *broker, const char *but_bus)
{
	end_hanging(broker, but_bus, NULL);
}

static void on_device_added(struct device *device, void *userdata)
{
	struct broker *broker = userdata;

	autostart_device_added(broker->autostart, device);
	LISTENER_TELL(&broker->custody, device_added, device);
}

static void on_device_changed(struct device *device, unsigned int changes, void *userdata)
{
	struct broker *broker = userdata;

	LISTENER_TELL(&broker->custody, device_changed, device, changes);
	custody_device_changed(&broker->custody, device);
	autostart_device_changed(broker->autostart, device);
}

static void on_device_removed(struct device *device, void *userdata)
{
	struct broker *broker = userdata;

	LISTENER_TELL(&broker->custody, device_removed, device);
	custody_device_removed(&broker->custody, device);
}

static void on_device_lost(struct device *device, void *userdata)
{
	struct broker *broker = userdata;

	custody_device_lost(&broker->custody, device);
}

static const struct registry_listener registry_listener = {
	.added = on_device_added,
	.changed = on_device_changed,
	.lost = on_device_lost,
	.removed = on_device_removed,
};

static void on_saved_lease(struct lease *lease_take, void *userdata)
{
	struct broker *broker = userdata;
	char id[LEASE_ID_SIZE];
	struct lease *lease;

	strcpy(id, lease_take->id);
	custody_resume(&broker->custody, lease_take);
	lease = ledger_find(&broker->custody.ledger, id); /* it may be over already */
	if (lease && lease->state == LEASE_REVOKING)
		revoke_resume(&broker->custody, lease);
}

static void on_bad_file(const char *file, const char *why, void *userdata)
{
	log_error("saved lease %s %s: ignored; if its device is still bound to " CCWB_DRIVER
		  ", bind it to its driver by hand",
		  file, why);
}

int broker_new(const struct broker_config *config, struct broker **ret)
{
	_cleanup_(broker_freep) struct broker *broker = calloc(1, sizeof(*broker));
	struct timespec now;
	int r;

	if (!broker)
		return -ENOMEM;
	broker->config = *config;
	clock_gettime(CLOCK_REALTIME, &now);
	broker->tally.since = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	r = authority_new(config->policy_directories, &broker->authority);
	if (r < 0)
		return r;
	r = sysfs_new(config->sysfs_root, &broker->sysfs);
	if (r < 0)
		return log_error_errno(r, "cannot open %s", config->sysfs_root);
	r = crew_new(config->event, sysfs_fd_peek(broker->sysfs), &broker->custody.crew);
	if (r >= 0)
		r = registry_new(broker->sysfs, &registry_listener, broker, &broker->registry);
	if (r < 0)
		return r;
	/* listen before looking, so that nothing is missed in between */
	r = discovery_new(config->event, broker->registry,
			  strcmp(config->sysfs_root, SYSFS_ROOT) == 0, &broker->discovery);
	if (r < 0)
		return log_error_errno(r, "cannot listen to udev");
	r = store_new(config->runtime_directory, &broker->store);
	if (r < 0)
		return log_error_errno(r, "cannot keep leases in %s", config->runtime_directory);
	broker->foresight.authority = broker->authority;
	broker->foresight.custody = &broker->custody;
	broker->foresight.proc_root = config->proc_root;
	broker->foresight.desk.event = config->event;
	broker->foresight.probe = config->probe;
	broker->custody.event = config->event;
	broker->custody.acquire = config->acquire;
	broker->custody.restore = config->restore;
	broker->custody.retract = config->retract;
	broker->custody.step_limit_ms = config->step_limit_ms;
	broker->custody.sysfs = broker->sysfs;
	broker->custody.registry = broker->registry;
	broker->custody.store = broker->store;
	r = jobs_new(&broker->custody, config->change, &broker->jobs);
	if (r >= 0)
		r = autostart_new(&broker->custody, broker->jobs, config->definition_directory,
				  &broker->autostart);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(broker);
	return 0;
}

/* Leases stay as they are saved: the next daemon takes them up. */
void broker_free(struct broker *broker)
{
	size_t n;

	if (!broker)
		return;
	discovery_free(broker->discovery);
	inquiry_desk_deinit(&broker->foresight.desk);
	autostart_free(broker->autostart);
	jobs_free(broker->jobs);
	for (n = 0; broker->registry && n < registry_count(broker->registry); n++)
		registry_at(broker->registry, n)->lease = NULL;
	ledger_deinit(&broker->custody.ledger);
	crew_free(broker->custody.crew);
	registry_free(broker->registry);
	store_free(broker->store);
	sysfs_free(broker->sysfs);
	authority_free(broker->authority);
	free(broker);
}

void broker_set_listener(struct broker *broker, const struct listener *listener, void *userdata)
{
	broker->custody.listener = listener;
	broker->custody.userdata = userdata;
}

const struct broker_config *broker_config_peek(const struct broker *broker)
{
	return &broker->config;
}

void broker_set_hold(struct broker *broker, struct bus_hold *hold)
{
	broker->hold = hold;
}

struct bus_hold *broker_hold(const struct broker *broker)
{
	return broker->hold;
}

static int read_policy(struct broker *broker, struct fault *fault)
{
	const struct audit_record good = { .event = AUDIT_POLICY };
	const struct audit_record bad = { .event = AUDIT_POLICY_BAD, .reason = "PolicyInvalid" };
	int r;

	r = authority_reload(broker->authority, fault);
	broker->tally.policies += r >= 0;
	if (r >= 0)
		audit_log(&good, "the policy was read and is in force");
	else
		audit_log(&bad,
			  "the policy stays as it was, or, at the start, only root may have "
			  "devices: %s",
			  fault->text);
	return r;
}

int broker_start(struct broker *broker)
{
	struct fault fault;
	int r;

	r = read_policy(broker, &fault);
	r = autostart_load(broker->autostart);
	if (r < 0)
		log_error_errno(r, "cannot read %s: no device is defined",
				broker->config.definition_directory);
	r = discovery_scan(broker->discovery);
	if (r < 0)
		return log_error_errno(r, "cannot look for devices");
	r = store_load(broker->store, on_saved_lease, on_bad_file, broker);
	if (r < 0)
		return log_error_errno(r, "cannot take up saved leases");
	return 0;
}

void broker_stop(struct broker *broker)
{
	broker->custody.is_stopping = true;
	LISTENER_TELL(&broker->custody, draining, true);
	custody_stop_when_idle(&broker->custody);
}

int broker_reload(struct broker *broker, struct fault *fault)
{
	struct fault other = {};
	int r, q;

	LISTENER_TELL(&broker->custody, reloading, true);
	r = read_policy(broker, fault);
	q = autostart_reload(broker->autostart, &other);
	LISTENER_TELL(&broker->custody, reloading, false);
	if (r >= 0)
		broker->tally.reloads++;
	if (r < 0 || q >= 0)
		return r;
	*fault = other;
	return q;
}

const char *broker_policy_problem(const struct broker *broker)
{
	return authority_problem(broker->authority);
}

int broker_read_ignored(struct broker *broker, char **ret)
{
	return ignored_read(broker->config.proc_root, ret);
}

struct device *broker_find_device(struct broker *broker, struct ccw_id id, struct fault *fault)
{
	return foresight_find(&broker->foresight, id, fault);
}

struct jobs *broker_jobs(struct broker *broker)
{
	return broker->jobs;
}

struct foresight *broker_foresight(struct broker *broker)
{
	return &broker->foresight;
}

struct autostart *broker_autostart(struct broker *broker)
{
	return broker->autostart;
}

struct registry *broker_registry(struct broker *broker)
{
	return broker->registry;
}

struct sysfs *broker_sysfs(struct broker *broker)
{
	return broker->sysfs;
}

struct tally *broker_tally(struct broker *broker)
{
	return &broker->tally;
}

bool broker_is_stopping(const struct broker *broker)
{
	return broker->custody.is_stopping;
}

bool broker_is_taking(const struct broker *broker)
{
	return ledger_is_taking(&broker->custody.ledger);
}

struct lease *broker_next_lease(struct broker *broker, struct lease *lease)
{
	lease = lease ? lease->next : broker->custody.ledger.first;
	while (lease && !lease->is_announced)
		lease = lease->next;
	return lease;
}

struct lease *broker_find_lease(struct broker *broker, const char *id)
{
	return ledger_find(&broker->custody.ledger, id);
}

unsigned int broker_count_leases(struct broker *broker)
{
	return ledger_count_announced(&broker->custody.ledger);
}
