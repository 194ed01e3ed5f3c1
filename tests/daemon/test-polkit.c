/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Questions to polkit, by way of calls that need one: every answer, and every lack of one. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "broker-bus.h"
#include "check-main.h"
#include "fake-polkit.h"
#include "limits.h"
#include "macro.h"
#include "names.h"

#define FIRST_USER 1 /* and the next few: accounts of every Debian; the bus wants some */

#define ASK_ALL "{\"rules\": [{\"action\": \"ask\"}]}"

static struct broker_bus bb;
static struct fake_polkit polkit;
static sd_bus *bus;

/* What a client in a process of its own expects; it reports by its exit status. */
static struct {
	bool is_interactive;
	bool is_known; /* has called before, so that the daemon knows its connection for a moment */
	const char *error; /* NULL: a grant */
	const char *words;
} wanted;

static void setup_with_patience(unsigned int patience_ms)
{
	broker_bus_init(&bb);
	bb.question_ms = patience_ms;
	bus = broker_bus_connect(&bb);
	broker_bus_set_policy(&bb, ASK_ALL);
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	fake_polkit_start(&polkit, &bb);
	wanted.is_interactive = wanted.is_known = false;
}

static void setup(void)
{
	setup_with_patience(BROKER_BUS_PATIENCE_MS);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
	if (polkit.pid > 0)
		fake_polkit_stop(&polkit);
}

static void acquire(const struct broker_bus *client_bb, sd_bus *client)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	sd_bus_set_allow_interactive_authorization(client, wanted.is_interactive);
	if (wanted.is_known &&
	    broker_bus_call(client, "AcquireDevice", NULL, NULL, "sa{sv}", "0.0.ffff", 0) >= 0)
		_exit(4);
	r = broker_bus_call(client, "AcquireDevice", &error, NULL, "sa{sv}", BROKER_BUS_TAPE, 1,
			    "who", "s", "my program");
	if (!wanted.error && r >= 0)
		return;
	if (r >= 0)
		_exit(2);
	if (!wanted.error || !sd_bus_error_has_name(&error, wanted.error) ||
	    !strstr(error.message, wanted.words)) {
		fprintf(stderr, "%s: %s\n", error.name, error.message);
		_exit(3);
	}
}

static void expect(const char *error, const char *words)
{
	wanted.error = error;
	wanted.words = words;
	if (broker_bus_as_nobody(&bb, acquire))
		broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
}

/* A client that waits for its answer, while the test goes on; -1 when not root. */
static pid_t begin(const char *error, const char *words)
{
	pid_t pid;

	wanted.error = error;
	wanted.words = words;
	if (geteuid() != 0)
		return -1;
	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)broker_bus_as_nobody(&bb, acquire);
		_exit(0);
	}
	fake_polkit_wait_heard(&polkit, "check");
	return pid;
}

static void finish(pid_t pid)
{
	int status;

	scratch_write(&bb.work, "polkit-go", "");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

START_TEST(test_a_yes_gives_the_device_and_the_rules_see_the_details)
{
	_cleanup_free_ char *heard = NULL;

	setup();
	fake_polkit_behave(&polkit, "yes");
	expect(NULL, NULL);
	expect(NULL, NULL);
	heard = fake_polkit_heard(&polkit);
	if (geteuid() == 0) {
		static const char line[] =
			"check org.ccwbroker1.acquire 0 device=0.0.0580 type=3490/50 "
			"subchannel=0.0.0003 driver=tape_34xx who=my program profile=full\n";

		/* once for each call: no answer outlives its call */
		ck_assert_str_eq(heard + strlen(line), line);
		ck_assert_int_eq(strncmp(heard, line, strlen(line)), 0);
	}
	teardown();
}
END_TEST

START_TEST(test_everything_but_a_yes_is_a_no_that_says_why)
{
	static const struct {
		const char *behaviour;
		const char *words;
	} cases[] = {
		{ "no", "rules do not allow" },
		{ "dismissed", "dismissed" },
		{ "nonsense", "cannot be read" },
		{ "error", "no such action" },
		{ "yes device=0.0.0581", "rules do not allow" },
		{ "hang", "does not answer" },
		{ "die", "does not answer" },
		{ "", "is not there" }, /* it has died */
	};
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		fake_polkit_behave(&polkit, cases[n].behaviour);
		expect(CCWB_ERROR_ACCESS_DENIED, cases[n].words);
		expect(CCWB_ERROR_ACCESS_DENIED, "policy.json:1");
		if (strcmp(cases[n].behaviour, "hang") == 0 && geteuid() == 0)
			fake_polkit_wait_heard(&polkit, "cancel");
		if (strcmp(cases[n].behaviour, "die") == 0 && geteuid() == 0)
			ck_assert_int_eq(waitpid(polkit.pid, NULL, 0), polkit.pid);
	}
	if (geteuid() == 0)
		polkit.pid = 0;
	teardown();
}
END_TEST

