/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Copyright the ccwbroker authors */
/*
 * What the ccwbroker VFIO device offers beyond <linux/vfio_ccw.h>: two ioctls on the device fd
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
 * DATA_PROTECTED: the device would store into read-only memory (EPERM)
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

#endif
