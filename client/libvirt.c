/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns libvirt's words for channel devices. libvirt itself knows those of the kernel's vfio_ccw only; ours
 * come in by the words that it passes on to QEMU.
 */
#include "libvirt.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "ccw-id.h"
#include "qemu.h"

#define UUID_LENGTH 36

const char *libvirt_uuid(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	if (strlen(name) != UUID_LENGTH)
		return NULL;
	for (size_t i = 0; i < UUID_LENGTH; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? name[i] != '-' : !isxdigit((unsigned char)name[i]))
			return NULL;
	}
	return name;
}

void libvirt_print_hostdev(FILE *out, const char *id, const char *uuid)
{
	struct ccw_id number;

	fprintf(out,
		"<hostdev mode='subsystem' type='mdev' model='vfio-ccw'>\n"
		"  <source>\n"
		"    <address uuid='%s'/>\n"
		"  </source>\n",
		uuid);
	if (ccw_id_parse(id, &number) >= 0 && number.cssid == 0)
		fprintf(out, "  <address type='ccw' cssid='0xfe' ssid='0x%x' devno='0x%04x'/>\n",
			number.ssid, number.devno);
	fputs("</hostdev>\n", out);
}

int libvirt_print_commandline(FILE *out, const char *const *ids, size_t n)
{
	_cleanup_(qemu_free_wordsp) char **words = qemu_words(ids, n, (struct qemu_way){});

	if (!words)
		return -ENOMEM;
	fputs("<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n", out);
	for (char **word = words; *word; word++)
		fprintf(out, "  <qemu:arg value='%s'/>\n", *word);
	fputs("</qemu:commandline>\n", out);
	return 0;
}