START_TEST(test_a_dialog_is_for_callers_that_allow_it)
{
	setup();
	fake_polkit_behave(&polkit, "challenge");
	expect(CCWB_ERROR_INTERACTION_REQUIRED, "interactive authorization");
	if (geteuid() == 0)
		fake_polkit_wait_heard(&polkit, "acquire 0 ");
	wanted.is_interactive = true;
	expect(CCWB_ERROR_ACCESS_DENIED, "no agent");
	if (geteuid() == 0)
		fake_polkit_wait_heard(&polkit, "acquire 1 ");
	teardown();
}
END_TEST

static void reload(const struct broker_bus *client_bb, sd_bus *client)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = broker_bus_call(client, "Reload", &error, NULL, "");

	if (wanted.error ? r >= 0 || !sd_bus_error_has_name(&error, wanted.error) : r < 0)
		_exit(2);
}

START_TEST(test_what_is_roots_may_be_others_as_polkit_says)
{
	setup();
	fake_polkit_behave(&polkit, "yes");
	wanted.error = NULL;
	(void)broker_bus_as_nobody(&bb, reload);
	if (geteuid() == 0)
		fake_polkit_wait_heard(&polkit, "check org.ccwbroker1.reload 0\n");
	fake_polkit_behave(&polkit, "no");
	wanted.error = CCWB_ERROR_ACCESS_DENIED;
	(void)broker_bus_as_nobody(&bb, reload);
	teardown();
}
END_TEST

static void force(const struct broker_bus *client_bb, sd_bus *client)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r = broker_bus_call(client, "AcquireDevice", &error, &reply, "sa{sv}", BROKER_BUS_TAPE,
				1, CCWB_OPTION_FORCE, "b", true);

	if (wanted.error ? r >= 0 || !sd_bus_error_has_name(&error, wanted.error) : r < 0)
		_exit(2);
}

START_TEST(test_to_force_is_another_question)
{
	_cleanup_free_ char *log = NULL;

	setup();
	broker_bus_behave(&bb, "in-use");
	fake_polkit_behave(&polkit, "yes");
	wanted.error = NULL;
	(void)broker_bus_as_nobody(&bb, force);
	if (geteuid() == 0) {
		broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
		fake_polkit_wait_heard(&polkit, "check org.ccwbroker1.acquire 0 device=0.0.0580");
		fake_polkit_wait_heard(&polkit,
				       "check org.ccwbroker1.acquire-in-use 0 device=0.0.0580");
		log = broker_bus_log(&bb);
		ck_assert_ptr_nonnull(strstr(log, "by force, although 0.0.0580 is in use: test"));
	}
	/* a rule that allows the device does not allow this */
	broker_bus_set_policy(&bb, "{\"rules\": [{\"action\": \"allow\"}]}");
	ck_assert_int_ge(broker_bus_call(bus, "Reload", NULL, NULL, ""), 0);
	fake_polkit_behave(&polkit, "no");
	wanted.error = CCWB_ERROR_ACCESS_DENIED;
	(void)broker_bus_as_nobody(&bb, force);
	wanted.error = CCWB_ERROR_DEVICE_IN_USE;
	wanted.words = "is in use";
	(void)broker_bus_as_nobody(&bb, acquire);
	teardown();
}
END_TEST

START_TEST(test_root_is_never_asked)
{
	_cleanup_free_ char *heard = NULL;
	struct grant grant;

	setup();
	fake_polkit_behave(&polkit, "no");
	wanted.error = NULL;
	if (geteuid() == 0) {
		broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
		broker_bus_drop(&grant);
		broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
		force(&bb, bus);
	}
	heard = fake_polkit_heard(&polkit);
	ck_assert_str_eq(heard, "");
	teardown();
}
END_TEST

/* Clients that ask and do not wait for an answer; they stay until the other end is closed. */
static int stay[2];

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	const sd_bus_error *found = sd_bus_message_get_error(reply);

	if (!found || !sd_bus_error_has_name(found, CCWB_ERROR_LIMITS_EXCEEDED) ||
	    !strstr(found->message, "for uid"))
		_exit(2);
	(*(int *)userdata)++;
	return 0;
}

