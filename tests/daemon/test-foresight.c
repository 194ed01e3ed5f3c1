/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Whatever the policy, the user and the device: what is said before acquiring is what acquiring then
 * does. Policies, wishes and uses of devices are drawn at random; FORESIGHT_SEED repeats a run.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "binder.h"
#include "broker.h"
#include "check-main.h"
#include "fake-sysfs.h"
#include "names.h"

#define WORLDS	   60  /* at least */
#define WORLDS_MAX 600 /* by when each outcome must have come often enough, whatever the seed */
#define QUESTIONS  50  /* in each */

static const char *const ids[] = { "0.0.0580", "0.0.0581", "0.0.0120", "0.0.0121",
				   "0.0.000c", "0.0.0900", "0.0.0999" };
#define DEVICES (ARRAY_SIZE(ids) - 1) /* the last is not there */

static const struct fake_device devices[DEVICES] = {
	{ "0.0.0580", "0.0.0001", "3490/50\n", "3490/50\n", "tape_34xx", false },
	{ "0.0.0581", "0.0.0002", "3590/10\n", "3590/50\n", NULL, false },
	{ "0.0.0120", "0.0.0003", "3390/0c\n", "3990/e9\n", "dasd-eckd", true },
	{ "0.0.0121", "0.0.0004", "3390/0c\n", "3990/e9\n", "dasd-eckd", false },
	{ "0.0.000c", "0.0.0005", "n/a\n", "3505/00\n", NULL, false },
	{ "0.0.0900", "0.0.0006", "n/a\n", "3270/00\n", NULL, false },
};

static gid_t some_gids[] = { 2001, 2002 };
static char *some_groups[] = { (char *)"operators", (char *)"backup" };
static const struct subject subjects[] = {
	{ .uid = 0, .pidfd = -1, .user = (char *)"root" },
	{ .uid = 1001,
	  .pidfd = -1,
	  .user = (char *)"alice",
	  .n_groups = 2,
	  .gids = some_gids,
	  .groups = some_groups },
	{ .uid = 1002,
	  .pidfd = -1,
	  .user = (char *)"bob",
	  .n_groups = 1,
	  .gids = some_gids,
	  .groups = some_groups },
	{ .uid = 1003, .pidfd = -1, .user = (char *)"carol" },
};

static struct fake_sysfs fake;
static struct scratch work;
static sd_event *event;
static struct broker *broker;
static const char *directories[2];
static unsigned int state, seed;

struct path {
	char text[128];
};

/* What came of the last call. */
static bool is_over;
static enum fault_code outcome;
static struct answer answer;
static int lease_fds[DEVICES + 1];
static char lease_ids[DEVICES + 1][64];
static unsigned int n_held, n_asked, n_yes, n_by_kernel, n_by_code[_FAULT_CODE_MAX];

/* The same numbers everywhere. */
static unsigned int draw(unsigned int n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 16) % n;
}

static const char *one_of(const char *const *words, size_t n)
{
	return words[draw((unsigned int)n)];
}

static struct path mdev_path(const struct binder_job *job)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "bus/css/devices/%s/%s", job->backend.subchannel,
		 job->backend.mdev);
	return path;
}

/* The subchannel goes to vfio_ccw, and the device with it. */
static void go_away(const struct binder_job *job, const char *id)
{
	struct path link;

	snprintf(link.text, sizeof(link.text), "bus/ccw/devices/%s", id);
	scratch_remove(&fake.scratch, link.text); /* what it is stays for its return */
	fake_sysfs_set_subchannel_driver(&fake, job->backend.subchannel, "vfio_ccw");
	scratch_mkdir(&fake.scratch, mdev_path(job).text);
}

static void come_back(const struct binder_job *job, const char *id)
{
	struct path link, target;

	scratch_remove(&fake.scratch, mdev_path(job).text);
	fake_sysfs_set_subchannel_driver(&fake, job->backend.subchannel, "io_subchannel");
	snprintf(link.text, sizeof(link.text), "bus/ccw/devices/%s", id);
	snprintf(target.text, sizeof(target.text), "../../../devices/css0/%s/%s",
		 job->backend.subchannel, id);
	scratch_symlink(&fake.scratch, target.text, link.text);
}

