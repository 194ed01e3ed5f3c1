/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Every step of every plan is struck by every fault, once each: afterwards the lease is there or the
 * device is where it was, and nothing is left behind. CCWB_SWEEP=full in the environment crosses all
 * origins with all ways to get a device; without it each of these is swept at least once.
 */
#include <errno.h>
#include <stdio.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

#include "check-main.h"
#include "names.h"
#include "sweep-daemon.h"

/*
 * How long a step may take where one hangs, and where none does. On a busy machine one that does not
 * hang may take longer than the short patience, too, and then more is lost than the fault costs: so
 * what counts is what is lost with LONG_MS, after two shorter ones.
 */
#define SHORT_MS 60
#define LONG_MS	 6000

#define POLICY_STAY                                                                                \
	"{\"profiles\": {\"stay\": {\"restore\": false}}, \"rules\": [{\"action\": \"allow\", "    \
	"\"users\": [\"0\"], \"profile\": \"stay\"}]}"

enum action {
	ACQUIRE,       /* until the client has it */
	RELEASE,       /* the client closes all, until the device is back */
	RESUME,	       /* it does so while the daemon is away */
	BIND,	       /* by request, without a lease */
	RESTORE,       /* from there */
	BIND_OTHER,    /* to a driver of the host's that is not its own */
	MOVE_OTHER,    /* there from our module */
	RESTORE_OTHER, /* from there */
	RESET,
	BOUND, /* a lease of a device that is bound, until it is bound again */
	STAY,  /* a lease after which it stays bound, and from there */
	_ACTION_MAX,
};

#define OTHER_DRIVER "dasd-eckd"

/* What a job does, and to what the device has been bound by another one before it; NULL: nothing. */
static const struct {
	const char *name;
	enum change_kind kind;
	const char *driver;
	const char *before;
} actions[_ACTION_MAX] = {
	[ACQUIRE] = { .name = "acquire" },
	[RELEASE] = { .name = "release" },
	[RESUME] = { .name = "resume" },
	[BIND] = { "bind", CHANGE_BIND, CCWB_DRIVER, NULL },
	[RESTORE] = { "restore", CHANGE_RESTORE, "", CCWB_DRIVER },
	[BIND_OTHER] = { "bind elsewhere", CHANGE_BIND, OTHER_DRIVER, NULL },
	[MOVE_OTHER] = { "bind elsewhere from ours", CHANGE_BIND, OTHER_DRIVER, CCWB_DRIVER },
	[RESTORE_OTHER] = { "restore from elsewhere", CHANGE_RESTORE, "", OTHER_DRIVER },
	[RESET] = { "reset", CHANGE_RESET, "", NULL },
	[BOUND] = { .name = "lease of bound", .before = CCWB_DRIVER },
	[STAY] = { .name = "lease without restore" },
};

static const struct origin {
	const char *name;
	const char *driver; /* NULL: none */
	bool is_online;
} origins[] = {
	{ "online", "tape_34xx", true },
	{ "offline", "tape_34xx", false },
	{ "no driver", NULL, false },
};

static const struct way {
	const char *name;
	struct broker_wish wish;
	bool is_ours; /* by our module, and not by the kernel's vfio_ccw */
} ways[] = {
	{ "group", { .iommu = IOMMU_GROUP }, true },
	{ "iommufd", { .iommu = IOMMU_IOMMUFD }, true },
	{ "path", { .iommu = IOMMU_GROUP, .is_by_path = true }, true },
	{ "vfio_ccw", { .iommu = IOMMU_GROUP, .backend = BACKEND_VFIO_CCW }, false },
};

struct plan_case {
	enum action action;
	const struct origin *origin;
	const struct way *way;
	int strike_at;
	enum kernel_fault fault;
};

struct totals {
	unsigned int plans, steps, faults, kills, worker_kills, client_kills;
	unsigned int lost, stranded, drivers, claims, files, fds;
};

static struct totals *totals; /* of all tests, each of which is a process */

static struct sweep_daemon target;

static void complain(const struct plan_case *sweep, unsigned int *total, const char *what,
		     const char *text)
{
	_cleanup_free_ char *log = scratch_read(&target.work, "log");

	++*total;
	printf("%s, %s, by %s: step %d (%s): %s: %s: %s\n%s\n", actions[sweep->action].name,
	       sweep->origin->name, sweep->way->name, sweep->strike_at,
	       sweep->strike_at < 0 ? "none" : kernel->names[sweep->strike_at],
	       kernel_fault_to_string(sweep->fault), what, text, log);
}

static bool takes_device_away(const struct plan_case *sweep)
{
	return kernel->has_struck &&
	       (sweep->fault == KERNEL_VANISH || sweep->fault == KERNEL_REPLACE);
}

