/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the form of a granted lease in a reply.
 */
#include "bus-grant.h"

#include "names.h"
#include "vfio.h"

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

int bus_grant_append(sd_bus_message *reply, const struct lease *lease, const struct device *device,
		     const struct worker_result *result)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = sd_bus_path_encode(CCWB_PATH_LEASE, lease->id, &path);
	if (r >= 0)
		r = sd_bus_message_append(reply, "o", path);
	if (r >= 0)
		r = append_fds(reply, lease, result);
	return r < 0 ? r : append_info(reply, lease, device, result->fault.text);
}
