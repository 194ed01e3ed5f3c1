/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Copyright the ccwbroker authors */
/*
 * What the ccwbroker VFIO device offers beyond <linux/vfio_ccw.h>: four ioctls on the device fd
 * and the reasons why a channel program is refused. Everything in *_area is as the architecture
 * defines it, big-endian (z/Architecture Principles of Operation, chapters 15 and 16).
 */
#ifndef CCWBROKER_UAPI_H
#define CCWBROKER_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CCWBROKER_IOCTL_TYPE ';' /* VFIO_TYPE */
#define CCWBROKER_IOCTL_BASE 196 /* VFIO_BASE + 96: far from what VFIO itself uses */

#define CCWBROKER_ORB_SIZE  12
#define CCWBROKER_SCSW_SIZE 12
#define CCWBROKER_IRB_SIZE  96 /* as in vfio_ccw.h: 64 bytes of IRB, the rest zero */

/* Longest and default time a program may take before CMD_REQUEST clears the subchannel. */
#define CCWBROKER_TIMEOUT_MS_MAX     3600000
#define CCWBROKER_TIMEOUT_MS_DEFAULT 30000

/*
 * Why a program was not started. The program is left as it was, nothing was transferred.
 * Values are never reused. The errno that goes with each stands in brackets:
 *
 * ORB: ORB bit without support: B, I or S (EOPNOTSUPP)
 * ADDRESS: program not on a doubleword, or above 31 bits, 24 bits for format 0 (EINVAL)
 * CCW_UNREADABLE: CCW outside of mapped memory (EFAULT)
 * CCW_INVALID: command code, flag or count that the channel would refuse (EINVAL)
 * CCW_UNSUPPORTED: suspend flag; MIDAW flag when bit D of the ORB is zero; MIDAW that asks for an
 *   interruption; bytes both stored and fetched of which one side has to be copied (EOPNOTSUPP)
 * TIC: TIC as first CCW, to a TIC, or not to a doubleword (EINVAL)
 * RUN_LENGTH: more than 256 CCWs in a row (EINVAL)
 * RUN_COUNT: more than 16 rows of CCWs joined by TIC (EINVAL)
 * IDAL_UNREADABLE: IDAW or MIDAW outside of mapped memory (EFAULT)
 * IDAW: IDAW or its list not aligned as the format asks; MIDAW or its list against their rules
 *   (EINVAL)
 * DATA_UNMAPPED: data outside of mapped memory (EFAULT)
 * DATA_PROTECTED: the device would store into read-only memory, or into memory that was registered
 *   for fetches only (EPERM)
 * DATA_SIZE: more than 32 MiB of data, or 2 MiB in 2 KiB blocks (E2BIG)
 * RESOURCES: no memory, or the client's memlock limit (ENOMEM)
 * COMMAND: command that the device's policy does not permit (EPERM)
 */
enum ccwbroker_refusal {
	CCWBROKER_REFUSED_NOT = 0,
	CCWBROKER_REFUSED_ORB = 1,
	CCWBROKER_REFUSED_ADDRESS = 2,
	CCWBROKER_REFUSED_CCW_UNREADABLE = 3,
	CCWBROKER_REFUSED_CCW_INVALID = 4,
	CCWBROKER_REFUSED_CCW_UNSUPPORTED = 5,
	CCWBROKER_REFUSED_TIC = 6,
	CCWBROKER_REFUSED_RUN_LENGTH = 7,
	CCWBROKER_REFUSED_RUN_COUNT = 8,
	CCWBROKER_REFUSED_IDAL_UNREADABLE = 9,
	CCWBROKER_REFUSED_IDAW = 10,
	CCWBROKER_REFUSED_DATA_UNMAPPED = 11,
	CCWBROKER_REFUSED_DATA_PROTECTED = 12,
	CCWBROKER_REFUSED_DATA_SIZE = 13,
	CCWBROKER_REFUSED_RESOURCES = 14,
	CCWBROKER_REFUSED_COMMAND = 15,
};

/*
 * Starts one channel program and waits for its end.
 *
 * 0: the program ended (well or badly); irb_area holds the accumulated IRB with guest addresses.
 * Refused before the start: the errno given at enum ccwbroker_refusal, with reason and
 * refused_ccw (guest address of the CCW, 0 when none is concerned) filled in.
 * -EBUSY: another program is active. -ENODEV: device gone or without path. -EACCES: no path in the
 * ORB's path mask works. -EINTR, -ETIMEDOUT: signal or timeout; the subchannel was cleared, nothing
 * is pinned any more, data may have been transferred in part. -EINVAL: argsz, flags, timeout_ms.
 */