/* One that is gone comes back; one that failed is tried again, by a new start. */
static bool settle_well(const struct plan_case *sweep, struct sweep_status *status)
{
	if (!sweep_daemon_settle(&target, status))
		return false;
	if (status->r < 0 && takes_device_away(sweep)) {
		kernel_replug();
		if (!sweep_daemon_settle(&target, status))
			return false;
	}
	if (status->state == DEVICE_FAILED) {
		sweep_daemon_restart(&target);
		if (!sweep_daemon_settle(&target, status))
			return false;
	}
	return status->r >= 0;
}

static bool has_files(void)
{
	_cleanup_closedir_ DIR *dir = NULL;
	_cleanup_free_ char *path = scratch_path(&target.work, "run/leases");
	const struct dirent *entry;

	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			return true;
	return false;
}

static bool is_at_origin(const struct plan_case *sweep)
{
	const char *driver = sweep->origin->driver;
	struct sysfs_facts facts;

	if (!sweep_daemon_look(&target, &facts))
		return false;
	/*
	 * What has come anew is at home where the kernel found it; but for vfio_ccw the same one comes
	 * anew as well, and both are put where that was.
	 */
	if (takes_device_away(sweep) && strcmp(facts.driver, "tape_34xx") == 0)
		return true;
	if (takes_device_away(sweep) && sweep->way->is_ours)
		return false;
	return strcmp(facts.driver, driver ? driver : "") == 0 &&
	       facts.is_online == sweep->origin->is_online;
}

static void judge_lease(const struct plan_case *sweep)
{
	struct sweep_status status;

	if (!sweep_daemon_settle(&target, &status))
		complain(sweep, &totals->stranded, "does not come to rest", status.text);
	else if (!takes_device_away(sweep) &&
		 (status.state != DEVICE_LEASED ||
		  !(sweep->way->is_ours ? kernel_has_claim() : kernel_has_mdev())))
		complain(sweep, &totals->lost, "the lease is lost", status.text);
}

/* A worker that was killed, or that is one too many, goes by itself in a moment. */
static bool has_fds_again(int n_fds)
{
	struct sweep_status status = { .n_fds = -1 };
	unsigned int waited;

	for (waited = 0; waited < 1000 && status.n_fds != n_fds; waited++) {
		if (!sweep_daemon_settle(&target, &status))
			return false;
		if (status.n_fds != n_fds)
			(void)poll(NULL, 0, 1); /* cut short is no harm */
	}
	return status.n_fds == n_fds;
}

static void judge_rest(const struct plan_case *sweep, int n_fds)
{
	if (!is_at_origin(sweep))
		complain(sweep, &totals->drivers, "not as it was", "");
	if (kernel_has_claim())
		complain(sweep, &totals->claims, "still claimed", "");
	if (!kernel_has_plain_subchannel())
		complain(sweep, &totals->claims, "the subchannel is not as it was", "");
	if (has_files())
		complain(sweep, &totals->files, "files are left", "");
	if (!has_fds_again(n_fds))
		complain(sweep, &totals->fds, "the daemon has other fds", "");
	if (target.n_starts == 1 && sweep->strike_at < 0)
		sweep_daemon_stop(&target);
}

static void judge(const struct plan_case *sweep, int n_fds, int own_fds)
{
	struct sweep_status status = {};

	if (!settle_well(sweep, &status) || status.state != DEVICE_HOST)
		complain(sweep, &totals->stranded, "the device is stranded", status.text);
	else
		judge_rest(sweep, n_fds);
	sweep_daemon_deinit(&target);
	if (scratch_count_fds() != own_fds)
		totals->fds++;
}

static unsigned int count_losses(void)
{
	return totals->lost + totals->stranded + totals->drivers + totals->claims + totals->files +
	       totals->fds;
}

static bool does_hang(const struct plan_case *sweep)
{
	return sweep->fault == KERNEL_HANG || sweep->fault == KERNEL_HANG_DONE;
}

/* Behind the plan. On a busy machine a step of it may take longer than a short patience, too. */
static void give_back(const struct plan_case *sweep)
{
	struct sweep_status status;
	unsigned int tries = does_hang(sweep) ? 10 : 1;

	do
		(void)sweep_daemon_change(&target, CHANGE_RESTORE, "", &status);
	while (--tries > 0 && sweep_daemon_settle(&target, &status) &&
	       status.state == DEVICE_HOST && status.is_bound);
}