static void take(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;
	char id[CCW_ID_STRING_SIZE];

	binder_probe(data, result);
	if (result->r < 0)
		return;
	fake.scratch.fd = open(fake.scratch.path, O_PATH | O_CLOEXEC);
	if (job->backend.kind == BACKEND_VFIO_CCW) {
		go_away(job, ccw_id_format(job->id, id));
		result->r = 0;
		return;
	}
	fake_sysfs_set_driver(&fake, ccw_id_format(job->id, id), CCWB_DRIVER);
	fake_sysfs_set(&fake, id, CCWB_DEVICE_OPEN, "0\n");
	result->r = 0;
}

static void give_back(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;
	char id[CCW_ID_STRING_SIZE];

	fake.scratch.fd = open(fake.scratch.path, O_PATH | O_CLOEXEC);
	if (job->backend.kind == BACKEND_VFIO_CCW)
		come_back(job, ccw_id_format(job->id, id));
	fake_sysfs_set_driver(&fake, ccw_id_format(job->id, id),
			      *job->origin.driver ? job->origin.driver : NULL);
	result->r = 0;
}

static int retract(struct sysfs *sysfs, const struct sysfs_site *site)
{
	return 0;
}

static void write_list(char *text, size_t size, const char *key, const char *const *words, size_t n)
{
	size_t length = strlen(text);

	if (draw(2))
		snprintf(text + length, size - length, ", \"%s\": [\"%s\", \"%s\"]", key,
			 one_of(words, n), one_of(words, n));
}

static void write_quota(char *text, size_t size, const char *key)
{
	size_t length = strlen(text);

	if (draw(3) == 0)
		snprintf(text + length, size - length, ", \"%s\": %u", key, 1 + draw(2));
}

static const char *const types[] = { "3490", "3590/*", "3390", "3990/e9", "3505", "3270/00" };
static const char *const users[] = { "alice", "bob", "1003", "root", "nobody" };
static const char *const groups[] = { "operators", "2002", "nogroup" };
static const char *const ranges[] = { "0.0.0580", "0.0.0500-0.0.05ff", "120-121", "0-fff", "900" };
static const char *const actions[] = { "allow", "allow", "allow", "deny", "ask" };
static const char *const grants[] = { "fds", "fds", "path" };
static const char *const names[] = { "one", "two", "three" };

/* What cannot go together would make the policy wrong. */
static void write_backend(char *text)
{
	if (draw(3) == 0) {
		strcat(text, ", \"backend\": \"vfio_ccw\"");
		return;
	}
	if (draw(4) == 0)
		strcat(text, ", \"backend\": \"ccwbroker\"");
	if (draw(2))
		strcat(text, ", \"commands\": [\"02\"]");
	if (draw(4) == 0)
		strcat(text, ", \"restore\": false");
}

static void write_profile(char *text, size_t size, const char *name)
{
	size_t length = strlen(text);

	snprintf(text + length, size - length, "\"%s\": {\"reset-before\": false", name);
	write_backend(text);
	write_list(text, size, "types", types, ARRAY_SIZE(types));
	write_list(text, size, "grants", grants, ARRAY_SIZE(grants));
	write_quota(text, size, "leases");
	write_quota(text, size, "leases-per-user");
	if (draw(4) == 0)
		write_quota(text, size, "leases-per-group");
	strcat(text, "}");
}

static void write_rule(char *text, size_t size)
{
	const char *action = one_of(actions, ARRAY_SIZE(actions));
	size_t length = strlen(text);

	snprintf(text + length, size - length, "\n{\"action\": \"%s\"", action);
	write_list(text, size, "devices", ranges, ARRAY_SIZE(ranges));
	write_list(text, size, "types", types, ARRAY_SIZE(types));
	write_list(text, size, "users", users, ARRAY_SIZE(users));
	write_list(text, size, "groups", groups, ARRAY_SIZE(groups));
	length = strlen(text);
	if (strcmp(action, "deny") != 0 && draw(3) != 0)
		snprintf(text + length, size - length, ", \"profile\": \"%s\"",
			 one_of(names, ARRAY_SIZE(names)));
	strcat(text, "}");
}

