/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "irb.h"
#include "macro.h"

#define SESSION_MAPS_MAX 16

/* Where client memory begins for the device; below it lies nothing, so that address 0 stays wrong. */
#define SESSION_IOVA_FIRST 0x10000
/* CCW addresses have 31 bits. */
#define SESSION_IOVA_END   0x80000000U

struct session;

/* Why and where a program was refused before its start; reason 0: it was not refused. */
struct session_refusal {
	uint32_t reason; /* enum ccwbroker_refusal */
	uint32_t ccw;	 /* its IOVA, 0 when no CCW is concerned */
};

/*
 * Uses the brokered fds "container" and "device", which stay the caller's and must outlive the session.
 * -ENOTTY, -EPROTO: they are not what they should be.
 */
_must_check_ int session_new(int container_peek, int device_peek, struct session **ret);

/*
 * The same with the brokered fds "iommufd" and "device": makes an address space, binds the device to the
 * iommufd, which takes it online, and gives it the address space. Once for each device fd.
 */
_must_check_ int session_new_iommufd(int iommufd_peek, int device_peek, struct session **ret);

/* Unmaps all memory. NULL is taken. Returns NULL. */
struct session *session_free(struct session *session);
DEFINE_CLEANUP(struct session *, session_free)

/*
 * Zeroed memory of at least size bytes that the device sees at *ret_iova, until session_free.
 * -E2BIG: SESSION_MAPS_MAX maps or 2 GiB are used up.
 */
_must_check_ int session_map(struct session *session, size_t size, uint8_t **ret_memory,
			     uint32_t *ret_iova);

/*
 * Starts the format-1 program at iova and waits for its end; timeout_ms 0 is the broker's default.
 * 0: it ended, well or badly: irb says how. Otherwise nothing is running any more and irb is
 * not set; ret_refusal says whether it was started at all.
 */
_must_check_ int session_run(struct session *session, uint32_t iova, unsigned int timeout_ms,
			     struct irb *ret_irb, struct session_refusal *ret_refusal);

/* The reason of a refusal for people. */
const char *session_refusal_words(uint32_t reason);
