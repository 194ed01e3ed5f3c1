/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way to the account database, which may be a directory service that is slow or hangs: a
 * worker process asks it, and the answer is good for a moment. Knows no rule and no bus.
 */
#include "resolver.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "io.h"
#include "limits.h"
#include "subuid.h"

struct resolver_wait {
	struct account *account;
	resolver_done_t done;
	void *userdata;
	struct resolver_wait *next;
};

/* Either being asked for, with a worker and who waits, or known, with bytes. */
struct account {
	struct resolver *resolver;
	uid_t uid;
	char *bytes;
	size_t size;
	uint64_t good_until; /* CLOCK_BOOTTIME, milliseconds */
	struct worker *worker;
	sd_event_source *deadline;
	struct resolver_wait *waits;
	struct account *next;
};

struct resolver {
	struct resolver_config config;
	struct account *first;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void account_free(struct account *account)
{
	struct account **at = &account->resolver->first;
	struct resolver_wait *wait;

	while (*at && *at != account)
		at = &(*at)->next;
	if (*at)
		*at = account->next;
	while ((wait = account->waits)) {
		account->waits = wait->next;
		free(wait);
	}
	worker_free(account->worker);
	sd_event_source_disable_unref(account->deadline);
	free(account->bytes);
	free(account);
}

DEFINE_CLEANUP(struct account *, account_free)

static struct account *find(const struct resolver *resolver, uid_t uid)
{
	struct account *account = resolver->first;

	while (account && account->uid != uid)
		account = account->next;
	return account;
}

/* Drops what is good no more, and then the oldest, which stands last, when one more has no room. */
static void make_room(struct resolver *resolver)
{
	struct account *account, *next, *oldest = NULL;
	uint64_t now = now_ms();
	unsigned int count = 0;

	for (account = resolver->first; account; account = next) {
		next = account->next;
		if (!account->worker && account->good_until <= now) {
			account_free(account);
			continue;
		}
		count++;
		if (!account->worker && (!oldest || account->good_until <= oldest->good_until))
			oldest = account;
	}
	if (count >= LIMIT_ACCOUNTS && oldest)
		account_free(oldest);
}

static void finish(struct account *account, const struct fault *fault)
{
	struct resolver_wait *wait;
	resolver_done_t done;
	void *userdata;

	account->worker = (worker_free(account->worker), NULL);
	account->deadline = sd_event_source_disable_unref(account->deadline);
	account->good_until =
		now_ms() + (account->resolver->config.life_ms ?: LIMIT_ACCOUNT_LIFE_MS);
	while ((wait = account->waits)) {
		account->waits = wait->next;
		done = wait->done;
		userdata = wait->userdata;
		free(wait);
		done(fault, userdata);
	}
	if (!account->bytes)
		account_free(account);
}

/* Root is known without the directory, which is not to keep root from mending it. */
static void give_up(struct account *account, const char *why)
{
	static const char root[] = "0\0root\0"
				   "0\0"
				   "0\0root";
	struct fault fault = {};

	if (account->uid == 0 && (account->bytes = malloc(sizeof(root)))) {
		memcpy(account->bytes, root, sizeof(root));
		account->size = sizeof(root);
	} else {
		(void)fault_set(&fault, FAULT_ACCESS_DENIED,
				"cannot find out who uid %u is and which groups it is in: %s; try "
				"again, or see whether getent(1) answers for that user",
				(unsigned int)account->uid, why);
	}
	finish(account, &fault);
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	give_up(userdata, "the account database does not answer");
	return 0;
}

static void on_answer(struct worker_result *result, void *userdata)
{
	struct account *account = userdata;
	struct fault fault = {};
	struct subject subject;
	int r = result->r;

	if (r >= 0 && result->n_fds != 1)
		r = -EBADMSG;
	if (r >= 0)
		r = io_read_fd(result->fds[0], LIMIT_ACCOUNT_BYTES, &account->bytes,
			       &account->size);
	/* a worker that says nonsense is no better than one that hangs */
	if (r >= 0)
		r = subject_read(&subject, account->bytes, account->size);
	if (r < 0) {
		account->bytes = (free(account->bytes), NULL);
		give_up(account, *result->fault.text ? result->fault.text : strerror(-r));
		return;
	}
	subject_deinit(&subject);
	finish(account, &fault);
}

static int write_subject(const struct subject *subject, struct worker_result *result)
{
	int fd = memfd_create("account", MFD_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	result->fds[result->n_fds++] = fd;
	r = subject_write(subject, fd);
	return r >= 0 && lseek(fd, 0, SEEK_SET) < 0 ? -errno : r;
}

void resolver_run(void *data, struct worker_result *result)
{
	struct subject subject;
	int r;

	result->r = subject_init(&subject, *(uid_t *)data, 0);
	if (result->r < 0)
		return;
	/* who has an account is nobody's subordinate */
	r = subject.n_groups > 0 ? 0 : subuid_find(SUBUID_PATH, subject.uid, &subject.owner);
	result->r = r < 0 ? r : write_subject(&subject, result);
	subject_deinit(&subject);
}

int resolver_new(const struct resolver_config *config, struct resolver **ret)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));

	if (!resolver)
		return -ENOMEM;
	resolver->config = *config;
	*ret = resolver;
	return 0;
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	while (resolver->first)
		account_free(resolver->first);
	free(resolver);
}

