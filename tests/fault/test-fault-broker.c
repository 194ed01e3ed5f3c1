/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * In the daemon and in its workers, over a kernel of files, the n-th call of each kind to the C library
 * fails, for every n, once each. Afterwards nothing has crashed, and the device comes
 * home from wherever that has left it, with nothing left behind. CCWB_SWEEP=full in the environment
 * takes every n, otherwise it is one in STRIDE.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check-main.h"
#include "interpose.h"
#include "names.h"
#include "sweep-daemon.h"

#define STRIDE	    19
#define PATIENCE_MS 20000
#define HOME	    "tape_34xx"

enum action {
	ACQUIRE, /* and release, when it was granted */
	RELEASE,
	BIND,
	RESTORE,
	DEFINE,
	UNDEFINE,
	_ACTION_MAX,
};

static const char *const action_names[] = { "acquire", "release", "bind",
					    "restore", "define",  "undefine" };

struct strike {
	enum action action;
	enum interpose_kind kind;
	unsigned int nth;
};

struct totals {
	unsigned int faults, refused, ended, losses;
};

static struct totals *totals; /* of all tests, each of which is a process */
static struct interpose *interpose;
static struct sweep_daemon target;
static bool is_full;

static void complain(const struct strike *strike, const char *what, const char *text)
{
	_cleanup_free_ char *log = scratch_read(&target.work, "log");

	totals->losses++;
	printf("%s: %s number %u fails: %s: %s\n%s\n", action_names[strike->action],
	       interpose_kind_to_string(strike->kind), strike->nth, what, text, log);
}

static bool ask(enum action action, struct sweep_status *ret)
{
	static const struct broker_wish wish = { .iommu = IOMMU_AUTO };

	switch (action) {
	case ACQUIRE:
		return sweep_daemon_acquire(&target, &wish, ret);
	case RELEASE:
		sweep_daemon_drop(&target);
		return true;
	case BIND:
		return sweep_daemon_change(&target, CHANGE_BIND, CCWB_DRIVER, ret);
	case RESTORE:
		return sweep_daemon_change(&target, CHANGE_RESTORE, "", ret);
	case DEFINE:
		return sweep_daemon_define(&target, true, ret);
	case UNDEFINE:
		return sweep_daemon_undefine(&target, ret);
	case _ACTION_MAX:
		break;
	}
	return false;
}

/* What has to be before it. */
static void prepare(enum action action)
{
	static const enum action before[] = {
		[RELEASE] = ACQUIRE, [RESTORE] = BIND, [UNDEFINE] = DEFINE
	};
	struct sweep_status status = {};

	ck_assert(sweep_daemon_settle(&target, &status));
	if (action != RELEASE && action != RESTORE && action != UNDEFINE)
		return;
	ck_assert(ask(before[action], &status));
	ck_assert_msg(status.r >= 0, "%s", status.text);
	ck_assert(sweep_daemon_settle(&target, &status));
}

/* Everything back, without faults, whatever came of it. */
static bool go_home(struct sweep_status *status)
{
	unsigned int tries;

	sweep_daemon_drop(&target);
	for (tries = 0; tries < 5; tries++) {
		if (!sweep_daemon_settle(&target, status))
			return false;
		if (status->state == DEVICE_FAILED)
			sweep_daemon_restart(&target);
		else if (status->is_defined)
			(void)ask(UNDEFINE, status);
		else if (kernel_has_claim() || status->is_bound)
			(void)ask(RESTORE, status);
		else
			return status->state == DEVICE_HOST;
	}
	return false;
}

/* Which says where it is, for who looks into it. */
static bool is_home(char *where, size_t size)
{
	struct sysfs *sysfs = fake_sysfs_open(&target.fake);
	const struct ccw_id id = { 0, 0, 0x580 };
	struct sysfs_facts facts;
	int r = sysfs_read(sysfs, id, &facts, NULL);

	sysfs_free(sysfs);
	snprintf(where, size, "with \"%s\", %s, %s", r < 0 ? "" : facts.driver,
		 r < 0		   ? "gone"
		 : facts.is_online ? "online"
				   : "offline",
		 kernel_has_claim() ? "claimed" : "unclaimed");
	return r >= 0 && strcmp(facts.driver, HOME) == 0 && facts.is_online;
}

