/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the bus and the daemon that bus tests talk to. Behaviours, as words in work/behave: "slow"
 * takes half a second more, "in-use" refuses, "warn" warns, "hang", "stay" (in time) and "hang-back" never end, "die"
 * and "die-back" kill the worker that takes (or does a job) or gives back, "stuck" fails to give back, "open" leaves
 * the device open, "mute" finds no account.
 */
#include "broker-bus.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "binder.h"
#include "bus.h"
#include "io.h"
#include "log.h"
#include "names.h"
#include "resolver.h"
#include "vfio.h"

#define NOBODY 65534

static struct broker_bus *current; /* for the worker functions, which get only a job */

static bool behaves(const char *word)
{
	_cleanup_free_ char *text = scratch_read(&current->work, "behave");
	const char *at = strstr(text, word);
	size_t length = strlen(word);

	return at && (at[length] == '\0' || at[length] == ' ');
}

/* A worker has no fds but those it needs: open ours again. */
static void worker_begin(void)
{
	fake_sysfs_depth++; /* what stands for the kernel is none of the daemon's own doing */
	current->fake.scratch.fd = open(current->fake.scratch.path, O_PATH | O_CLOEXEC);
	current->work.fd = open(current->work.path, O_PATH | O_CLOEXEC);
	if (behaves("slow"))
		poll(NULL, 0, 500);
}

static _Noreturn void hang(const char *step, unsigned int limit_ms)
{
	worker_step(0, 1, limit_ms, step);
	for (;;)
		pause();
}

/* As the real ones: what is passed over is a warning. */
static int find_use(const struct binder_job *job, const char *id, struct fault *fault)
{
	if (!behaves("in-use"))
		return 0;
	if (!job->is_forced)
		return fault_set(fault, FAULT_DEVICE_IN_USE, "%s is in use: test", id);
	(void)fault_set(fault, FAULT_DEVICE_IN_USE, "by force, although %s is in use: test", id);
	return 0;
}

static void fake_acquire(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;
	char id[CCW_ID_STRING_SIZE];

	worker_begin();
	ccw_id_format(job->id, id);
	if (behaves("hang"))
		hang("take it", 100);
	if (behaves("stay"))
		hang("take it", 600000);
	result->r = find_use(job, id, &result->fault);
	if (result->r < 0)
		return;
	fake_sysfs_set_driver(&current->fake, id, CCWB_DRIVER);
	if (behaves("die"))
		kill(getpid(), SIGKILL);
	fake_sysfs_set_group(&current->fake, id, 7);
	fake_sysfs_set(&current->fake, id, CCWB_DEVICE_OPEN, behaves("open") ? "1\n" : "0\n");
	if (job->iommu != IOMMU_GROUP)
		fake_sysfs_set(&current->fake, id, "vfio-dev/vfio2/dev", "247:2\n");
	if (job->is_by_path)
		fake_sysfs_set(&current->fake, id, "shared", "1\n");
	result->detail = job->iommu == IOMMU_GROUP ? IOMMU_GROUP : IOMMU_IOMMUFD;
	while (!job->is_by_path && vfio_fd_name(result->detail, result->n_fds))
		result->fds[result->n_fds++] = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (behaves("warn"))
		(void)fault_set(&result->fault, FAULT_NONE, "%s: be warned", id);
	result->r = 0;
}

static void fake_probe(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;
	char id[CCW_ID_STRING_SIZE];

	worker_begin();
	result->r = find_use(job, ccw_id_format(job->id, id), &result->fault);
}

/* In the daemon itself, which has no fds of the test either. */
static int fake_retract(struct sysfs *sysfs, const struct sysfs_site *site)
{
	struct fake_sysfs fake = current->fake;

	fake.scratch.fd = open(fake.scratch.path, O_PATH | O_CLOEXEC);
	fake_sysfs_set(&fake, site->name, "shared", "0\n");
	macro_close(fake.scratch.fd);
	return 0;
}