/* A job that is over, failed or not: where it was, or where it was to go, and the daemon knows which. */
static void judge_job(const struct plan_case *sweep, const struct sweep_status *status)
{
	const char *home = sweep->origin->driver ?: "";
	const char *before = actions[sweep->action].before ?: home;
	bool is_bind = actions[sweep->action].kind == CHANGE_BIND;
	const char *after = is_bind ? actions[sweep->action].driver : home;

	if (status->state != DEVICE_HOST || sweep->action >= BOUND || takes_device_away(sweep))
		return; /* judged by what can be done about it */
	if (!sweep_daemon_has_driver(&target, before) && !sweep_daemon_has_driver(&target, after))
		complain(sweep, &totals->drivers, "neither as before the job nor as behind it", "");
	else if (status->is_bound != !sweep_daemon_has_driver(&target, home))
		complain(sweep, &totals->drivers, "whether it is bound is not known", "");
}

/* A job, until the device is where it was. */
static unsigned int act_by_job(const struct plan_case *sweep)
{
	struct sweep_status status = {};
	unsigned int n_steps;

	if (actions[sweep->action].before)
		sweep_daemon_bind(&target, actions[sweep->action].before);
	kernel_arm(sweep->strike_at, sweep->fault);
	if (sweep->action >= BOUND) {
		(void)sweep_daemon_acquire(&target, &sweep->way->wish, &status);
		sweep_daemon_drop(&target);
	} else {
		(void)sweep_daemon_change(&target, actions[sweep->action].kind,
					  actions[sweep->action].driver, &status);
	}
	(void)sweep_daemon_settle(&target, &status); /* judged later */
	n_steps = kernel->n_points;
	if (status.state == DEVICE_HOST && sweep->action >= BOUND && sweep->strike_at < 0)
		ck_assert(kernel_has_claim()); /* it stays bound */
	judge_job(sweep, &status);
	if (status.r >= 0)
		give_back(sweep);
	return n_steps;
}

/* What comes before the plan, and the plan itself. Returns how many steps there were. */
static unsigned int act(const struct plan_case *sweep)
{
	struct sweep_status answer = { .r = -ECONNRESET };
	unsigned int n_steps;
	bool is_answered;

	if (sweep->action >= BIND)
		return act_by_job(sweep);
	if (sweep->action == ACQUIRE)
		kernel_arm(sweep->strike_at, sweep->fault);
	do /* on a busy machine a step may take longer than a short patience by itself */
		is_answered = sweep_daemon_acquire(&target, &sweep->way->wish, &answer);
	while (sweep->action != ACQUIRE && does_hang(sweep) && answer.r == -ETIMEDOUT &&
	       sweep_daemon_settle(&target, &(struct sweep_status){}));
	if (sweep->action == ACQUIRE) {
		n_steps = kernel->n_points;
		if (is_answered && answer.r >= 0)
			judge_lease(sweep);
		sweep_daemon_drop(&target);
		return n_steps;
	}
	ck_assert_msg(is_answered && answer.r >= 0, "%s", answer.text);
	if (sweep->action == RELEASE) {
		kernel_arm(sweep->strike_at, sweep->fault);
		sweep_daemon_drop(&target);
	} else {
		/* or it would begin to give the device back, and be killed anywhere in that */
		sweep_daemon_kill(&target);
		sweep_daemon_drop(&target);
		kernel_arm(sweep->strike_at, sweep->fault);
		sweep_daemon_restart(&target);
	}
	(void)sweep_daemon_settle(&target, &answer); /* judged later */
	return kernel->n_points;
}

static unsigned int run_once(const struct plan_case *sweep, unsigned int step_limit_ms)
{
	int own_fds = scratch_count_fds();
	struct sweep_status status;
	unsigned int n_steps;

	sweep_daemon_init(&target, sweep->origin->driver, sweep->origin->is_online, step_limit_ms);
	if (sweep->action == STAY)
		sweep_daemon_set_policy(&target, POLICY_STAY);
	ck_assert(sweep_daemon_settle(&target, &status));
	n_steps = act(sweep);
	if (kernel->has_struck) {
		totals->faults++;
		totals->kills +=
			sweep->fault == KERNEL_KILL_BEFORE || sweep->fault == KERNEL_KILL_AFTER;
		totals->worker_kills += sweep->fault == KERNEL_WORKER_KILL_BEFORE ||
					sweep->fault == KERNEL_WORKER_KILL_AFTER;
		totals->client_kills += sweep->fault == KERNEL_CLIENT_KILL;
	}
	judge(sweep, status.n_fds, own_fds);
	return n_steps;
}

static unsigned int run(const struct plan_case *sweep)
{
	unsigned int step_limit_ms = does_hang(sweep) ? SHORT_MS : LONG_MS, n_steps;
	const struct totals before = *totals;
	unsigned int losses = count_losses();

	for (;;) {
		n_steps = run_once(sweep, step_limit_ms);
		if (count_losses() == losses || step_limit_ms >= LONG_MS)
			return n_steps;
		step_limit_ms *= 10;
		*totals = before;
	}
}