static void write_policy(void)
{
	static char text[16384];
	unsigned int n, n_rules = draw(7);

	strcpy(text, "{\"profiles\": {");
	for (n = 0; n < ARRAY_SIZE(names); n++) {
		strcat(text, n ? ",\n" : "\n");
		write_profile(text, sizeof(text), names[n]);
	}
	strcat(text, "},\n\"rules\": [");
	for (n = 0; n < n_rules; n++) {
		strcat(text, n ? "," : "");
		write_rule(text, sizeof(text));
	}
	strcat(text, "]}\n");
	scratch_write(&work, "policy.json", text);
}

static void add_device(const struct fake_device *device)
{
	fake_sysfs_add(&fake, device);
	fake_sysfs_add_subchannel(&fake, device->subchannel);
}

/* Most machines have both. */
static void choose_modules(void)
{
	if (draw(4) == 0)
		scratch_remove(&fake.scratch, "bus/ccw/drivers/" CCWB_DRIVER);
	if (draw(4) == 0)
		scratch_remove(&fake.scratch, "bus/css/drivers/vfio_ccw");
}

static void setup(void)
{
	static char *run;
	const struct broker_config base = {
		.acquire = take, .restore = give_back, .retract = retract, .probe = binder_probe
	};
	struct broker_config config = base;
	sigset_t set;
	size_t n;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fake_sysfs_init(&fake);
	for (n = 0; n < DEVICES; n++)
		add_device(&devices[n]);
	choose_modules();
	scratch_init(&work);
	directories[0] = work.path;
	write_policy();
	ck_assert_int_ge(sd_event_new(&event), 0);
	config.event = event;
	config.sysfs_root = fake.scratch.path;
	config.proc_root = work.path;
	config.runtime_directory = run = scratch_path(&work, "run");
	config.policy_directories = directories;
	ck_assert_int_ge(broker_new(&config, &broker), 0);
	free(run);
	ck_assert_int_ge(broker_start(broker), 0);
	n_held = 0;
	memset(lease_ids, 0, sizeof(lease_ids));
}

static void teardown(void)
{
	size_t n;

	for (n = 0; n < DEVICES; n++)
		if (*lease_ids[n])
			macro_close(lease_fds[n]);
	broker_free(broker);
	event = sd_event_unref(event);
	scratch_deinit(&work);
	fake_sysfs_deinit(&fake);
}

static void wait_until_over(void)
{
	while (!is_over)
		ck_assert_int_ge(sd_event_run(event, 30 * 1000000ULL), 0);
}

static void on_looked(struct worker_result *result, void *userdata)
{
	foresight_conclude(&answer, result);
	is_over = true;
}

static void ask(struct ccw_id id, const struct subject *subject, const struct broker_wish *wish)
{
	const struct foresight_question asked = { subject, subject->uid, wish };
	struct inquiry *inquiry;
	struct fault fault = {};
	int r;

	is_over = false;
	r = foresight_inquire(broker_foresight(broker), id, &asked, &answer, on_looked, NULL,
			      &inquiry, &fault);
	ck_assert_int_ge(r, 0);
	is_over = is_over || r > 0;
	wait_until_over();
}

static int on_outcome(struct lease *lease, struct worker_result *result, void *userdata)
{
	size_t *at = userdata;

	outcome = result->r < 0 ? result->fault.code : FAULT_NONE;
	is_over = true;
	if (result->r < 0)
		return 0;
	strcpy(lease_ids[*at], lease->id);
	lease_fds[*at] = TAKE_FD(result->fds[result->n_fds - 1]);
	n_held++;
	n_by_kernel += lease->backend.kind == BACKEND_VFIO_CCW;
	return 0;
}

static void acquire(size_t at, struct ccw_id id, const struct subject *subject,
		    const struct broker_wish *wish)
{
	struct lease *lease;
	struct fault fault = {};
	int r;

	is_over = false;
	r = broker_acquire(broker, id, subject, wish, on_outcome, &at, &lease, &fault);
	if (r < 0) {
		outcome = fault.code;
		return;
	}
	wait_until_over();
}

/* Ends one lease, and waits until its device is back. */
static void give_up_one(void)
{
	size_t at = draw(DEVICES);
	struct fault fault = {};

	if (!*lease_ids[at])
		return;
	ck_assert_int_eq(broker_release(broker, lease_ids[at], 0, false, &fault), 0);
	macro_close(lease_fds[at]);
	*lease_ids[at] = '\0';
	n_held--;
	while (broker_count_leases(broker) > n_held)
		ck_assert_int_ge(sd_event_run(event, 30 * 1000000ULL), 0);
}

