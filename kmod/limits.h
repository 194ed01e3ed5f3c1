/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * Every quantity that a client controls and the most we take of it. The tests try each at its
 * maximum and one past it.
 */
#ifndef CCWBROKER_LIMITS_H
#define CCWBROKER_LIMITS_H

#include "uapi/ccwbroker.h"

/* CCWs at consecutive addresses; as many as the kernel's vfio_ccw takes. */
#define CP_RUN_CCWS_MAX 256

/* Runs joined by TIC; a search loop per record of a track fits with room to spare. */
#define CP_RUNS_MAX 16

/* Pages that a program reads its CCWs from: a run of 256 CCWs is 2 KiB and meets at most two. */
#define CP_FETCH_PAGES_MAX (2 * CP_RUNS_MAX)

/* Bytes that the first read of such a page takes: 64 CCWs; a second one takes the rest of it. */
#define CP_FETCH_AHEAD 512u

/* 4 KiB pages that the data of one program takes, pinned or copied: 32 MiB. */
#define CP_DATA_PAGES_MAX 8192

/*
 * Of these, pages that are copied because IDAWs of 4 KiB cannot express where they are: 2 MiB. Copies
 * are kernel memory below 2 GiB and each is compared with all other data of the program. A cylinder
 * of a 3390 is 0.9 MiB.
 */
#define CP_COPY_PAGES_MAX 512

/* Pages of one cp_mem_pin(): what VFIO's type1 backend takes in one call. */
#define CP_PIN_PAGES_MAX 512

/*
 * Registered memory of one device: 64 MiB, whose table of host addresses is 128 KiB. Enough for the
 * buffers of a client that drives one device; not meant for all memory of a virtual machine.
 */
#define CP_MEMORY_PAGES_MAX CCWBROKER_MEMORY_PAGES_MAX

/* Ranges of it; looked through for each piece of data. */
#define CP_MEMORY_RANGES_MAX CCWBROKER_MEMORY_RANGES_MAX

/*
 * Data in one piece is copied rather than pinned, as long as there is room: up to so many bytes in
 * the chunks below, beside the host program,
 */
#define CP_SMALL_BYTES_MAX 512

/*
 * longer areas in one buffer for each device that is open, which a program's share: what has no room
 * there together is pinned. In Hercules 48 KiB in 12 CCWs made 1.93 of the driver's throughput (pinned
 * 0.78), 32 KiB by an IDAL 0.67 (0.26). In QEMU 64 KiB by one CCW took 0.34 of vfio_ccw's time (0.40),
 * in 16 CCWs 0.35 (0.37), in 64 of which 16 were copied 0.53 (0.48). So there is no crossover below
 * this; the limit is for memory below 2 GiB, of which it is the most that a device keeps.
 */
#define CP_BUFFER_BYTES 65536u

/* Such copies of one program; each is compared with all other data of it. */
#define CP_SMALL_MAX 64

/* Pages remembered as taking stores: 1 MiB of small buffers. */
#define CP_KNOWN_MAX 256

/*
 * Places that the data of one CCW is at: 65,535 bytes that start on the last byte of a block meet
 * 33 of 2 KiB or 17 of 4 KiB; a page full of MIDAWs names more.
 */
#define CP_CCW_PIECES_MAX 256
#define CP_CCW_PAGES_MAX  17

/*
 * Chunks of 4 KiB for host CCWs and IDALs: a run needs at most one, 8,192 IDAWs in lists of at most
 * 17 need 18, small copies 17, the chunk with the dummy lists is one more.
 */
#define CP_ARENA_CHUNKS_MAX 56

/* Chunks of pinned ranges that the bookkeeping grows by. */
#define CP_PINS_STEP 256

/* What stays allocated between programs of a device: enough for the common program. */
#define CP_RUNS_KEPT	     2
#define CP_PINS_STEPS_KEPT   1
#define CP_FETCH_PAGES_KEPT  2
#define CP_ARENA_CHUNKS_KEPT 4

/* IRBs that wait for the client's read: a program with PCI flags makes several. */
#define IRB_QUEUE_MAX 16

/* Channel report words that wait: eight paths that go and come back, twice. */
#define CRW_QUEUE_MAX 32

/* Devices on the claim list: what the attribute shows in one page of 9 bytes an id. */
#define CLAIMS_MAX 400

/* A program whose client does not read its last IRB is settled, and its pages unpinned, after: */
#define REQUEST_SETTLE_MS 100

/*
 * After an unmap met a program, the next one waits. VFIO's type1 backend looks again whether something
 * is pinned in what it takes away, and at the tenth time that it finds something the host panics:
 * a client that starts programs all the time must not get in between.
 */
#define REQUEST_UNMAP_QUIET_MS 10

/* Clear functions, and the pause after one that cio refuses, before a device is taken offline. */
#define REQUEST_CLEAR_TRIES 20
#define REQUEST_CLEAR_MS    100

/* Starts of one CMD_REQUEST that the subchannel may defer (condition code 1). */
#define REQUEST_START_TRIES 8

#endif