static void fake_restore(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;
	char id[CCW_ID_STRING_SIZE];
	struct sysfs_facts facts;

	worker_begin();
	ccw_id_format(job->id, id);
	if (behaves("hang-back"))
		hang("give it back", 100);
	if (behaves("die-back"))
		kill(getpid(), SIGKILL);
	if (sysfs_read(job->sysfs, job->id, &facts, NULL) < 0) {
		result->r = fault_set(&result->fault, FAULT_DEVICE_GONE, "%s is gone", id);
	} else if (behaves("stuck")) {
		result->r = fault_set(&result->fault, FAULT_RESTORE_FAILED, "%s is stuck", id);
	} else {
		fake_sysfs_set_driver(&current->fake, id,
				      *job->origin.driver ? job->origin.driver : NULL);
		fake_sysfs_set(&current->fake, id, "online", job->origin.is_online ? "1\n" : "0\n");
		result->r = 0;
	}
}

/* "mute": the account database has no answer for user nobody. */
static void fake_resolve(void *data, struct worker_result *result)
{
	current->work.fd = open(current->work.path, O_PATH | O_CLOEXEC);
	while (behaves("mute") && *(uid_t *)data == NOBODY)
		pause();
	resolver_run(data, result);
}

static void fake_change(void *data, struct worker_result *result)
{
	const struct change *change = data;
	struct binder_job job = { .sysfs = change->sysfs,
				  .id = change->id,
				  .origin = change->origin };
	char id[CCW_ID_STRING_SIZE];

	if (change->kind == CHANGE_RESTORE) {
		fake_restore(&job, result);
		return;
	}
	worker_begin();
	worker_step(1, 2, 60000, "half way");
	if (behaves("hang"))
		hang("change it", 100);
	if (behaves("die"))
		kill(getpid(), SIGKILL);
	if (behaves("wait"))
		poll(NULL, 0, 30000);
	if (change->kind == CHANGE_BIND)
		fake_sysfs_set_driver(&current->fake, ccw_id_format(change->id, id),
				      change->driver);
	result->r = 0;
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	broker_stop(userdata);
	return 0;
}

sd_bus *broker_bus_connect(const struct broker_bus *bb)
{
	sd_bus *bus;

	ck_assert_int_ge(sd_bus_new(&bus), 0);
	ck_assert_int_ge(sd_bus_set_address(bus, bb->message_bus.address), 0);
	ck_assert_int_ge(sd_bus_set_bus_client(bus, true), 0);
	ck_assert_int_ge(sd_bus_start(bus), 0);
	return bus;
}

static void serve(struct broker_bus *bb, sd_event *event)
{
	_cleanup_free_ char *etc = scratch_path(&bb->work, "etc");
	_cleanup_free_ char *run = scratch_path(&bb->work, "run");
	_cleanup_free_ char *definitions = scratch_path(&bb->work, "etc/devices.d");
	const char *const directories[] = { etc, NULL };
	const struct broker_config config = {
		.event = event,
		.sysfs_root = bb->fake.scratch.path,
		.proc_root = bb->work.path,
		.runtime_directory = run,
		.policy_directories = directories,
		.definition_directory = definitions,
		.acquire = fake_acquire,
		.probe = fake_probe,
		.restore = fake_restore,
		.change = fake_change,
		.retract = fake_retract,
		.resolve = fake_resolve,
		.lookup_ms = BROKER_BUS_PATIENCE_MS,
		.question_ms = bb->question_ms,
	};
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *connection = NULL;
	_cleanup_(broker_freep) struct broker *broker = NULL;
	_cleanup_(bus_freep) struct bus *bus = NULL;

	ck_assert_int_ge(broker_new(&config, &broker), 0);
	ck_assert_int_ge(broker_start(broker), 0);
	connection = broker_bus_connect(bb);
	ck_assert_int_ge(sd_bus_set_exit_on_disconnect(connection, true), 0);
	ck_assert_int_ge(sd_bus_attach_event(connection, event, 0), 0);
	ck_assert_int_ge(bus_new(connection, broker, &bus), 0);
	ck_assert_int_ge(sd_event_add_signal(event, NULL, SIGTERM, on_stop, broker), 0);
	ck_assert_int_ge(bus_request_name(bus), 0);
	ck_assert_int_ge(sd_event_loop(event), 0);
}