static bool has_files(void)
{
	return scratch_has(&target.work, "run/leases/" FAKE_KERNEL_ID ".json") ||
	       scratch_has(&target.work, "devices.d/" FAKE_KERNEL_ID ".json");
}

static bool has_report(void)
{
	_cleanup_free_ char *log = scratch_read(&target.work, "log");

	return strstr(log, "Sanitizer") || strstr(log, "runtime error") || strstr(log, "Assertion");
}

static bool has_fds(int n_fds, struct sweep_status *status)
{
	unsigned int waited;

	for (waited = 0; waited < 3000 && status->n_fds != n_fds; waited++) {
		if (!sweep_daemon_settle(&target, status))
			return false;
		if (status->n_fds != n_fds)
			(void)poll(NULL, 0, 1); /* cut short is no harm */
	}
	return status->n_fds == n_fds;
}

/* What could not be removed is removed by the next start. */
static bool has_files_for_ever(void)
{
	struct sweep_status status;

	if (!has_files())
		return false;
	sweep_daemon_restart(&target);
	return !sweep_daemon_settle(&target, &status) || has_files();
}

static void judge(const struct strike *strike, int n_fds)
{
	struct sweep_status status = {};
	char where[160];

	if (!go_home(&status))
		complain(strike, "the device does not come home", status.text);
	else if (!is_home(where, sizeof(where)) || kernel_has_claim() ||
		 !kernel_has_plain_subchannel())
		complain(strike, "the device is not as it was", where);
	else if (has_files_for_ever())
		complain(strike, "files are left", "");
	else if (!has_fds(n_fds, &status))
		complain(strike, "the daemon has other fds", "");
	if (target.n_crashes || has_report())
		complain(strike, "the daemon has crashed", "");
}

/* Gives whether there was an n-th. */
static bool run(const struct strike *strike)
{
	struct sweep_status answer = {}, status = {};
	bool is_answered, has_struck;
	int n_fds;

	sweep_daemon_init(&target, HOME, true, PATIENCE_MS);
	ck_assert(sweep_daemon_settle(&target, &status));
	n_fds = status.n_fds;
	prepare(strike->action);
	interpose_arm(interpose, strike->kind, strike->nth);
	is_answered = ask(strike->action, &answer);
	if (!sweep_daemon_settle(&target, &status))
		complain(strike, "it does not come to rest", status.text);
	has_struck = interpose_disarm(interpose);
	if (status.state == DEVICE_HOST && status.is_bound != kernel_has_claim())
		complain(strike, "the daemon is wrong about where the device is", status.text);
	totals->faults += has_struck;
	totals->ended += !is_answered;
	totals->refused += is_answered && answer.r < 0;
	judge(strike, n_fds);
	if (!has_struck)
		sweep_daemon_stop(&target); /* and nothing has leaked */
	sweep_daemon_deinit(&target);
	return has_struck;
}

static void sweep(enum action action)
{
	unsigned int losses = totals->losses, faults = totals->faults, step = is_full ? 1 : STRIDE;
	struct strike strike = { .action = action };
	int kind;

	scratch_use_memory();
	interpose_exempt = &fake_sysfs_depth;
	interpose = interpose_share(NULL);
	ck_assert_ptr_nonnull(interpose);
	for (kind = 0; kind < _INTERPOSE_KIND_MAX; kind++) {
		strike.kind = (enum interpose_kind)kind;
		for (strike.nth = 0; run(&strike); strike.nth += step)
			;
	}
	printf("%s: %u faults\n", action_names[action], totals->faults - faults);
	ck_assert_uint_eq(totals->losses, losses);
	/* a sweep that strikes nothing would find nothing */
	ck_assert_uint_gt(totals->faults - faults, _INTERPOSE_KIND_MAX / 2);
}

START_TEST(test_a_fault_anywhere_loses_nothing)
{
	sweep((enum action)_i);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_a_fault_anywhere_loses_nothing, 0, _ACTION_MAX);
	tcase_set_timeout(tests, 1800);
}

int main(void)
{
	const char *word = getenv("CCWB_SWEEP");
	int r;

	is_full = word && strcmp(word, "full") == 0;
	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (totals == MAP_FAILED)
		return EXIT_FAILURE;
	r = check_main_run("fault-broker", add_tests);
	printf("%u operations, %u faults, %u refused at once, %u ended the daemon, %u losses\n",
	       (unsigned int)_ACTION_MAX, totals->faults, totals->refused, totals->ended,
	       totals->losses);
	return r;
}