static bool is_full(void)
{
	const char *word = getenv("CCWB_SWEEP");

	return word && strcmp(word, "full") == 0;
}

/* One that waits: elsewhere its end is what begins the plan, or nobody waits. */
static bool has_client(const struct plan_case *sweep)
{
	return sweep->action == ACQUIRE || sweep->action >= BOUND;
}

static void sweep_plan(struct plan_case sweep)
{
	unsigned int n_steps;
	int n, fault;

	sweep.strike_at = -1;
	sweep.fault = KERNEL_BUSY;
	n_steps = run(&sweep);
	ck_assert_uint_le(n_steps, KERNEL_POINTS_MAX);
	totals->plans++;
	totals->steps += n_steps;
	for (n = 0; n < (int)n_steps; n++)
		for (fault = 0; fault < _KERNEL_FAULT_MAX; fault++) {
			/* much like another one */
			if (!is_full() && (fault == KERNEL_NODEV || fault == KERNEL_HANG_DONE))
				continue;
			if (fault == KERNEL_CLIENT_KILL && !has_client(&sweep))
				continue;
			sweep.strike_at = n;
			sweep.fault = (enum kernel_fault)fault;
			(void)run(&sweep); /* counted once, above */
		}
}

/* Jobs know no way, and of those by our module only the open step does. */
static bool is_asked_for(const struct plan_case *sweep)
{
	bool is_first = sweep->origin == origins;

	if (sweep->action == STAY)
		return sweep->way->is_ours && (is_full() || (is_first && sweep->way == ways));
	if (!sweep->way->is_ours)
		return sweep->action <= RELEASE ||
		       (is_first && (sweep->action == RESUME || sweep->action == BOUND)) ||
		       (is_full() && sweep->action == RESUME);
	return is_full() || sweep->way == ways || (is_first && sweep->action == ACQUIRE);
}

static void sweep_origin(const struct origin *origin)
{
	unsigned int losses = count_losses(), steps = totals->steps, faults = totals->faults;
	struct plan_case sweep = { .origin = origin };
	int action;
	size_t way;

	scratch_use_memory();
	for (way = 0; way < ARRAY_SIZE(ways); way++)
		for (action = 0; action < _ACTION_MAX; action++) {
			sweep.action = (enum action)action;
			sweep.way = &ways[way];
			if (is_asked_for(&sweep))
				sweep_plan(sweep);
		}
	ck_assert_uint_eq(count_losses(), losses);
	/* a sweep that strikes nothing would find nothing */
	ck_assert_uint_gt(totals->faults - faults, 5 * (totals->steps - steps));
}

START_TEST(test_a_device_is_never_lost)
{
	sweep_origin(&origins[_i]);
}
END_TEST

/* No fault at all: what is revoked with one lease must serve the next. */
START_TEST(test_a_bound_device_serves_one_lease_after_the_other)
{
	struct sweep_status status;
	unsigned int n;

	sweep_daemon_init(&target, "tape_34xx", false, 5000);
	kernel_arm(-1, KERNEL_IO);
	ck_assert(sweep_daemon_change(&target, CHANGE_BIND, CCWB_DRIVER, &status));
	ck_assert(sweep_daemon_settle(&target, &status));
	for (n = 0; n < 3; n++) {
		ck_assert(sweep_daemon_acquire(&target, &ways[n].wish, &status));
		ck_assert_msg(status.r >= 0, "lease %u: %s", n, status.text);
		sweep_daemon_drop(&target);
		ck_assert(sweep_daemon_settle(&target, &status));
		ck_assert_int_eq(status.state, DEVICE_HOST);
	}
	sweep_daemon_stop(&target);
	sweep_daemon_deinit(&target);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_a_bound_device_serves_one_lease_after_the_other);
	tcase_add_loop_test(tests, test_a_device_is_never_lost, 0, ARRAY_SIZE(origins));
	tcase_set_timeout(tests, is_full() ? 3600 : 900);
}

int main(void)
{
	int r;

	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (totals == MAP_FAILED)
		return EXIT_FAILURE;
	r = check_main_run("step-sweep", add_tests);
	printf("%u plans, %u steps, %u faults, %u of them kills of the daemon, %u of a worker, %u of the client: leases lost %u, "
	       "devices stranded %u, original drivers lost %u, claims left %u, files left %u, fds "
	       "leaked %u\n",
	       totals->plans, totals->steps, totals->faults, totals->kills, totals->worker_kills,
	       totals->client_kills, totals->lost, totals->stranded, totals->drivers,
	       totals->claims, totals->files, totals->fds);
	return r;
}
