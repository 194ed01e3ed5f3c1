/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the question which bytes a channel program has read. The channel reports a residual count
 * for the last CCW only. Of the earlier ones those without sli, and those that chain data, were
 * filled, or the chain would have ended there. For the others the memory itself is asked: it was
 * filled with random bytes before, and what differs now has been stored. The broker leaves bytes
 * that the device did not store as they were.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/random.h>

#include "outcome.h"

static bool does_store(const struct ccwb_ccw *ccw)
{
	return ccw->direction == CCWB_DIRECTION_READ && ccw->count && !(ccw->flags & CCWB_SKIP);
}

static int fill_random(uint8_t *at, size_t size)
{
	while (size) {
		ssize_t n = getrandom(at, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

int outcome_prepare(const struct ccwb_program *program, uint8_t *memory)
{
	int r;

	for (unsigned int i = 0; i < ccwb_program_count(program); i++) {
		const struct ccwb_ccw *ccw = ccwb_program_get(program, i);

		if (!does_store(ccw))
			continue;
		r = fill_random(memory + ccw->offset, ccw->count);
		if (r < 0)
			return r;
	}
	return 0;
}

/* How far from the end where the device began the memory has changed. */
static size_t changed_length(const struct ccwb_ccw *ccw, const uint8_t *before,
			     const uint8_t *after)
{
	const uint8_t *old = before + ccw->offset, *new = after + ccw->offset;

	for (size_t n = ccw->count; n > 0; n--) {
		size_t at = ccw->is_backward ? ccw->count - n : n - 1;

		if (old[at] != new[at])
			return n;
	}
	return 0;
}

static struct outcome make(const struct ccwb_ccw *ccw, enum outcome_kind kind, size_t length)
{
	return (struct outcome){
		.kind = length ? kind : OUTCOME_NOTHING,
		.offset = ccw->offset + (ccw->is_backward ? ccw->count - length : 0),
		.length = length,
	};
}

struct outcome outcome_get(const struct ccwb_program *program, unsigned int i,
			   const struct ccwb_irb *irb, uint32_t iova, const uint8_t *before,
			   const uint8_t *after)
{
	const struct ccwb_ccw *ccw = ccwb_program_get(program, i);
	int last = ccwb_program_last(program, irb, iova);
	size_t changed;

	if (!does_store(ccw))
		return (struct outcome){ .kind = OUTCOME_NO_STORE };
	if (last == (int)i && irb->has_residual && irb->residual <= ccw->count)
		return make(ccw, OUTCOME_EXACT, ccw->count - irb->residual);
	changed = changed_length(ccw, before, after);
	if (!changed)
		return (struct outcome){ .kind = OUTCOME_NOTHING };
	if (last >= 0 && last != (int)i && (!(ccw->flags & CCWB_SLI) || ccw->flags & CCWB_CD))
		return make(ccw, OUTCOME_EXACT, ccw->count);
	return make(ccw, OUTCOME_AT_LEAST, changed);
}
