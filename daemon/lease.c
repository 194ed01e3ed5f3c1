/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what a lease is and the states it may be in. Knows no bus; what happens to a device at the
 * start and end of a lease is in custody.c.
 */
#include "lease.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "limits.h"
#include "text.h"

#define BIT(state) (1U << (state))

#define RANDOM_NUMBERS 32 /* 256 bytes */

static const char *const state_names[_LEASE_STATE_MAX] = {
	[LEASE_PENDING] = "pending",	 [LEASE_ACTIVE] = "active",
	[LEASE_ORPHANED] = "orphaned",	 [LEASE_REVOKING] = "revoking",
	[LEASE_RELEASING] = "releasing", [LEASE_BOUND] = "bound",
	[LEASE_FAILED] = "failed",
};

static const char *const end_names[_LEASE_END_MAX] = {
	[LEASE_END_CLOSED] = "closed",	     [LEASE_END_RELEASED] = "released",
	[LEASE_END_ABANDONED] = "abandoned", [LEASE_END_GONE] = "gone",
	[LEASE_END_FAILED] = "failed",	     [LEASE_END_DISCONNECTED] = "disconnected",
	[LEASE_END_EXITED] = "exited",	     [LEASE_END_REVOKED] = "revoked",
};

/* PENDING moves to RELEASING when its client has left, or when a restart finds it half made. */
static const unsigned int allowed[_LEASE_STATE_MAX] = {
	[LEASE_PENDING] = BIT(LEASE_ACTIVE) | BIT(LEASE_RELEASING) | BIT(LEASE_FAILED),
	[LEASE_ACTIVE] = BIT(LEASE_ORPHANED) | BIT(LEASE_REVOKING) | BIT(LEASE_RELEASING),
	[LEASE_ORPHANED] = BIT(LEASE_REVOKING) | BIT(LEASE_RELEASING),
	[LEASE_REVOKING] = BIT(LEASE_RELEASING),
	[LEASE_RELEASING] = BIT(LEASE_FAILED),
};

/* Some at a time: the kernel is asked once for all of them, and is never interrupted in that. */
static int random_number(uint64_t *ret)
{
	static uint64_t numbers[RANDOM_NUMBERS];
	static size_t left;

	if (left == 0 && getrandom(numbers, sizeof(numbers), 0) != sizeof(numbers))
		return -EIO;
	if (left == 0)
		left = RANDOM_NUMBERS;
	*ret = numbers[--left];
	return 0;
}

static int make_id(char id[static LEASE_ID_SIZE])
{
	uint64_t number;
	int r;

	r = random_number(&number);
	if (r < 0)
		return r;
	snprintf(id, LEASE_ID_SIZE, "l%016" PRIx64, number);
	return 0;
}

static uint64_t realtime_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int lease_new(struct ccw_id device, const struct subject *subject, const char *who,
	      struct lease **ret)
{
	_cleanup_(lease_freep) struct lease *lease = calloc(1, sizeof(*lease));
	int r;

	if (!lease)
		return -ENOMEM;
	tether_init(&lease->tether);
	lease->device = device;
	lease->uid = subject->uid;
	lease->owner = subject->owner;
	lease->pid = subject->pid;
	lease->since = realtime_usec();
	lease->user = strdup(subject->user);
	lease->who = strdup(who);
	lease->unit = strdup(subject->unit ?: "");
	lease->profile = strdup(PROFILE_FULL);
	lease->rule = strdup("");
	if (!lease->user || !lease->who || !lease->unit || !lease->profile || !lease->rule)
		return -ENOMEM;
	r = make_id(lease->id);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(lease);
	return 0;
}

struct plan_terms lease_terms(const struct profile *profile)
{
	struct plan_terms terms = {
		.is_masked = !profile_permits_all(profile),
		.reset_before = profile->reset_before,
		.reset_after = profile->reset_after,
		.stays_bound = !profile->restore,
	};

	memcpy(terms.commands, profile->commands, sizeof(terms.commands));
	return terms;
}

int lease_set_terms(struct lease *lease, const struct policy_verdict *verdict)
{
	const struct policy_rule *rule = verdict->rule;
	const struct profile *profile = verdict->profile;
	_cleanup_free_ char *name = strdup(profile->name), *place = NULL;

	if (asprintf(&place, "%.*s:%u", LIMIT_RULE_BYTES - 16, rule ? rule->file : "",
		     rule ? rule->line : 0) < 0)
		place = NULL;
	if (!name || !place)
		return -ENOMEM;
	if (rule)
		text_sanitize(place);
	else
		*place = '\0';
	free(lease->profile);
	free(lease->rule);
	lease->profile = TAKE_PTR(name);
	lease->rule = TAKE_PTR(place);
	lease->has_group = verdict->has_group;
	lease->gid = verdict->gid;
	lease->terms = lease_terms(profile);
	return 0;
}

