/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "macro.h"

/* Blocks that one channel program moves, and their bytes in all: well below RLIMIT_MEMLOCK */
#define TAPE_BATCH_BLOCKS 16
#define TAPE_BATCH_BYTES  (1024 * 1024)

struct tape;

/* Takes the fds that `ccwctl run` gave; there must be one device. Complains itself. */
_must_check_ int tape_open(struct tape **ret);

struct tape *tape_close(struct tape *tape);
DEFINE_CLEANUP(struct tape *, tape_close)

/* How many blocks of size bytes one call of tape_write or tape_read takes. */
unsigned int tape_batch(size_t size);

/* All complain themselves, with status and sense in words, and return -EIO or another -errno. */
_must_check_ int tape_rewind(struct tape *tape);
_must_check_ int tape_write(struct tape *tape, const uint8_t *blocks, unsigned int n, size_t size);
_must_check_ int tape_write_mark(struct tape *tape);

/* Reads n blocks that have exactly size bytes each. */
_must_check_ int tape_read(struct tape *tape, uint8_t *blocks, unsigned int n, size_t size);

/* A tape mark, nothing else, must come next. */
_must_check_ int tape_read_mark(struct tape *tape);
