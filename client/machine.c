/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the question how QEMU can have a device on this machine. Asks the broker and the kernel, and
 * takes nothing.
 */
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "names.h"

#define DRIVERS		"/sys/bus/ccw/drivers/" CCWB_BACKEND_CCWBROKER
#define VFIO_CCW_DRIVER "/sys/bus/css/drivers/vfio_ccw"
#define DEVICES_LINE	256

bool machine_has_iommufd(const char *dev_dir, const char *devices)
{
	_cleanup_free_ char *node = NULL;
	char line[DEVICES_LINE];
	bool has_nodes = false;
	FILE *in;

	if (asprintf(&node, "%s/iommu", dev_dir) < 0) {
		node = NULL;
		return false;
	}
	if (access(node, F_OK) < 0)
		return false;
	in = fopen(devices, "re");
	if (!in)
		return false;
	while (!has_nodes && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		has_nodes = strlen(line) > 9 && !strcmp(line + strlen(line) - 9, " vfio-dev");
	}
	(void)fclose(in); /* only read from */
	return has_nodes;
}

/* Where the broker would not say because it would give nothing. */
static bool would_be_vfio_ccw(const struct options *options)
{
	if (options->backend && strcmp(options->backend, CCWB_BACKEND_AUTO))
		return !strcmp(options->backend, CCWB_BACKEND_VFIO_CCW);
	return access(DRIVERS, F_OK) < 0 && access(VFIO_CCW_DRIVER, F_OK) >= 0;
}

static enum exit_code read_answer(const struct options *options, const char *id,
				  sd_bus_message *reply, bool *is_vfio_ccw)
{
	const char *answer, *code, *text;
	bool is_yes;
	int r;

	r = sd_bus_message_read(reply, "s", &answer);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "(ss)");
	if (r < 0)
		return call_bad_reply("check", r);
	is_yes = !strcmp(answer, "yes");
	if (!is_yes)
		*is_vfio_ccw |= would_be_vfio_ccw(options);
	for (bool is_first = true; (r = sd_bus_message_read(reply, "(ss)", &code, &text)) > 0;
	     is_first = false) {
		if (!is_yes && is_first && !strcmp(code, "NoSuchDevice")) {
			call_complain("%s", text);
			return EXIT_CODE_NOT_FOUND;
		}
		if (!is_yes && is_first)
			call_complain("mind: %s", text);
		if (is_yes && !strcmp(code, "Backend"))
			*is_vfio_ccw = true;
	}
	return r < 0 ? call_bad_reply("check", r) : EXIT_CODE_OK;
}

enum exit_code machine_find_way(sd_bus *bus, const struct options *options, const char *const *ids,
				size_t n, struct qemu_way *ret)
{
	bool is_vfio_ccw = false, is_iommufd;

	for (size_t i = 0; i < n; i++) {
		_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
		enum exit_code code = call_manager(bus, "check", &reply, "CanAcquire", "sa{sv}",
						   ids[i], options->backend ? 1 : 0,
						   CCWB_OPTION_BACKEND, "s", options->backend);

		if (!code)
			code = read_answer(options, ids[i], reply, &is_vfio_ccw);
		if (code)
			return code;
	}
	if (options->iommu && strcmp(options->iommu, "auto"))
		is_iommufd = !strcmp(options->iommu, "iommufd");
	else
		is_iommufd = !is_vfio_ccw && machine_has_iommufd("/dev", "/proc/devices");
	*ret = (struct qemu_way){ .by_iommufd = is_iommufd, .by_vfio_ccw = is_vfio_ccw };
	return EXIT_CODE_OK;
}
