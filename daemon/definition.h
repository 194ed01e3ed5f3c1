/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ccw-id.h"
#include "fault.h"
#include "macro.h"

/*
 * What administrators have said of devices for good: one file a device, "0.0.0580.json", which
 * outlives the machine's restart. A file that this version has not written, or cannot read, is
 * left alone.
 */
struct definitions;

struct definition {
	struct ccw_id id;
	bool is_autostart; /* bound when the daemon starts and when the device appears */
	bool is_kept;	   /* of before: its file is none of ours any more, and is left alone */
};

/* Called with the name of a file that is no definition, and why. */
typedef void (*definitions_bad_t)(const char *file, const char *why, void *userdata);

/* directory need not be there; NULL: none can be made. The caller owns *ret. */
_must_check_ int definitions_new(const char *directory, struct definitions **ret);
void definitions_free(struct definitions *definitions);

/* NULL: none. */
const char *definitions_directory(const struct definitions *definitions);
DEFINE_CLEANUP(struct definitions *, definitions_free)

/* Reads all files; to be called once. A directory that is not there has none. */
_must_check_ int definitions_load(struct definitions *definitions, definitions_bad_t bad,
				  void *userdata);

/*
 * For bad, of definitions that take the place of old: what old has from a file of that name stays.
 * 1: it does; 0: there was nothing; -ENOBUFS: no room.
 */
_must_check_ int definitions_keep(struct definitions *definitions, const struct definitions *old,
				  const char *file);

/* NULL: not defined. Valid until the next definitions_set or definitions_remove. */
const struct definition *definitions_find(const struct definitions *definitions, struct ccw_id id);

/*
 * Defines, or defines anew; is on the disk when this returns, or all is as before: a fault. The one
 * fault after which it is there, and definitions_find says so, is that a loss of power might undo it.
 */
_must_check_ int definitions_set(struct definitions *definitions,
				 const struct definition *definition, struct fault *fault);

/* What definitions_set would refuse before it looks at the disk. */
_must_check_ int definitions_check(const struct definitions *definitions, struct ccw_id id,
				   struct fault *fault);

/* A fault when it is not defined; else as definitions_set. */
_must_check_ int definitions_remove(struct definitions *definitions, struct ccw_id id,
				    struct fault *fault);

/* In the order of their ids; index below definitions_count. */
size_t definitions_count(const struct definitions *definitions);
const struct definition *definitions_at(const struct definitions *definitions, size_t index);
