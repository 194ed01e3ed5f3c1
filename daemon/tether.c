/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the watch over what a lease hangs on: its reference, and a process. The bus watches
 * connections. Ends no lease: it tells.
 */
#include "tether.h"

#include <errno.h>
#include <sys/epoll.h>

#include "lease-ref.h"
#include "names.h"

void tether_init(struct tether *tether)
{
	*tether = (struct tether){
		.process = PROCESS_NONE,
		.reference_fd = -1,
		.client_fd = -1,
	};
}

void tether_deinit(struct tether *tether)
{
	tether->reference = sd_event_source_disable_unref(tether->reference);
	tether->exit = sd_event_source_disable_unref(tether->exit);
	tether->reference_fd = macro_close(tether->reference_fd);
	tether->client_fd = macro_close(tether->client_fd);
	tether->process.fd = macro_close(tether->process.fd); /* who it was stays known */
}

static bool has_reference(const struct tether *tether)
{
	return tether->lifetime != LIFETIME_PIDFD;
}

static int choose_pidfd(struct process *process, int pidfd, uid_t uid, struct fault *fault)
{
	bool is_own = false;
	int r;

	r = process_from_pidfd(pidfd, process);
	if (r == -EBADF)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "option \"" CCWB_OPTION_PIDFD "\" is an fd, and no pidfd; see "
				 "pidfd_open(2)");
	if (r >= 0 && uid != 0)
		r = process_is_of(process, uid, &is_own);
	if (r == -ESRCH)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "the process of option \"" CCWB_OPTION_PIDFD "\" has ended, or "
				 "cannot be seen from here");
	if (r >= 0 && uid != 0 && !is_own)
		return fault_set(fault, FAULT_ACCESS_DENIED,
				 "process %d of option \"" CCWB_OPTION_PIDFD "\" is not one of "
				 "uid %u; only root may name the process of somebody else",
				 (int)process->pid, (unsigned int)uid);
	return r;
}

int tether_choose(struct tether *tether, int pidfd, uid_t uid, const struct process *client,
		  struct fault *fault)
{
	if (tether->lifetime == LIFETIME_PIDFD)
		return choose_pidfd(&tether->process, pidfd, uid, fault);
	/* without it nobody can tell an orphan, and that is all */
	if (process_copy(client, &tether->process) < 0)
		tether->process = PROCESS_NONE;
	return 0;
}

static int on_reference(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct tether *tether = userdata;

	if (!lease_ref_is_held(fd))
		tether->event(TETHER_CLOSED, tether->userdata);
	return 0;
}

static int on_exit_event(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct tether *tether = userdata;

	tether->exit = sd_event_source_disable_unref(tether->exit);
	tether->process.fd = macro_close(tether->process.fd);
	tether->event(has_reference(tether) ? TETHER_ORPHANED : TETHER_EXITED, tether->userdata);
	return 0;
}

static int watch(struct tether *tether, sd_event *event, tether_event_t told, void *userdata)
{
	int r = 0;

	tether->event = told;
	tether->userdata = userdata;
	/* no event but the hang-up, which needs no asking for */
	if (tether->reference_fd >= 0)
		r = sd_event_add_io(event, &tether->reference, tether->reference_fd, 0,
				    on_reference, tether);
	if (r >= 0 && tether->process.fd >= 0)
		r = sd_event_add_io(event, &tether->exit, tether->process.fd, EPOLLIN,
				    on_exit_event, tether);
	return r;
}

int tether_prepare(struct tether *tether, int dir_fd, const char *lease)
{
	if (!has_reference(tether) || tether->reference_fd >= 0)
		return 0;
	return lease_ref_create(dir_fd, lease, &tether->reference_fd, &tether->client_fd);
}

int tether_make(struct tether *tether, sd_event *event, int dir_fd, const char *lease,
		tether_event_t told, void *userdata, int *ret_write)
{
	int r;

	r = tether_prepare(tether, dir_fd, lease);
	if (r >= 0)
		r = watch(tether, event, told, userdata);
	if (r < 0)
		return r;
	*ret_write = TAKE_FD(tether->client_fd);
	return 0;
}

int tether_resume(struct tether *tether, sd_event *event, int dir_fd, const char *lease,
		  tether_event_t told, void *userdata)
{
	bool is_orphan = false;
	int r;

	/* one that never was known cannot be missed */
	if (tether->process.pid > 0) {
		r = process_reopen(tether->process.pid, tether->process.start, &tether->process);
		if (r < 0 && !has_reference(tether))
			return r == -ESRCH ? -ENXIO : r;
		is_orphan = r == -ESRCH;
	}
	if (has_reference(tether)) {
		r = lease_ref_open(dir_fd, lease, &tether->reference_fd);
		if (r == -ENOENT || (r >= 0 && !lease_ref_is_held(tether->reference_fd)))
			return -ENXIO;
		if (r < 0)
			return r;
	}
	r = watch(tether, event, told, userdata);
	return r < 0 ? r : is_orphan;
}

int tether_reopen(const struct tether *tether, int dir_fd, const char *lease, int *ret_write,
		  struct fault *fault)
{
	if (!has_reference(tether))
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "lease %s has no fd: it lives as long as process %d, whoever "
				 "else there is",
				 lease, (int)tether->process.pid);
	if (!lease_ref_is_held(tether->reference_fd))
		return fault_set(fault, FAULT_NO_SUCH_LEASE,
				 "lease %s is over: its last fd has been closed", lease);
	return lease_ref_reopen(dir_fd, lease, ret_write);
}

void tether_drop(struct tether *tether, int dir_fd, const char *lease)
{
	tether_deinit(tether);
	if (has_reference(tether))
		lease_ref_remove(dir_fd, lease);
}
