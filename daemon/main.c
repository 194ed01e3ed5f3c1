/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the command line, signals and the event loop's life. Knows no device and no bus message.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

static int print_help(const char *program)
{
	printf("%s [OPTION]...\n\n"
	       "Gives channel devices to authorized clients as VFIO file descriptors.\n\n"
	       "  --sysfs-root=DIR  look for devices in DIR instead of /sys\n"
	       "  --help            show this help\n"
	       "  --version         show the version\n",
	       program);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "sysfs-root", required_argument, NULL, 's' },
		{},
	};
	int c;

	log_init("ccwbrokerd");
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		switch (c) {
		case 'h':
			return print_help(program_invocation_short_name);
		case 'V':
			puts(PACKAGE_STRING);
			return 0;
		case 's':
			break;
		default:
			return 2;
		}
	}
	return 0;
}
