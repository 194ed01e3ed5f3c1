/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * In ccwctl, and so in libccwbroker, the n-th call of each kind to the C library fails, for every n, once for
 * each verb. It does not crash, says something when its status is not 0, and leaves no lease behind. The daemon
 * that it talks to has no faults. CCWB_SWEEP=full in the environment takes every n, otherwise it is one in STRIDE.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "broker-bus.h"
#include "check-main.h"
#include "interpose.h"
#include "names.h"

#define STRIDE	    397
#define WORDS_MAX   8
#define PATIENCE_MS 20000
#define SAID_BYTES  65536

struct totals {
	unsigned int faults, failed, foreign, losses;
};

static struct totals *totals; /* of all tests, each of which is a process */
static struct interpose *interpose;
static struct broker_bus bb;
static sd_bus *bus;
static char *program, *control;
static const char *one_kind; /* NULL: each */
static bool is_full;

static const char *const verbs[][WORDS_MAX] = {
	{ "list" },
	{ "list", "--json" },
	{ "tree" },
	{ "info", "580" },
	{ "leases" },
	{ "who", "580" },
	{ "top", "--once" },
	{ "check", "580,120" },
	{ "status" },
	{ "run", "580,120", "--", "/bin/true" },
	{ "release", "l0123456789abcdef" },
	{ "revoke", "l0123456789abcdef" },
	{ "bind", "580" },
	{ "restore", "580" },
	{ "reset", "580" },
	{ "define", "580" },
	{ "definitions" },
	{ "autostart", "580", "on" },
	{ "undefine", "580" },
	{ "acquire", "--hold", "580,120" },
	{ "io", "580", "04:32" },
	{ "monitor" },
	{ "qemu-args", "580" },
	{ "libvirt-xml", "580" },
	{ "reload" },
	{ "policy", "check", "/dev/null" },
	{ "policy", "show", "/dev/null" },
	{ "policy", "test", "--user=0", "580" },
	{ "completion", "bash" },
	{ "--help" },
};

struct strike {
	const char *const *words;
	enum interpose_kind kind;
	unsigned int nth;
};

/* A sanitizer's report is long, and says what it is at its beginning. */
static char *read_said(void)
{
	_cleanup_free_ char *path = scratch_path(&bb.work, "stderr");
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *said = calloc(1, SAID_BYTES + 1);

	ck_assert_ptr_nonnull(said);
	ck_assert_int_ge(read(fd, said, SAID_BYTES), 0);
	return said;
}

static void complain(const struct strike *strike, const char *what, int status)
{
	_cleanup_free_ char *said = read_said();
	int n;

	totals->losses++;
	for (n = 0; n < WORDS_MAX && strike->words[n]; n++)
		printf("%s ", strike->words[n]);
	printf(": %s number %u fails: %s, status 0x%x:\n%s\n",
	       interpose_kind_to_string(strike->kind), strike->nth, what, status, said);
	fflush(stdout);
}

/* These go on until they are told to end: they find that they have been. */
static void end_at_once(const struct strike *strike)
{
	const char *verb = strike->words[0], *option = strike->words[1];
	sigset_t set;

	if (strcmp(verb, "monitor") != 0 && !(option && strcmp(option, "--hold") == 0))
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	(void)raise(SIGTERM); /* waits until somebody lets it in */
}

