/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * In the daemon on a bus the n-th call of each kind to the C library fails while it serves one call of a
 * client, for every n, once each. Afterwards it has not crashed, an error has words, and it serves; one that
 * has ended itself, because its connection was lost, is followed by the next. CCWB_SWEEP=full in the environment
 * takes every n, otherwise it is one in STRIDE.
 */
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

#define STRIDE	  67
#define ANSWER_US (3 * 1000000ULL) /* one that could not be sent does not come */
#define TAPE_PATH "/org/ccwbroker1/device/_30_2e0_2e0580"

struct totals {
	unsigned int faults, refused, unanswered, ended, foreign, losses;
};

static struct totals *totals; /* of all tests, each of which is a process */
static struct interpose *interpose;
static struct broker_bus bb;
static sd_bus *bus;
static struct grant grant;
static bool has_grant;
static bool is_full;

typedef int (*request_t)(sd_bus_error *error, sd_bus_message **ret);

static int call(sd_bus_error *error, sd_bus_message **ret, const char *interface,
		const char *method, const char *types, ...)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	bool is_of_device = strcmp(interface, CCWB_IFACE_DEVICE) == 0;
	va_list args;

	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &message, CCWB_BUS_NAME,
							is_of_device ? TAPE_PATH : CCWB_PATH,
							interface, method),
			 0);
	va_start(args, types);
	if (*types)
		ck_assert_int_ge(sd_bus_message_appendv(message, types, args), 0);
	va_end(args);
	return sd_bus_call(bus, message, ANSWER_US, error, ret);
}

#define REQUEST(name, ...)                                                                         \
	static int name(sd_bus_error *error, sd_bus_message **ret)                                 \
	{                                                                                          \
		return call(error, ret, __VA_ARGS__);                                              \
	}
#define NO_FLAGS ((uint64_t)0)

REQUEST(request_list, CCWB_IFACE_MANAGER, "ListDevices", "a{sv}t", 0, NO_FLAGS)
REQUEST(request_leases, CCWB_IFACE_MANAGER, "ListLeases", "t", NO_FLAGS)
REQUEST(request_describe, CCWB_IFACE_MANAGER, "Describe", "t", (uint64_t)1)
REQUEST(request_statistics, CCWB_IFACE_MANAGER, "GetStatistics", "")
REQUEST(request_dump, CCWB_IFACE_MANAGER, "DumpState", "")
REQUEST(request_can, CCWB_IFACE_MANAGER, "CanAcquire", "sa{sv}", BROKER_BUS_TAPE, 0)
REQUEST(request_users, CCWB_IFACE_DEVICE, "GetUsers", "t", NO_FLAGS)
REQUEST(request_reload, CCWB_IFACE_MANAGER, "Reload", "")
REQUEST(request_define, CCWB_IFACE_MANAGER, "DefineDevice", "sa{sv}t", BROKER_BUS_TAPE, 0, NO_FLAGS)
REQUEST(request_undefine, CCWB_IFACE_MANAGER, "UndefineDevice", "st", BROKER_BUS_TAPE, NO_FLAGS)
REQUEST(request_bind, CCWB_IFACE_MANAGER, "BindDevice", "sst", BROKER_BUS_TAPE, CCWB_DRIVER,
	NO_FLAGS)
REQUEST(request_restore, CCWB_IFACE_MANAGER, "RestoreDevice", "st", BROKER_BUS_TAPE, NO_FLAGS)
REQUEST(request_release, CCWB_IFACE_MANAGER, "ReleaseLease", "st", grant.lease, NO_FLAGS)
REQUEST(request_revoke, CCWB_IFACE_MANAGER, "RevokeLease", "sstt", grant.lease, "test", NO_FLAGS,
	NO_FLAGS)

static int request_acquire(sd_bus_error *error, sd_bus_message **ret)
{
	int r = call(error, ret, CCWB_IFACE_MANAGER, "AcquireDevice", "sa{sv}", BROKER_BUS_TAPE, 0);

	if (r < 0)
		return r;
	broker_bus_read_grant(*ret, &grant);
	has_grant = true;
	return r;
}

static const struct operation {
	const char *name;
	request_t request;
	request_t before;
} operations[] = {
	{ "list", request_list, NULL },
	{ "leases", request_leases, request_acquire },
	{ "describe", request_describe, request_acquire },
	{ "statistics", request_statistics, NULL },
	{ "dump", request_dump, NULL },
	{ "can acquire", request_can, NULL },
	{ "users", request_users, NULL },
	{ "reload", request_reload, NULL },
	{ "define", request_define, NULL },
	{ "undefine", request_undefine, request_define },
	{ "bind", request_bind, NULL },
	{ "restore", request_restore, request_bind },
	{ "acquire", request_acquire, NULL },
	{ "release", request_release, request_acquire },
	{ "revoke", request_revoke, request_acquire },
};

struct strike {
	const struct operation *operation;
	enum interpose_kind kind;
	unsigned int nth;
};

static void complain(const struct strike *strike, const char *what, const char *text)
{
	_cleanup_free_ char *log = broker_bus_log(&bb);
	size_t length = strlen(log);

	totals->losses++;
	printf("%s: %s number %u fails: %s: %s\n%s\n", strike->operation->name,
	       interpose_kind_to_string(strike->kind), strike->nth, what, text,
	       log + (length > 3000 ? length - 3000 : 0));
	fflush(stdout);
}

