/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What `ccwctl run` hands over, container, group, device and lease, by the names of the fds. */
#include "lent-device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

int lent_device_take(struct ccwb_device **ret)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names);
	int container = -1, device = -1;

	for (int i = 0; i < n; i++) {
		if (strstr(names[i], "/container"))
			container = SD_LISTEN_FDS_START + i;
		if (strstr(names[i], "/device"))
			device = SD_LISTEN_FDS_START + i;
		free(names[i]);
	}
	free(names);
	if (container < 0 || device < 0)
		return -ENODEV;
	return ccwb_device_new_from_fds(container, device, ret, NULL);
}