void lease_free(struct lease *lease)
{
	if (!lease)
		return;
	task_free(lease->task);
	usage_free(lease->usage);
	tether_deinit(&lease->tether);
	revocation_deinit(&lease->revocation);
	free(lease->user);
	free(lease->unit);
	free(lease->who);
	free(lease->profile);
	free(lease->rule);
	free(lease);
}

void lease_set_state(struct lease *lease, enum lease_state state)
{
	assert(allowed[lease->state] & BIT(state));
	lease->state = state;
}

bool lease_is_held(const struct lease *lease)
{
	return lease->state == LEASE_ACTIVE || lease->state == LEASE_ORPHANED ||
	       lease->state == LEASE_REVOKING;
}

static int explain_stuck(const struct lease *lease, const char *device, struct fault *fault)
{
	struct worker_progress progress;

	task_read_progress(lease->task, &progress);
	return fault_set(fault, FAULT_STUCK,
			 "%s is stuck: the kernel does not come back from \"%s\"; it may come back "
			 "by itself, look into dmesg and at the device's paths",
			 device, progress.text);
}

int lease_explain(const struct lease *lease, const char *device, struct fault *fault)
{
	time_t since = (time_t)(lease->since / 1000000);
	char when[64] = "", owner[LIMIT_MESSAGE_BYTES / 2];
	struct tm tm;

	snprintf(owner, sizeof(owner), "%s (uid %u, pid %d%s%s)", lease->user,
		 (unsigned int)lease->uid, (int)lease->pid, *lease->who ? ", " : "", lease->who);
	if (localtime_r(&since, &tm))
		strftime(when, sizeof(when), "%F %T %Z", &tm);
	if (lease_is_held(lease))
		return fault_set(fault, FAULT_DEVICE_LEASED,
				 "%s is leased to %s since %s, lease %s", device, owner, when,
				 lease->id);
	if (lease->task && task_is_late(lease->task))
		return explain_stuck(lease, device, fault);
	if (lease->state == LEASE_PENDING)
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "%s is being taken for %s; try again in a moment", device, owner);
	if (lease->usage && lease->backend.kind == BACKEND_VFIO_CCW)
		return fault_set(
			fault, FAULT_OPERATION_IN_PROGRESS,
			"%s was leased to %s, who still has it open; it comes back when that "
			"program closes it or ends, as the kernel's vfio_ccw cannot take it "
			"away",
			device, owner);
	if (lease->usage)
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "%s was leased to %s, who still has it open; try again later",
				 device, owner);
	return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
			 "%s is being given back by %s; try again in a moment", device, owner);
}

const struct fault *lease_explain_wait(const struct lease *lease, struct fault *fault)
{
	if (lease->backend.kind != BACKEND_VFIO_CCW)
		return NULL;
	(void)fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
			"it goes back when %s (pid %d, or whoever has its fds) has closed it: the "
			"kernel's vfio_ccw cannot take it away; end that program if it does not",
			lease->user, (int)lease->pid);
	return fault;
}

const struct fault *lease_explain_return(const struct lease *lease, struct fault *fault)
{
	if (lease->backend.kind != BACKEND_VFIO_CCW)
		return NULL;
	(void)fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
			"nobody has it open any more; it goes back when it answers on its "
			"subchannel %s, where the kernel asks it anew what it is",
			lease->backend.subchannel);
	return fault;
}

bool lease_id_is_valid(const char *id)
{
	return id[0] == 'l' && strlen(id) == LEASE_ID_SIZE - 3 &&
	       strspn(id + 1, "0123456789abcdef") == LEASE_ID_SIZE - 4;
}

const char *lease_state_to_string(enum lease_state state)
{
	return state_names[state];
}

int lease_state_from_string(const char *text)
{
	int n;

	for (n = 0; n < _LEASE_STATE_MAX; n++)
		if (strcmp(text, state_names[n]) == 0)
			return n;
	return -EINVAL;
}

const char *lease_end_to_string(enum lease_end end)
{
	return end_names[end];
}