/* Something of the host's happens to a device that nobody has. */
static void change_use(void)
{
	static const char *const availability[] = { "good\n", "good\n", "no path\n", "boxed\n" };
	size_t at = draw(DEVICES);

	if (*lease_ids[at])
		return;
	fake_sysfs_set(&fake, ids[at], "availability", one_of(availability, 4));
	fake_sysfs_set(&fake, ids[at], "net/eth0/flags", draw(4) ? "0x1002\n" : "0x1003\n");
}

static void compare(size_t at, const struct subject *subject, const struct broker_wish *wish)
{
	bool is_yes = answer.kind == ANSWER_YES;

	n_asked++;
	n_yes += is_yes;
	n_by_code[outcome]++;
	ck_assert_msg(is_yes == (outcome == FAULT_NONE) &&
			      (is_yes ||
			       strcmp(answer.reasons[0].code, fault_code_to_string(outcome)) == 0),
		      "FORESIGHT_SEED=%u: %s by %s%s, %s, for %s: said %s (%s), then %s", seed,
		      ids[at], wish->is_by_path ? "path" : "fds",
		      wish->is_forced ? " and force" : "", backend_kind_to_string(wish->backend),
		      subject->user, answer_kind_to_string(answer.kind), answer.reasons[0].text,
		      fault_code_to_string(outcome));
}

static void ask_and_acquire(void)
{
	static const enum backend_kind kinds[] = { BACKEND_AUTO, BACKEND_AUTO, BACKEND_CCWBROKER,
						   BACKEND_VFIO_CCW };
	struct broker_wish wish = {
		.who = "",
		.backend = kinds[draw(ARRAY_SIZE(kinds))],
		.is_by_path = draw(4) == 0,
		.is_forced = draw(4) == 0,
		.pidfd = -1,
		.connection = "",
	};
	const struct subject *subject = &subjects[draw(ARRAY_SIZE(subjects))];
	size_t at = draw(ARRAY_SIZE(ids));
	struct ccw_id id;

	ck_assert_int_eq(ccw_id_parse(ids[at], &id), 0);
	ask(id, subject, &wish);
	acquire(at, id, subject, &wish);
	compare(at, subject, &wish);
}

/* A property that is never at stake holds always. */
static bool has_enough_of_each(void)
{
	static const struct {
		enum fault_code code;
		unsigned int n;
	} wanted[] = {
		{ FAULT_NOT_SUPPORTED, 50 },  { FAULT_ACCESS_DENIED, 100 },
		{ FAULT_DEVICE_LEASED, 10 },  { FAULT_DEVICE_IN_USE, 10 },
		{ FAULT_LIMITS_EXCEEDED, 1 }, { FAULT_DEVICE_NOT_OPERATIONAL, 10 },
		{ FAULT_NO_SUCH_DEVICE, 10 },
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(wanted); n++)
		if (n_by_code[wanted[n].code] < wanted[n].n)
			return false;
	return n_yes >= 100 && n_by_kernel >= 20;
}

static void play_world(void)
{
	unsigned int n;

	setup();
	for (n = 0; n < QUESTIONS; n++) {
		if (draw(6) == 0)
			give_up_one();
		if (draw(4) == 0)
			change_use();
		ask_and_acquire();
	}
	teardown();
}

START_TEST(test_what_is_said_is_what_is_done)
{
	const char *text = getenv("FORESIGHT_SEED");
	unsigned int world;

	state = seed = text ? (unsigned int)strtoul(text, NULL, 10) : (unsigned int)getpid();
	for (world = 0; world < WORLDS || (world < WORLDS_MAX && !has_enough_of_each()); world++)
		play_world();
	printf("seed %u: %u questions in %u policies, %u yes, every answer was what came\n", seed,
	       n_asked, world, n_yes);
	ck_assert_msg(has_enough_of_each(), "FORESIGHT_SEED=%u: too little was at stake", seed);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_set_timeout(tests, 300);
	tcase_add_test(tests, test_what_is_said_is_what_is_done);
}

int main(void)
{
	return check_main_run("foresight", add_tests);
}