static _Noreturn void become_ccwctl(const struct strike *strike)
{
	static const int always = 1;
	const char *words[WORDS_MAX + 2] = { program };
	char *said;
	int n, fd;

	interpose_exempt = &always; /* until there is ccwctl */
	said = scratch_path(&bb.work, "stderr");
	fd = open(said, O_RDWR | O_TRUNC | O_CREAT, 0600);
	for (n = 0; n < WORDS_MAX && strike->words[n]; n++)
		words[n + 1] = strike->words[n];
	dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
	dup2(open("/dev/null", O_RDWR), STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", bb.message_bus.address, 1);
	setenv(INTERPOSE_ENVIRONMENT, control, 1);
	end_at_once(strike);
	execv(program, (char **)words);
	_exit(99);
}

/* One that waits for what does not come is ended by the sweep. */
static int run_ccwctl(const struct strike *strike)
{
	int status, waited;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become_ccwctl(strike); /* Check allocates, too: before anything of it */
	ck_assert_int_ge(pid, 0);
	for (waited = 0; waited < PATIENCE_MS; waited++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		(void)poll(NULL, 0, 1);
	}
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static bool is_home(const char *id)
{
	_cleanup_free_ char *state = broker_bus_device(bus, id, "State");

	return strcmp(state, "host") == 0;
}

/* What it has left comes to rest; bound devices and definitions are none of a fault. */
static bool is_over(void)
{
	unsigned int n;

	for (n = 0; n < 2000; n++) {
		if (is_home(BROKER_BUS_TAPE) && is_home(BROKER_BUS_DISK))
			return true;
		(void)poll(NULL, 0, 5);
	}
	return false;
}

/* What json-c 0.16 and glibc 2.36 do themselves when they have no memory for a copy of a key, and for nsswitch.conf. */
static bool is_foreign(const char *said)
{
	return (strstr(said, "SEGV") && strstr(said, "in json_tokener_parse_ex")) ||
	       strstr(said, "nss_database_check_reload_and_get") ||
	       strstr(said, "nss_database_reload_1");
}

static void judge(const struct strike *strike, int status)
{
	_cleanup_free_ char *said = read_said();

	totals->failed += status != 0;
	if (is_foreign(said)) {
		totals->foreign++;
		return;
	}
	if (WIFSIGNALED(status))
		complain(strike, WTERMSIG(status) == SIGKILL ? "it hangs" : "it crashes", status);
	else if (strstr(said, "Sanitizer") || strstr(said, "runtime error"))
		complain(strike, "a sanitizer reports", status);
	else if (status != 0 && !*said)
		complain(strike, "it fails without a word", status);
	if (!is_over())
		complain(strike, "a lease is left", status);
}

/* Gives whether there was an n-th. */
static bool run(const struct strike *strike)
{
	bool has_struck;
	int status;

	interpose_arm(interpose, strike->kind, strike->nth);
	status = run_ccwctl(strike);
	has_struck = interpose_disarm(interpose);
	totals->faults += has_struck;
	if (has_struck)
		judge(strike, status);
	return has_struck;
}

static void setup(void)
{
	const char *top = getenv("top_builddir");

	scratch_use_memory();
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	ck_assert_int_ge(asprintf(&program, "%s/tests/fault/ccwctl", top ? top : "."), 0);
	control = scratch_path(&bb.work, "control");
	interpose = interpose_share(control);
	ck_assert_ptr_nonnull(interpose);
}

static void teardown(void)
{
	free(program);
	free(control);
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

START_TEST(test_a_fault_anywhere_is_told)
{
	unsigned int losses = totals->losses, faults = totals->faults;
	unsigned int step = is_full ? 1 : STRIDE;
	struct strike strike = { .words = verbs[_i] };
	int kind;

	setup();
	for (kind = 0; kind < _INTERPOSE_KIND_MAX; kind++) {
		strike.kind = (enum interpose_kind)kind;
		if (one_kind && strcmp(interpose_kind_to_string(strike.kind), one_kind) != 0)
			continue;
		for (strike.nth = 0; run(&strike); strike.nth += step)
			;
	}
	printf("%s %s: %u faults\n", verbs[_i][0], verbs[_i][1] ? verbs[_i][1] : "",
	       totals->faults - faults);
	ck_assert_uint_eq(totals->losses, losses);
	ck_assert(one_kind || totals->faults > faults);
	teardown();
}
END_TEST

static void add_tests(TCase *tests)
{
	const char *one = getenv("CCWB_VERB"); /* its row, for who looks into it */
	int first = one ? atoi(one) : 0;
	int end = one ? first + 1 : (int)ARRAY_SIZE(verbs);

	tcase_add_loop_test(tests, test_a_fault_anywhere_is_told, first, end);
	tcase_set_timeout(tests, 3600);
}

int main(void)
{
	const char *word = getenv("CCWB_SWEEP");
	int r;

	is_full = word && strcmp(word, "full") == 0;
	one_kind = getenv("CCWB_KIND");
	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (totals == MAP_FAILED)
		return EXIT_FAILURE;
	r = check_main_run("fault-ccwctl", add_tests);
	printf("%zu commands, %u faults, %u of them ended it (%u in json-c and glibc), %u losses\n",
	       ARRAY_SIZE(verbs), totals->faults, totals->failed, totals->foreign, totals->losses);
	return r;
}