/* One more than is allowed: which of them is refused is a matter of their order on the bus. */
static void ask_often(const struct broker_bus *client_bb, sd_bus *client)
{
	int n, refused = 0;
	char byte;

	for (n = 0; n < LIMIT_QUESTIONS_PER_UID + 1; n++)
		if (sd_bus_call_method_async(client, NULL, CCWB_BUS_NAME, CCWB_PATH,
					     CCWB_IFACE_MANAGER, "AcquireDevice", on_reply,
					     &refused, "sa{sv}", BROKER_BUS_TAPE, 0) < 0)
			_exit(3);
	while (refused < 1)
		if (sd_bus_process(client, NULL) == 0 && sd_bus_wait(client, UINT64_MAX) < 0)
			_exit(4);
	if (read(stay[0], &byte, 1) != 0)
		_exit(5);
}

static unsigned int count_heard(const char *word)
{
	_cleanup_free_ char *heard = fake_polkit_heard(&polkit);
	unsigned int count = 0;
	const char *at = heard;

	while ((at = strstr(at, word))) {
		count++;
		at++;
	}
	return count;
}

static void wait_count(const char *word, unsigned int wanted_count)
{
	int n;

	for (n = 0; n < 1000 && count_heard(word) < wanted_count; n++)
		poll(NULL, 0, 10);
	ck_assert_uint_eq(count_heard(word), wanted_count);
}

static pid_t begin_often(uid_t uid)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		macro_close(stay[1]);
		(void)broker_bus_as(&bb, uid, ask_often);
		_exit(0);
	}
	return pid;
}

START_TEST(test_questions_end_at_the_limits_and_with_the_caller)
{
	const unsigned int users = LIMIT_QUESTIONS / LIMIT_QUESTIONS_PER_UID;
	pid_t pids[LIMIT_QUESTIONS / LIMIT_QUESTIONS_PER_UID];
	unsigned int n;
	int status;

	setup_with_patience(20000);
	fake_polkit_behave(&polkit, "hang");
	ck_assert_int_eq(pipe2(stay, O_CLOEXEC), 0);
	wanted.error = CCWB_ERROR_LIMITS_EXCEEDED;
	wanted.words = "try again later";
	for (n = 0; geteuid() == 0 && n < users; n++) {
		pids[n] = begin_often(FIRST_USER + n);
		wait_count("check", (n + 1) * LIMIT_QUESTIONS_PER_UID);
	}
	if (geteuid() == 0)
		ck_assert(broker_bus_as(&bb, FIRST_USER + n, acquire));
	macro_close(stay[1]);
	for (n = 0; geteuid() == 0 && n < users; n++) {
		ck_assert_int_eq(waitpid(pids[n], &status, 0), pids[n]);
		ck_assert_int_eq(status, 0);
	}
	if (geteuid() == 0)
		wait_count("cancel", LIMIT_QUESTIONS);
	macro_close(stay[0]);
	teardown();
}
END_TEST

START_TEST(test_a_policy_that_changed_meanwhile_counts)
{
	pid_t pid;

	setup();
	fake_polkit_behave(&polkit, "wait");
	pid = begin(CCWB_ERROR_ACCESS_DENIED, "denies it");
	if (pid > 0) {
		broker_bus_set_policy(&bb, "{\"rules\": [{\"action\": \"deny\"}]}");
		ck_assert_int_ge(broker_bus_call(bus, "Reload", NULL, NULL, ""), 0);
		finish(pid);
	}
	teardown();
}
END_TEST

START_TEST(test_a_device_that_was_leased_meanwhile_is_not_given_twice)
{
	struct grant grant;
	pid_t pid;

	setup();
	fake_polkit_behave(&polkit, "wait");
	pid = begin(CCWB_ERROR_DEVICE_LEASED, "is leased to");
	if (pid > 0) {
		broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
		finish(pid);
		broker_bus_drop(&grant);
		broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	}
	teardown();
}
END_TEST

/* A dialog takes longer than what is known of a connection is good for. */
START_TEST(test_a_slow_answer_is_asked_for_once)
{
	pid_t pid;

	setup_with_patience(3 * LIMIT_ACCOUNT_LIFE_MS);
	wanted.is_known = true;
	fake_polkit_behave(&polkit, "wait");
	pid = begin(NULL, NULL);
	if (pid > 0) {
		poll(NULL, 0, LIMIT_ACCOUNT_LIFE_MS + 500);
		finish(pid);
		wait_count("check", 1);
		broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	}
	teardown();
}
END_TEST

CHECK_MAIN("polkit", test_a_yes_gives_the_device_and_the_rules_see_the_details,
	   test_everything_but_a_yes_is_a_no_that_says_why,
	   test_a_dialog_is_for_callers_that_allow_it, test_root_is_never_asked,
	   test_what_is_roots_may_be_others_as_polkit_says, test_to_force_is_another_question,
	   test_questions_end_at_the_limits_and_with_the_caller,
	   test_a_policy_that_changed_meanwhile_counts,
	   test_a_device_that_was_leased_meanwhile_is_not_given_twice,
	   test_a_slow_answer_is_asked_for_once)