static bool is_serving(void)
{
	return sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH, "org.freedesktop.DBus.Peer",
				  "Ping", NULL, NULL, "") >= 0;
}

/* One that has left the bus ends, and is followed by the next; false: it does not, or has crashed. */
static bool revive(void)
{
	int status, n;

	if (is_serving())
		return true;
	for (n = 0; n < 3000; n++) {
		if (waitpid(bb.daemon, &status, WNOHANG) > 0) {
			totals->ended++;
			broker_bus_start(&bb);
			return WIFEXITED(status) && is_serving();
		}
		(void)poll(NULL, 0, 10);
	}
	return false;
}

static bool is_at(const char *state)
{
	_cleanup_free_ char *found = broker_bus_device(bus, BROKER_BUS_TAPE, "State");

	return strcmp(found, state) == 0;
}

/* Waits for the end of what goes on; then all is as at the beginning, or false. */
static bool go_home(void)
{
	_cleanup_free_ char *driver = NULL;
	unsigned int n;

	if (has_grant)
		broker_bus_drop(&grant);
	has_grant = false;
	for (n = 0; n < 2000; n++) {
		if (!is_at("host")) {
			if (is_at("failed"))
				(void)request_restore(NULL, NULL); /* looked at again */
			(void)poll(NULL, 0, 5);
			continue;
		}
		(void)request_undefine(NULL, NULL); /* where it was defined */
		free(driver);
		driver = broker_bus_device(bus, BROKER_BUS_TAPE, "Driver");
		if (strcmp(driver, "tape_34xx") == 0)
			return true;
		(void)request_restore(NULL, NULL); /* looked at again */
		(void)poll(NULL, 0, 2);
	}
	return false;
}

/*
 * What is new in the log. json-c 0.16 does not look whether it has got the copy of a key that it parses, and
 * ends the process when it has not: counted, and for doc/todo.md.
 */
static bool has_report(void)
{
	static size_t n_seen;
	_cleanup_free_ char *log = broker_bus_log(&bb);
	const char *text = log + n_seen;

	n_seen = strlen(log);
	if (strstr(text, "SEGV") && strstr(text, "in json_tokener_parse_ex")) {
		totals->foreign++;
		return false;
	}
	return strstr(text, "Sanitizer") || strstr(text, "runtime error") ||
	       strstr(text, "Assertion '");
}

static void judge(const struct strike *strike, int r, const sd_bus_error *error)
{
	if (r < 0 && (r == -ETIMEDOUT || sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
		      sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN)))
		totals->unanswered++;
	else if (r < 0)
		totals->refused++;
	if (r < 0 && sd_bus_error_is_set(error) && (!error->message || !*error->message))
		complain(strike, "it refuses without a word", error->name);
	if (!revive() || has_report())
		complain(strike, "it has crashed, or does not serve", "");
	else if (!go_home())
		complain(strike, "the device does not come home", "");
}

/* Gives whether there was an n-th. */
static bool run(const struct strike *strike)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL, *before = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	bool has_struck;
	int r;

	if (strike->operation->before) {
		ck_assert_int_ge(strike->operation->before(NULL, &before), 0);
		while (strike->operation->before == request_bind && is_at("binding"))
			(void)poll(NULL, 0, 1);
	}
	interpose_arm(interpose, strike->kind, strike->nth);
	r = strike->operation->request(&error, &reply);
	/* what follows the answer is tried, too */
	if (r >= 0 && strike->operation->request == request_acquire) {
		broker_bus_drop(&grant);
		has_grant = false;
	}
	before = sd_bus_message_unref(before); /* with fds of the lease */
	reply = sd_bus_message_unref(reply);
	(void)poll(NULL, 0, 3);
	has_struck = interpose_disarm(interpose);
	totals->faults += has_struck;
	judge(strike, r, &error);
	return has_struck;
}

static void sweep(const struct operation *operation)
{
	unsigned int losses = totals->losses, faults = totals->faults, step = is_full ? 1 : STRIDE;
	struct strike strike = { .operation = operation };
	int kind;

	scratch_use_memory();
	interpose_exempt = &fake_sysfs_depth;
	interpose = interpose_share(NULL);
	ck_assert_ptr_nonnull(interpose);
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	for (kind = 0; kind < _INTERPOSE_KIND_MAX; kind++) {
		strike.kind = (enum interpose_kind)kind;
		for (strike.nth = 0; run(&strike); strike.nth += step)
			;
	}
	printf("%s: %u faults\n", operation->name, totals->faults - faults);
	ck_assert_uint_eq(totals->losses, losses);
	ck_assert_uint_gt(totals->faults - faults, 2);
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb); /* nothing has leaked */
}

START_TEST(test_a_fault_anywhere_is_told_and_survived)
{
	sweep(&operations[_i]);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_a_fault_anywhere_is_told_and_survived, 0,
			    ARRAY_SIZE(operations));
	tcase_set_timeout(tests, 3600);
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
	r = check_main_run("fault-bus", add_tests);
	printf("%zu calls, %u faults, %u refused, %u unanswered, %u ended the daemon (%u in json-c), %u losses\n",
	       ARRAY_SIZE(operations), totals->faults, totals->refused, totals->unanswered,
	       totals->ended, totals->foreign, totals->losses);
	return r;
}
