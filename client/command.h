/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "macro.h"
#include "verb.h"

/* One of the fds that a command will find. Owns nothing. */
struct command_fd {
	const char *device; /* "0.0.0580" */
	const char *name;   /* "device" and so on */
};

/*
 * Puts what they stand for in the place of the placeholders (placeholder.h) in the words of a command that
 * will find the n fds in their order from first_fd on. The new words live as long as the process. Complains
 * itself; EXIT_CODE_USAGE for a placeholder that nothing stands for.
 */
_must_check_ enum exit_code command_expand(sd_bus *bus, char **command,
					   const struct command_fd *fds, unsigned int n,
					   int first_fd);