static _Noreturn void daemon_run(struct broker_bus *bb)
{
	_cleanup_free_ char *log = scratch_path(&bb->work, "log");
	sd_event *event;
	sigset_t set;

	/* a client's fds must not live on in the daemon */
	close_range(STDERR_FILENO, ~0U, 0);
	ck_assert_int_eq(open(log, O_WRONLY | O_APPEND), STDERR_FILENO);
	bb->fake.scratch.fd = bb->work.fd = -1;
	log_init("daemon");
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ck_assert_int_ge(sd_event_new(&event), 0);
	serve(bb, event);
	sd_event_unref(event);
	free(TAKE_PTR(log));
	/* what the test itself has allocated is still reachable; the daemon's must be gone */
	exit(0);
}

static void wait_name(const struct broker_bus *bb, bool is_wanted)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = broker_bus_connect(bb);
	int n, r;

	for (n = 0; n < 1000; n++) {
		r = sd_bus_get_name_creds(bus, CCWB_BUS_NAME, 0, NULL);
		if ((r >= 0) == is_wanted)
			return;
		poll(NULL, 0, 10);
	}
	ck_abort_msg("the daemon does not %s", is_wanted ? "come up" : "leave the bus");
}

void broker_bus_start(struct broker_bus *bb)
{
	fflush(NULL);
	bb->daemon = fork();
	ck_assert_int_ge(bb->daemon, 0);
	if (bb->daemon == 0)
		daemon_run(bb);
	wait_name(bb, true);
}

void broker_bus_stop(struct broker_bus *bb)
{
	_cleanup_free_ char *log = NULL;
	int status;

	kill(bb->daemon, SIGTERM);
	ck_assert_int_eq(waitpid(bb->daemon, &status, 0), bb->daemon);
	bb->daemon = 0;
	log = broker_bus_log(bb);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status 0x%x:\n%s", status,
		      log);
}

void broker_bus_kill(struct broker_bus *bb)
{
	kill(bb->daemon, SIGKILL);
	ck_assert_int_eq(waitpid(bb->daemon, NULL, 0), bb->daemon);
	bb->daemon = 0;
	wait_name(bb, false);
}

char *broker_bus_log(const struct broker_bus *bb)
{
	char *text;

	ck_assert_int_ge(io_read_at(bb->work.fd, "log", 1024 * 1024, &text, NULL), 0);
	return text;
}

void broker_bus_init(struct broker_bus *bb)
{
	broker_bus_init_as(bb, false);
}

void broker_bus_init_as(struct broker_bus *bb, bool has_system_policy)
{
	const struct fake_device disk = {
		.id = BROKER_BUS_DISK,
		.subchannel = "0.0.0000",
		.device_type = "3390/0c\n",
		.control_unit = "3990/e9\n",
		.driver = "dasd-eckd",
		.is_online = true,
	};
	char policy[128];

	*bb = (struct broker_bus){};
	current = bb;
	bb->question_ms = BROKER_BUS_PATIENCE_MS;
	fake_sysfs_init(&bb->fake);
	fake_sysfs_add_tape(&bb->fake);
	fake_sysfs_add(&bb->fake, &disk);
	scratch_init(&bb->work);
	scratch_write(&bb->work, "log", "");
	broker_bus_behave(bb, "");
	snprintf(policy, sizeof(policy),
		 "{\"rules\": [{\"action\": \"allow\", \"users\": [\"%u\"]}]}",
		 (unsigned int)geteuid());
	broker_bus_set_policy(bb, policy);
	message_bus_start(&bb->message_bus, &bb->work, has_system_policy);
	broker_bus_start(bb);
}

void broker_bus_deinit(struct broker_bus *bb)
{
	if (bb->daemon > 0)
		broker_bus_stop(bb);
	message_bus_stop(&bb->message_bus);
	scratch_deinit(&bb->work);
	fake_sysfs_deinit(&bb->fake);
}

void broker_bus_behave(const struct broker_bus *bb, const char *behaviour)
{
	scratch_write(&bb->work, "behave", behaviour);
}

void broker_bus_set_policy(const struct broker_bus *bb, const char *text)
{
	scratch_write(&bb->work, "etc/policy.json", text);
}

