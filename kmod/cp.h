/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The channel program translator: takes a guest's channel program through the port cp-mem.h and
 * makes one that the channel can run on the host. Knows nothing of VFIO, devices or interrupts.
 *
 * A struct cp belongs to one device and holds at most one program. The caller serializes all
 * calls on it; cp_guest_scsw() only reads and may be called with interrupts off.
 */
#ifndef CCWBROKER_CP_H
#define CCWBROKER_CP_H

#include "cp-kernel.h"
#include "cp-mem.h"

#define CP_ORB_SIZE	 12
#define CP_SCSW_SIZE	 12
#define CP_COMMANDS_SIZE 32

struct cp;

struct cp_refusal {
	u32 reason; /* enum ccwbroker_refusal */
	u32 ccw;    /* guest address of the CCW, 0: none is concerned */
};

/* NULL: no memory. mem must outlive the result. */
struct cp *cp_new(struct cp_mem *mem);

/* Releases a held program first. Takes NULL, returns NULL. */
struct cp *cp_free(struct cp *cp);

/*
 * The channel commands that a program may hold: one bit for each code, from the left. All of them
 * after cp_new(). A program with another one is refused.
 */
void cp_set_commands(struct cp *cp, const u8 commands[CP_COMMANDS_SIZE]);
void cp_get_commands(const struct cp *cp, u8 ret_commands[CP_COMMANDS_SIZE]);

/*
 * Makes the program of the ORB ready to run and holds it. 0, or the errno that
 * enum ccwbroker_refusal gives with *refusal filled in and nothing held. -EBUSY: one is held.
 */
int cp_translate(struct cp *cp, const u8 orb[CP_ORB_SIZE], struct cp_refusal *refusal);

/* Host address of the first CCW: format 1, format-2 IDAWs of 4 KiB. */
u32 cp_host_cpa(const struct cp *cp);

/* The device may have stored into copies: cp_copy_back() is due once the program has ended. */
bool cp_has_copies(const struct cp *cp);

/* Turns the channel program address in the SCSW into the guest's; leaves one that is not ours. */
void cp_guest_scsw(const struct cp *cp, u8 scsw[CP_SCSW_SIZE]);

/*
 * Writes what the device stored into copies to client memory. Goes on after an error and returns
 * the first. Called once the channel is done with the program, before cp_release().
 */
int cp_copy_back(struct cp *cp);

/* Unpins and drops everything of the held program, if any. */
void cp_release(struct cp *cp);

bool cp_is_held(const struct cp *cp);

/* Of the held program: pages pinned for it, and bytes that its CCWs count, stored or fetched. */
unsigned int cp_pinned_pages(const struct cp *cp);
u64 cp_bytes(const struct cp *cp, bool stored);

/* The client's mappings are not what they were: what earlier programs showed is void. */
void cp_forget(struct cp *cp);

/* The client is gone: frees what would only make its next program faster. Nothing is held. */
void cp_trim(struct cp *cp);

/*
 * Registered memory: its pages stay pinned, and programs use them without a pin. With store unset the
 * device may only fetch from it. Errors keep nothing: -EINVAL: zero or not page aligned. -EOVERFLOW:
 * wraps around. -EEXIST: overlaps what is registered. -E2BIG: more than CP_MEMORY_PAGES_MAX.
 * -ENOSPC: more than CP_MEMORY_RANGES_MAX. -EFAULT: not mapped. -EPERM: mapped read-only. -ENOMEM,
 * -EINTR.
 */
int cp_memory_register(struct cp *cp, u64 iova, u64 length, bool store);
/* Of exactly one cp_memory_register(). -ENOENT: there is none. -EBUSY: a program is held. */
int cp_memory_unregister(struct cp *cp, u64 iova, u64 length);
/*
 * Every range of which a part lies in [iova, iova + length); none that the held program uses, see
 * cp_touches(). Was there one?
 */
bool cp_memory_drop(struct cp *cp, u64 iova, u64 length);
unsigned int cp_memory_pages(const struct cp *cp);

/*
 * Does a page that the held program pins, or what it copied, or registered memory of which it uses
 * a part, lie in [iova, iova + length)?
 */
bool cp_touches(const struct cp *cp, u64 iova, u64 length);

#endif
