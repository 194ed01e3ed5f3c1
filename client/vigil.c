/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the time in which `ccwctl acquire --hold` does nothing but keep its leases: what ends it, and what
 * is to be told meanwhile. Gives nothing back.
 */
#include "vigil.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "interrupt.h"
#include "names.h"
#include "sender.h"

struct vigil {
	sd_bus *bus;
	struct sender sender;
	sd_bus_slot *removed, *requested; /* they must not outlive this */
	sd_event *event;
	struct loan **loans;
	size_t n;
	bool is_over;
	int error; /* of hearing what the broker says */
};

static bool has_loans(const struct vigil *vigil)
{
	for (size_t i = 0; i < vigil->n; i++)
		if (vigil->loans[i])
			return true;
	return false;
}

static int on_lease_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct vigil *vigil = userdata;
	const char *lease, *reason;
	int r = sender_is_broker(&vigil->sender, message);

	if (r > 0)
		r = sd_bus_message_read(message, "ssos", &lease, NULL, NULL, &reason);
	if (r < 0)
		vigil->error = r;
	if (r <= 0)
		return 0;
	for (size_t i = 0; i < vigil->n; i++) {
		if (!vigil->loans[i] || strcmp(vigil->loans[i]->lease, lease))
			continue;
		call_complain("%s is not ours any more: its lease was ended (%s)",
			      vigil->loans[i]->id, reason);
		vigil->loans[i] = loan_free(vigil->loans[i]);
	}
	return 0;
}

static int on_revoke_requested(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct vigil *vigil = userdata;
	struct timespec now;
	const char *reason;
	uint64_t deadline, left;
	int r = sender_is_broker(&vigil->sender, message);

	if (r > 0)
		r = sd_bus_message_read(message, "st", &reason, &deadline);
	if (r < 0)
		vigil->error = r;
	if (r <= 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	left = deadline / 1000000 > (uint64_t)now.tv_sec ? deadline / 1000000 - (uint64_t)now.tv_sec
							 : 0;
	call_complain("asked to give a device back within %" PRIu64 " s%s%s; Ctrl-C does it", left,
		      *reason ? ": " : "", reason);
	return 0;
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct vigil *vigil = userdata;

	vigil->is_over = true;
	return 0;
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct vigil *vigil = userdata;
	char buffer[256];
	ssize_t n = read(fd, buffer, sizeof(buffer));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		vigil->is_over = true;
	return 0;
}

/* /dev/null ends at once and means nothing; a terminal may stop who reads it in the background. */
static bool is_input_watched(void)
{
	struct stat st;

	if (isatty(STDIN_FILENO))
		return tcgetpgrp(STDIN_FILENO) == getpgrp();
	return fstat(STDIN_FILENO, &st) >= 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static int listen_to_user(struct vigil *vigil)
{
	int r;

	r = interrupt_catch(vigil->event, true, on_signal, vigil);
	if (r >= 0 && is_input_watched())
		r = sd_event_add_io(vigil->event, NULL, STDIN_FILENO, EPOLLIN, on_input, vigil);
	return r;
}

static int listen_to_broker(struct vigil *vigil)
{
	int r;

	r = sender_follow(&vigil->sender, vigil->bus);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(vigil->bus, &vigil->removed, CCWB_BUS_NAME, CCWB_PATH,
				CCWB_IFACE_MANAGER, "LeaseRemoved", on_lease_removed, vigil);
	if (r >= 0)
		r = sd_bus_match_signal(vigil->bus, &vigil->requested, CCWB_BUS_NAME, NULL,
					CCWB_IFACE_LEASE, "RevokeRequested", on_revoke_requested,
					vigil);
	if (r >= 0)
		r = sd_bus_attach_event(vigil->bus, vigil->event, SD_EVENT_PRIORITY_NORMAL);
	return r;
}

enum exit_code vigil_keep(sd_bus *bus, struct loan **loans, size_t n)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	struct vigil vigil = { .bus = bus, .loans = loans, .n = n };
	int r;

	r = sd_event_new(&event);
	vigil.event = event;
	if (r >= 0)
		r = listen_to_broker(&vigil);
	if (r >= 0)
		r = listen_to_user(&vigil);
	while (r >= 0 && !vigil.is_over && has_loans(&vigil) && sd_bus_is_open(bus) > 0) {
		r = call_wait(bus, event);
		if (vigil.error < 0)
			r = vigil.error;
	}
	(void)sd_bus_detach_event(bus); /* it was attached or it was not */
	sender_unfollow(&vigil.sender);
	sd_bus_slot_unref(vigil.removed);
	sd_bus_slot_unref(vigil.requested);
	if (vigil.is_over)
		return EXIT_CODE_OK;
	if (r >= 0 && !has_loans(&vigil))
		return EXIT_CODE_FAILURE;
	call_complain("cannot hold any longer: %s", r < 0 ? strerror(-r) : "the bus is gone");
	return r < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_UNREACHABLE;
}
