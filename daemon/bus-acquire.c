/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the call that takes long: from its options to its reply with fds, also when the caller
 * leaves in between. Decides nothing.
 */
#include "bus-acquire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus-dict.h"
#include "bus-error.h"
#include "bus-hold.h"
#include "bus-statistics.h"
#include "limits.h"
#include "names.h"
#include "text.h"
#include "vfio.h"

/* Lives until the outcome or the caller's end, whichever comes first. */
struct request {
	struct broker *broker;
	sd_bus_message *message;
	sd_bus_track *track;
	struct lease *lease;
	struct ccw_id id;
};

static void request_free(struct request *request)
{
	sd_bus_track_unref(request->track);
	sd_bus_message_unref(request->message);
	free(request);
}

DEFINE_CLEANUP(struct request *, request_free)

/* The lease's own fd stands behind those of VFIO. */
static int append_fds(sd_bus_message *reply, const struct lease *lease,
		      const struct worker_result *result)
{
	const char *name;
	unsigned int n;
	int r;

	r = sd_bus_message_open_container(reply, 'a', "{sh}");
	for (n = 0; r >= 0 && n < result->n_fds; n++) {
		name = lease->is_by_path ? NULL : vfio_fd_name(lease->iommu, n);
		name = name ?: CCWB_FD_LEASE;
		r = sd_bus_message_append(reply, "{sh}", name, result->fds[n]);
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_info(sd_bus_message *reply, const struct lease *lease,
		       const struct device *device, const char *warning)
{
	const char *iommu = lease->iommu == IOMMU_GROUP ? CCWB_IOMMU_TYPE1V2 : CCWB_IOMMU_IOMMUFD;
	const struct {
		const char *key;
		const char *value;
	} entries[] = {
		{ CCWB_INFO_LEASE, lease->id },
		{ CCWB_INFO_SUBCHANNEL, device->facts.subchannel },
		{ CCWB_INFO_DEVICE_TYPE, device->facts.device_type },
		{ CCWB_INFO_VFIO_PATH, device->vfio_path },
		{ CCWB_INFO_IOMMU, iommu },
		{ CCWB_INFO_WARNING, warning },
	};
	size_t n, n_entries = ARRAY_SIZE(entries) - (*warning ? 0 : 1);
	int r;

	r = sd_bus_message_open_container(reply, 'a', "{sv}");
	for (n = 0; r >= 0 && n < n_entries; n++)
		r = sd_bus_message_append(reply, "{sv}", entries[n].key, "s", entries[n].value);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int reply_granted(struct request *request, const struct lease *lease,
			 const struct worker_result *result)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct fault fault = {};
	struct device *device = broker_find_device(request->broker, request->id, &fault);
	_cleanup_free_ char *path = NULL;
	int r;

	if (!device)
		return -ENODEV;
	r = sd_bus_path_encode(CCWB_PATH_LEASE, lease->id, &path);
	if (r < 0)
		return r;
	r = sd_bus_message_new_method_return(request->message, &reply);
	if (r < 0)
		return r;
	r = sd_bus_message_append(reply, "o", path);
	if (r < 0)
		return r;
	r = append_fds(reply, lease, result);
	if (r < 0)
		return r;
	r = append_info(reply, lease, device, result->fault.text);
	if (r < 0)
		return r;
	/* the message has its own copies of the fds; ours are closed by whoever owns result */
	return sd_bus_message_send(reply);
}

static int on_outcome(struct lease *lease, struct worker_result *result, void *userdata)
{
	_cleanup_(request_freep) struct request *request = userdata;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	if (result->r >= 0) {
		r = reply_granted(request, lease, result);
		if (r >= 0)
			return 0;
		(void)fault_set(&result->fault, FAULT_BIND_FAILED, "cannot reply: %s",
				strerror(-r));
		result->r = r;
	}
	bus_statistics_refused(request->broker, &result->fault);
	(void)bus_error_set(&error, result->r, &result->fault);
	(void)sd_bus_reply_method_error(request->message, &error); /* there is no third way */
	return result->r;
}

static int on_caller_gone(sd_bus_track *track, void *userdata)
{
	struct request *request = userdata;

	broker_abandon(request->broker, request->lease);
	request_free(request);
	return 0;
}

static int request_new(struct broker *broker, struct ccw_id id, sd_bus_message *message,
		       struct request **ret)
{
	_cleanup_(request_freep) struct request *request = calloc(1, sizeof(*request));
	int r;

	if (!request)
		return -ENOMEM;
	request->broker = broker;
	request->id = id;
	request->message = sd_bus_message_ref(message);
	r = sd_bus_track_new(sd_bus_message_get_bus(message), &request->track, on_caller_gone,
			     request);
	if (r < 0)
		return r;
	r = sd_bus_track_add_sender(request->track, message);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(request);
	return 0;
}

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

int bus_acquire(struct broker *broker, struct ccw_id id, sd_bus_message *message,
		struct fault *fault)
{
	struct options {
		const char *who;
		const char *iommu;
		const char *grant;
	} options = { .who = "", .iommu = "group", .grant = CCWB_GRANT_FDS };
	static const struct bus_key keys[] = {
		{ CCWB_OPTION_WHO, 's', offsetof(struct options, who) },
		{ CCWB_OPTION_IOMMU, 's', offsetof(struct options, iommu) },
		{ CCWB_OPTION_GRANT, 's', offsetof(struct options, grant) },
	};
	_cleanup_(request_freep) struct request *request = NULL;
	struct subject subject;
	struct broker_wish wish = {};
	int r;

	r = bus_dict_read(message, "option", keys, ARRAY_SIZE(keys), &options, fault);
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
	wish.who = options.who;
	r = bus_hold_subject(broker_hold(broker), message, &subject, fault);
	if (r <= 0)
		return r;
	r = request_new(broker, id, message, &request);
	if (r >= 0)
		r = broker_acquire(broker, id, &subject, &wish, on_outcome, request,
				   &request->lease, fault);
	subject_deinit(&subject);
	if (r < 0) {
		bus_statistics_refused(broker, fault);
		return r;
	}
	(void)TAKE_PTR(request); /* on_outcome or on_caller_gone frees it */
	return 0;
}
