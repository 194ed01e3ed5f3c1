/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Owns the polkitd of bus tests: as good or bad a one as a file says. Knows nothing of the daemon. */
#include "fake-polkit.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "macro.h"

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define MAX_HEARD   65536

static const struct broker_bus *current;
static sd_bus_message *waiting[64];
static unsigned int n_waiting;

static void hear(const char *text)
{
	int fd = openat(current->work.fd, "polkit-heard", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			0644);

	if (write(fd, text, strlen(text)) < 0)
		_exit(1);
	close(fd);
}

static void describe(sd_bus_message *call, char *line, size_t size, const char **ret_device)
{
	const char *kind, *key, *value, *action, *id;
	char details[1024] = "";
	uint32_t flags;

	*ret_device = "";
	if (sd_bus_message_read(call, "(sa{sv})s", &kind, 1, &key, "s", &value, &action) < 0 ||
	    strcmp(kind, "system-bus-name") != 0 || *value != ':' ||
	    sd_bus_message_enter_container(call, 'a', "{ss}") < 0)
		_exit(1);
	while (sd_bus_message_read(call, "{ss}", &key, &value) > 0) {
		size_t length = strlen(details);

		snprintf(details + length, sizeof(details) - length, " %s=%s", key, value);
		if (strcmp(key, "device") == 0)
			*ret_device = value;
	}
	if (sd_bus_message_exit_container(call) < 0 ||
	    sd_bus_message_read(call, "us", &flags, &id) < 0 || *id == '\0')
		_exit(1);
	snprintf(line, size, "check %s %u%s\n", action, flags, details);
}

static int answer(sd_bus_message *call, bool is_yes, bool is_challenge, const char *detail)
{
	return detail ? sd_bus_reply_method_return(call, "(bba{ss})", is_yes, is_challenge, 1,
						   detail, "true")
		      : sd_bus_reply_method_return(call, "(bba{ss})", is_yes, is_challenge, 0);
}

static int on_check(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	_cleanup_free_ char *how = scratch_read(&current->work, "polkit");
	const char *device, *only = strstr(how, "device=");
	char line[2048];

	describe(call, line, sizeof(line), &device);
	hear(line);
	if (only && strcmp(only + strlen("device="), device) != 0)
		return answer(call, false, false, NULL);
	if (strncmp(how, "yes", 3) == 0)
		return answer(call, true, false, NULL);
	if (strcmp(how, "no") == 0)
		return answer(call, false, false, NULL);
	if (strcmp(how, "challenge") == 0)
		return answer(call, false, true, NULL);
	if (strcmp(how, "dismissed") == 0)
		return answer(call, false, true, "polkit.dismissed");
	if (strcmp(how, "nonsense") == 0)
		return sd_bus_reply_method_return(call, "s", "maybe");
	if (strcmp(how, "error") == 0)
		return sd_bus_error_set(error, "org.freedesktop.PolicyKit1.Error.Failed",
					"no such action");
	if (strcmp(how, "die") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(how, "wait") == 0 && n_waiting < ARRAY_SIZE(waiting))
		waiting[n_waiting++] = sd_bus_message_ref(call);
	return 1;
}

static int on_cancel(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	hear("cancel\n");
	return sd_bus_reply_method_return(call, NULL);
}

/* No vtable: that would not let a nonsensical answer pass. */
static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	if (sd_bus_message_is_method_call(call, POLKIT_NAME ".Authority", "CheckAuthorization"))
		return on_check(call, userdata, error);
	if (sd_bus_message_is_method_call(call, POLKIT_NAME ".Authority",
					  "CancelCheckAuthorization"))
		return on_cancel(call, userdata, error);
	return 0;
}

static _Noreturn void run(void)
{
	sd_bus *bus = broker_bus_connect(current);

	if (sd_bus_add_object(bus, NULL, POLKIT_PATH, on_call, NULL) < 0 ||
	    sd_bus_request_name(bus, POLKIT_NAME, 0) < 0)
		_exit(1);
	for (;;) {
		while (n_waiting > 0 && scratch_has(&current->work, "polkit-go"))
			if (answer(waiting[--n_waiting], true, false, NULL) < 0)
				_exit(1);
		if (sd_bus_process(bus, NULL) == 0 && sd_bus_wait(bus, 10000) < 0)
			_exit(1);
	}
}

void fake_polkit_start(struct fake_polkit *polkit, const struct broker_bus *bb)
{
	sd_bus *bus = broker_bus_connect(bb);
	int n;

	polkit->bb = current = bb;
	scratch_write(&bb->work, "polkit-heard", "");
	fflush(NULL);
	polkit->pid = fork();
	ck_assert_int_ge(polkit->pid, 0);
	if (polkit->pid == 0)
		run();
	for (n = 0; n < 1000 && sd_bus_get_name_creds(bus, POLKIT_NAME, 0, NULL) < 0; n++)
		poll(NULL, 0, 10);
	sd_bus_flush_close_unref(bus);
	ck_assert_int_lt(n, 1000);
}

void fake_polkit_stop(struct fake_polkit *polkit)
{
	kill(polkit->pid, SIGKILL);
	ck_assert_int_eq(waitpid(polkit->pid, NULL, 0), polkit->pid);
}

void fake_polkit_behave(const struct fake_polkit *polkit, const char *behaviour)
{
	scratch_write(&polkit->bb->work, "polkit", behaviour);
	scratch_write(&polkit->bb->work, "polkit-heard", "");
}

char *fake_polkit_heard(const struct fake_polkit *polkit)
{
	char *text;

	ck_assert_int_ge(io_read_at(polkit->bb->work.fd, "polkit-heard", MAX_HEARD, &text, NULL),
			 0);
	return text;
}

void fake_polkit_wait_heard(const struct fake_polkit *polkit, const char *words)
{
	char *heard = NULL;
	int n;

	for (n = 0; n < 1000; n++) {
		free(heard);
		heard = fake_polkit_heard(polkit);
		if (strstr(heard, words))
			break;
		poll(NULL, 0, 10);
	}
	ck_assert_msg(n < 1000, "%s is not in:\n%s", words, heard);
	free(heard);
}