struct ccwbroker_cmd_request {
	__u32 argsz;	   /* in: sizeof(struct ccwbroker_cmd_request) or more */
	__u32 flags;	   /* in: none defined, must be 0 */
	__u32 timeout_ms;  /* in: 1 to CCWBROKER_TIMEOUT_MS_MAX; 0 means the default */
	__u32 reason;	   /* out: enum ccwbroker_refusal */
	__u64 refused_ccw; /* out */
	__u8 orb_area[CCWBROKER_ORB_SIZE];   /* in: ORB words 0 to 2 with guest addresses */
	__u8 scsw_area[CCWBROKER_SCSW_SIZE]; /* in: start function bit set, as in the I/O region */
	__u8 irb_area[CCWBROKER_IRB_SIZE];   /* out */
};

#define VFIO_DEVICE_CCW_CMD_REQUEST                                                                \
	_IOWR(CCWBROKER_IOCTL_TYPE, CCWBROKER_IOCTL_BASE, struct ccwbroker_cmd_request)

/*
 * Takes the device offline and online again: path groups, reserve state and pending status of
 * this host are gone as after a fresh start. No argument. -EBUSY: a program is active.
 * -ENODEV: device gone. Otherwise the error of taking it online; then the fd is dead.
 */
#define VFIO_DEVICE_CCW_HOT_RESET _IO(CCWBROKER_IOCTL_TYPE, CCWBROKER_IOCTL_BASE + 1)

/* Most memory that a device has registered at a time: pages of 4 KiB (64 MiB), and ranges. */
#define CCWBROKER_MEMORY_PAGES_MAX  16384
#define CCWBROKER_MEMORY_RANGES_MAX 16

/* The device only fetches from it: pinned for reading, may be mapped so. */
#define CCWBROKER_MEMORY_FETCH_ONLY 0x1u

/* A range of the memory that the client has mapped for the device. */
struct ccwbroker_memory {
	__u32 argsz;  /* in: sizeof(struct ccwbroker_memory) or more */
	__u32 flags;  /* in: CCWBROKER_MEMORY_*, must be 0 for UNREGISTER_MEMORY */
	__u64 iova;   /* in: as it is mapped, a multiple of 4096 */
	__u64 length; /* in: bytes, a multiple of 4096, not 0 */
};

/*
 * Pins the range once and for all, until it is unregistered: programs whose data lies in registered
 * ranges use it without a pin of their own. CCWs and IDALs may lie there like anywhere else. Off unless a
 * client asks for it, as memory that stays pinned cannot be swapped, moved or ballooned away.
 *
 * The pages are the client's, who pays for them: they count as pinned by VFIO, against the memlock
 * limit and in stats/pins and stats/registered. The range may span several mappings and belongs to
 * this device; another one registers it for itself. Data that lies in it only in part is pinned
 * for each program. Where the flag FETCH_ONLY is set, a program that would store into any of it is refused
 * (DATA_PROTECTED), also when it is mapped for writing.
 *
 * It is dropped, and a program that uses a part of it is ended first, when any part of it is unmapped,
 * when an iommufd address space is detached or replaced, at revoke and at close. It stays
 * across RESET and HOT_RESET: these concern the device, not the client's memory. There is no notice
 * of a drop: whoever unmaps knows; programs go on by pinning what they need.
 *
 * 0, or nothing is kept and: -EINVAL: argsz, unknown flag, iova or length not a multiple of 4096, or
 * length 0. -EOVERFLOW: iova + length wraps. -EEXIST: part of it is registered, for whatever use.
 * -E2BIG: more than CCWBROKER_MEMORY_PAGES_MAX with what is registered. -ENOSPC: one range
 * too many. -EFAULT: not all of it is mapped. -EPERM: it is mapped read-only, and FETCH_ONLY is
 * missing. -ENOMEM: no memory, or the memlock limit. -EINTR. -ENODEV: revoked.
 */
#define VFIO_DEVICE_CCW_REGISTER_MEMORY                                                            \
	_IOW(CCWBROKER_IOCTL_TYPE, CCWBROKER_IOCTL_BASE + 2, struct ccwbroker_memory)

/*
 * Takes back one REGISTER_MEMORY of the same iova and length. -ENOENT: there is none, perhaps because
 * it was dropped. -EBUSY: a program is active, whatever it uses; halt, clear, RESET or its end help.
 * -EINVAL: argsz, flags. -ENODEV: revoked, nothing is registered any more.
 */
#define VFIO_DEVICE_CCW_UNREGISTER_MEMORY                                                          \
	_IOW(CCWBROKER_IOCTL_TYPE, CCWBROKER_IOCTL_BASE + 3, struct ccwbroker_memory)

#endif