bool broker_bus_as(const struct broker_bus *bb, uid_t uid,
		   void (*client)(const struct broker_bus *bb, sd_bus *bus))
{
	int status;
	pid_t pid;

	if (geteuid() != 0)
		return false;
	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		sd_bus *bus;

		if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(uid, uid, uid) < 0)
			_exit(1);
		bus = broker_bus_connect(bb);
		client(bb, bus);
		sd_bus_flush_close_unref(bus);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	return true;
}

bool broker_bus_as_nobody(const struct broker_bus *bb,
			  void (*client)(const struct broker_bus *bb, sd_bus *bus))
{
	return broker_bus_as(bb, NOBODY, client);
}

int broker_bus_call(sd_bus *bus, const char *method, sd_bus_error *error, sd_bus_message **ret,
		    const char *types, ...)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	va_list args;

	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &call, CCWB_BUS_NAME, CCWB_PATH,
							CCWB_IFACE_MANAGER, method),
			 0);
	va_start(args, types);
	if (*types)
		ck_assert_int_ge(sd_bus_message_appendv(call, types, args), 0);
	va_end(args);
	return sd_bus_call(bus, call, 30 * 1000000ULL, error, ret);
}

void broker_bus_expect_error(sd_bus_error *error, const char *name, const char *words)
{
	ck_assert_msg(sd_bus_error_has_name(error, name), "%s: %s", error->name, error->message);
	ck_assert_msg(strstr(error->message, words) != NULL, "%s: %s", error->name, error->message);
	sd_bus_error_free(error);
}

void broker_bus_read_grant(sd_bus_message *reply, struct grant *ret)
{
	static const char *const names[] = { CCWB_FD_CONTAINER, CCWB_FD_GROUP, CCWB_FD_DEVICE,
					     CCWB_FD_LEASE };
	const char *path, *name, *key, *value;
	int n, fd;

	ck_assert_int_gt(sd_bus_message_read(reply, "o", &path), 0);
	snprintf(ret->path, sizeof(ret->path), "%s", path);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sh}"), 0);
	for (n = 0; n < 4; n++) {
		ck_assert_int_gt(sd_bus_message_read(reply, "{sh}", &name, &fd), 0);
		ck_assert_str_eq(name, names[n]);
		ret->fds[n] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
	ck_assert_int_eq(sd_bus_message_exit_container(reply), 1);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
	while (sd_bus_message_read(reply, "{sv}", &key, "s", &value) > 0)
		if (strcmp(key, CCWB_INFO_LEASE) == 0)
			snprintf(ret->lease, sizeof(ret->lease), "%s", value);
	ck_assert_int_eq(sd_bus_message_exit_container(reply), 1);
}

void broker_bus_acquire(sd_bus *bus, const char *id, struct grant *ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = broker_bus_call(bus, "AcquireDevice", &error, &reply, "sa{sv}", id, 0);
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	broker_bus_read_grant(reply, ret);
}

void broker_bus_drop(struct grant *grant)
{
	int n;

	for (n = 0; n < 4; n++)
		grant->fds[n] = macro_close(grant->fds[n]);
}

char *broker_bus_device(sd_bus *bus, const char *id, const char *property)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_free_ char *path = NULL;
	const char *type, *text;
	int boolean, r;

	ck_assert_int_ge(sd_bus_path_encode(CCWB_PATH_DEVICE, id, &path), 0);
	r = sd_bus_call_method(bus, CCWB_BUS_NAME, path, "org.freedesktop.DBus.Properties", "Get",
			       &error, &reply, "ss", CCWB_IFACE_DEVICE, property);
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	ck_assert_int_gt(sd_bus_message_peek_type(reply, NULL, &type), 0);
	if (strcmp(type, "b") == 0) {
		ck_assert_int_gt(sd_bus_message_read(reply, "v", "b", &boolean), 0);
		text = boolean ? "true" : "false";
	} else {
		ck_assert_int_gt(sd_bus_message_read(reply, "v", type, &text), 0);
	}
	return strdup(text);
}

void broker_bus_wait_state(sd_bus *bus, const char *id, const char *state)
{
	char *found = NULL;
	int n;

	for (n = 0; n < 1000; n++) {
		free(found);
		found = broker_bus_device(bus, id, "State");
		if (strcmp(found, state) == 0)
			break;
		poll(NULL, 0, 10);
	}
	ck_assert_str_eq(found, state);
	free(found);
}
