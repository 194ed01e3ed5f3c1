/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what is said on the bus when a lease is revoked: by whoever wants it, and to its holder
 * alone. The owner and root may want it, and whom polkit lets.
 */
#include "bus-revoke.h"

#include <stdarg.h>
#include <string.h>

#include "bus-consent.h"
#include "bus-dict.h"
#include "bus-hold.h"
#include "bus-tether.h"
#include "names.h"

/* 1: it is the sender's own, or polkit lets the sender. 0: the message comes again. */
static int authorize(struct broker *broker, const char *id, sd_bus_message *message, uid_t *ret_uid,
		     struct fault *fault)
{
	struct bus_hold *hold = broker_hold(broker);
	const struct lease *lease = broker_find_lease(broker, id);
	struct subject subject;
	int r;

	r = bus_hold_subject(hold, message, &subject, fault);
	if (r <= 0)
		return r;
	*ret_uid = subject.uid;
	/* one that is not there is nobody's, which is told later */
	if (lease && lease->uid != subject.uid)
		r = bus_consent_authorize(hold, message, &subject, CCWB_ACTION_REVOKE,
					  registry_peek(broker_registry(broker), lease->device),
					  fault);
	subject_deinit(&subject);
	return r;
}

int bus_revoke(struct broker *broker, const char *id, sd_bus_message *message, struct fault *fault)
{
	struct revoke_wish wish = {};
	uint64_t flags;
	uid_t uid;
	int r;

	r = sd_bus_message_read(message, "st", &wish.reason, &wish.timeout);
	if (r < 0)
		return r;
	r = bus_dict_read_flags_of(message, CCWB_FLAG_DRY_RUN, &flags, fault);
	if (r < 0)
		return r;
	wish.is_dry_run = flags & CCWB_FLAG_DRY_RUN;
	r = revoke_check(&wish, fault);
	if (r < 0)
		return r;
	r = authorize(broker, id, message, &uid, fault);
	if (r <= 0)
		return r;
	wish.uid = uid;
	r = broker_revoke(broker, id, uid, true, &wish, fault);
	if (r < 0)
		return r;
	return sd_bus_reply_method_return(message, NULL);
}

/* A signal that cannot be sent is lost: who holds a lease can read its state. */
static void tell_holder(sd_bus *bus, const struct lease *lease, const char *signal,
			const char *types, ...)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	const struct tether *tether = &lease->tether;
	char bus_id[SD_ID128_STRING_MAX];
	_cleanup_free_ char *path = NULL;
	va_list args;
	int r;

	/* on another bus the same name is somebody else's */
	if (!*tether->connection || strcmp(bus_tether_bus_id(bus, bus_id), tether->bus) != 0 ||
	    sd_bus_path_encode(CCWB_PATH_LEASE, lease->id, &path) < 0)
		return;
	r = sd_bus_message_new_signal(bus, &message, path, CCWB_IFACE_LEASE, signal);
	if (r < 0)
		return;
	va_start(args, types);
	r = sd_bus_message_appendv(message, types, args);
	va_end(args);
	if (r >= 0 && sd_bus_message_set_destination(message, tether->connection) >= 0)
		(void)sd_bus_message_send(message);
}

void bus_revoke_request(sd_bus *bus, const struct lease *lease)
{
	tell_holder(bus, lease, "RevokeRequested", "st", lease->revocation.reason,
		    lease->revocation.deadline);
}

void bus_revoke_done(sd_bus *bus, const struct lease *lease)
{
	tell_holder(bus, lease, "Revoked", "s", lease->revocation.reason);
}
