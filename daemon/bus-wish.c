/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the options with which a device is asked for: their names, types and values. What they do
 * is decided elsewhere.
 */
#include "bus-wish.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bus-dict.h"
#include "bus-tether.h"
#include "limits.h"
#include "names.h"
#include "text.h"

static int check_who(const char *who, struct fault *fault)
{
	if (strlen(who) > LIMIT_WHO_BYTES)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "option \"" CCWB_OPTION_WHO "\" has %zu bytes; the most is %d",
				 strlen(who), LIMIT_WHO_BYTES);
	if (!text_is_printable(who))
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "option \"" CCWB_OPTION_WHO "\" has control characters in it");
	return 0;
}

static int check_iommu(const char *word, enum iommu *ret, struct fault *fault)
{
	int r = iommu_from_string(word);

	if (r < 0)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "option \"" CCWB_OPTION_IOMMU
				 "\" is \"%.32s\"; it can be \"group\", \"iommufd\" or \"auto\"",
				 word);
	*ret = (enum iommu)r;
	return 0;
}

/* By path there is the group's node: QEMU opens no other one by name without an iommufd of its own. */
static int check_grant(const char *word, struct broker_wish *wish, struct fault *fault)
{
	wish->is_by_path = strcmp(word, CCWB_GRANT_PATH) == 0;
	if (!wish->is_by_path && strcmp(word, CCWB_GRANT_FDS) != 0)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "option \"" CCWB_OPTION_GRANT
				 "\" is \"%.32s\"; it can be \"fds\" or \"path\"",
				 word);
	if (wish->is_by_path && wish->iommu == IOMMU_IOMMUFD)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "\"" CCWB_GRANT_PATH "\" gives the group's node only; leave out "
				 "the option \"" CCWB_OPTION_IOMMU "\"");
	if (wish->is_by_path)
		wish->iommu = IOMMU_GROUP; /* of "auto" */
	return 0;
}

static int check_backend(const char *word, enum backend_kind *ret, struct fault *fault)
{
	int r = backend_kind_from_string(word);

	if (r < 0)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "option \"" CCWB_OPTION_BACKEND
				 "\" is \"%.32s\"; it can be \"ccwbroker\", \"vfio_ccw\" or "
				 "\"auto\"",
				 word);
	*ret = (enum backend_kind)r;
	return 0;
}

static int check_lifetime(const char *word, int pidfd, struct broker_wish *wish,
			  struct fault *fault)
{
	int r = lifetime_from_string(word);

	if (r < 0)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "option \"" CCWB_OPTION_LIFETIME "\" is \"%.32s\"; it can be "
				 "\"lease-fd\", \"connection\" or \"pidfd\"",
				 word);
	wish->lifetime = (enum lifetime)r;
	wish->pidfd = pidfd;
	if ((wish->lifetime == LIFETIME_PIDFD) != (pidfd >= 0))
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "option \"" CCWB_OPTION_PIDFD "\" and lifetime \"pidfd\" need "
				 "each other");
	return 0;
}

int bus_wish_read(sd_bus_message *message, struct broker_wish *ret, uid_t *ret_user,
		  struct fault *fault)
{
	struct options {
		const char *who;
		const char *iommu;
		const char *grant;
		uint32_t user;
		const char *lifetime;
		int pidfd;
		int is_forced;
		const char *backend;
	} options = { "",	  "group", CCWB_GRANT_FDS, UINT32_MAX,
		      "lease-fd", -1,	   false,	   CCWB_BACKEND_AUTO };
	static const struct bus_key keys[] = {
		{ CCWB_OPTION_WHO, 's', offsetof(struct options, who) },
		{ CCWB_OPTION_IOMMU, 's', offsetof(struct options, iommu) },
		{ CCWB_OPTION_GRANT, 's', offsetof(struct options, grant) },
		{ CCWB_OPTION_LIFETIME, 's', offsetof(struct options, lifetime) },
		{ CCWB_OPTION_PIDFD, 'h', offsetof(struct options, pidfd) },
		{ CCWB_OPTION_FORCE, 'b', offsetof(struct options, is_forced) },
		{ CCWB_OPTION_BACKEND, 's', offsetof(struct options, backend) },
		{ CCWB_OPTION_USER, 'u', offsetof(struct options, user) }, /* the last */
	};
	struct broker_wish wish = {};
	int r;

	r = bus_dict_read(message, "option", keys, ARRAY_SIZE(keys) - (ret_user ? 0 : 1), &options,
			  fault);
	if (r < 0)
		return r;
	r = check_who(options.who, fault);
	if (r < 0)
		return r;
	r = check_iommu(options.iommu, &wish.iommu, fault);
	if (r < 0)
		return r;
	r = check_grant(options.grant, &wish, fault);
	if (r < 0)
		return r;
	r = check_backend(options.backend, &wish.backend, fault);
	if (r < 0)
		return r;
	r = check_lifetime(options.lifetime, options.pidfd, &wish, fault);
	if (r < 0)
		return r;
	wish.who = options.who;
	wish.is_forced = options.is_forced;
	wish.connection = sd_bus_message_get_sender(message) ?: "";
	bus_tether_bus_id(sd_bus_message_get_bus(message), wish.bus);
	*ret = wish;
	if (ret_user && options.user != UINT32_MAX)
		*ret_user = options.user;
	return 0;
}