int resolver_get(struct resolver *resolver, uid_t uid, struct subject *ret)
{
	const struct account *account = find(resolver, uid);
	int r;

	if (!account || account->worker || account->good_until <= now_ms())
		return 0;
	r = subject_read(ret, account->bytes, account->size);
	return r < 0 ? r : 1;
}

static unsigned int count_lookups(const struct resolver *resolver)
{
	const struct account *account;
	unsigned int count = 0;

	for (account = resolver->first; account; account = account->next)
		count += !!account->worker;
	return count;
}

static int account_new(struct resolver *resolver, uid_t uid, struct account **ret)
{
	_cleanup_(account_freep) struct account *account = calloc(1, sizeof(*account));
	int r;

	if (!account)
		return -ENOMEM;
	account->resolver = resolver;
	account->uid = uid;
	r = worker_new(resolver->config.event, -1, resolver->config.run, &account->uid, on_answer,
		       account, &account->worker);
	if (r >= 0)
		r = sd_event_add_time_relative(resolver->config.event, &account->deadline,
					       CLOCK_MONOTONIC,
					       resolver->config.patience_ms * 1000ULL, 0,
					       on_deadline, account);
	if (r < 0)
		return r;
	account->next = resolver->first;
	resolver->first = account;
	*ret = TAKE_PTR(account);
	return 0;
}

int resolver_ask(struct resolver *resolver, uid_t uid, resolver_done_t done, void *userdata,
		 struct resolver_wait **ret, struct fault *fault)
{
	_cleanup_free_ struct resolver_wait *wait = calloc(1, sizeof(*wait));
	struct resolver_wait **at;
	struct account *account;
	int r;

	if (!wait)
		return -ENOMEM;
	make_room(resolver);
	account = find(resolver, uid);
	if (account && !account->worker)
		account = (account_free(account), NULL); /* known, and asked for anew */
	if (!account && uid != 0 && count_lookups(resolver) >= LIMIT_LOOKUPS)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "%d users are being looked up already, and the account database "
				 "does not answer; try again in a moment",
				 LIMIT_LOOKUPS);
	if (!account) {
		r = account_new(resolver, uid, &account);
		if (r < 0)
			return r;
	}
	wait->account = account;
	wait->done = done;
	wait->userdata = userdata;
	for (at = &account->waits; *at;) /* who came first is told first */
		at = &(*at)->next;
	*ret = *at = TAKE_PTR(wait);
	return 0;
}

void resolver_wait_free(struct resolver_wait *wait)
{
	struct resolver_wait **at;
	struct account *account;

	if (!wait)
		return;
	account = wait->account;
	for (at = &account->waits; *at != wait;)
		at = &(*at)->next;
	*at = wait->next;
	free(wait);
	if (!account->waits && account->worker)
		account_free(account);
}
