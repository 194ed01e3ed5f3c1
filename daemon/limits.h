/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns every maximum that something outside of this program could otherwise push up.
 * Each has a test at the limit and one past it.
 */
#pragma once

/* gcc's <limits.h> looks for that of the C library where this one is found first. */
#ifdef _GCC_NEXT_LIMITS_H
#include_next <limits.h>
#endif

#define LIMIT_SYSFS_FILE_BYTES	4096		  /* a sysfs attribute is at most one page here */
#define LIMIT_PROC_FILE_BYTES	(4 * 1024 * 1024) /* mountinfo of a host with many mounts */
#define LIMIT_DEVICES		65536 /* those with the lowest ids; half a kilobyte each */
#define LIMIT_SCAN_STEP		1024 /* devices that a scan looks at before others have a turn: 15 ms */
#define LIMIT_LIST_FRESH	1024  /* devices that ListDevices looks at anew: 10 ms */
#define LIMIT_OBJECTS		16384 /* in one GetManagedObjects: a message holds 32 MiB */
#define LIMIT_NODE_PATH_BYTES	255   /* of a node in /dev that a caller names */
#define LIMIT_LIST_TEXTS	1024  /* in one list of texts that a caller sends */
#define LIMIT_FILTER_IDS	256   /* ids and ranges in one filter of ListDevices */
#define LIMIT_TOGETHER		4     /* devices of one AcquireDevices: 16 fds */
#define LIMIT_IGNORED		4096  /* ranges of ignored devices shown to callers */
#define LIMIT_DIRECTORIES	1024 /* of bound devices, held open: as many as there can be leases */
#define LIMIT_LEASES		1024 /* in total; each costs one fd and two files in /run */
#define LIMIT_LEASES_PER_UID	256  /* root excepted: root is stopped by LIMIT_LEASES only */
#define LIMIT_PENDING		256  /* acquisitions under way or waiting for it */
#define LIMIT_PENDING_PER_UID	64   /* so that one user cannot keep the others out */
#define LIMIT_UNDER_WAY		32   /* devices being taken, or given back; each is one process */
#define LIMIT_UNDER_WAY_PER_UID 8    /* so that one user cannot keep the others waiting */
#define LIMIT_IDLE_WORKERS	1    /* processes that wait for work */
#define LIMIT_INQUIRIES		16   /* CanAcquire and GetUsers under way; each is one worker */
#define LIMIT_INQUIRIES_PER_UID 4    /* so that one user cannot keep the others waiting */
#define LIMIT_JOBS		32 /* of BindDevice and the like under way; each is one worker process */
#define LIMIT_DEFINITIONS	1024   /* as many as there can be leases */
#define LIMIT_DEFINITION_BYTES	4096   /* one file of them; what definition.c writes has 70 */
#define LIMIT_USER_BYTES	255    /* the name of an account; a longer one is not shown */
#define LIMIT_UNIT_BYTES	255    /* as systemd has it */
#define LIMIT_WHO_BYTES		128    /* the caller's own words in listings */
#define LIMIT_REASON_BYTES	128    /* why a lease is revoked */
#define LIMIT_REVOKE_SECONDS	600    /* that a holder may be given to go */
#define LIMIT_LEASE_FILE_BYTES	4096   /* what store.c writes for one lease */
#define LIMIT_POLICY_FILE_BYTES 262144 /* one policy file */
#define LIMIT_POLICY_FILES	64     /* policy.json and drop-ins together */
#define LIMIT_POLICY_DEPTH	8      /* nested JSON values; a correct file needs 5 */
#define LIMIT_POLICY_RULES	4096   /* all files together */
#define LIMIT_POLICY_LIST	256    /* entries in one list of one rule */
#define LIMIT_POLICY_NAME_BYTES 64     /* one user, group, type or device range */
#define LIMIT_PROFILES		256    /* all files together, and the one that is built in */
#define LIMIT_DESCRIPTION_BYTES 128    /* of a profile: a line of a table */
#define LIMIT_RULE_BYTES	512    /* the place of a rule that a lease remembers */
#define LIMIT_CREDENTIAL_GROUPS 1024   /* supplementary groups of one caller */
#define LIMIT_ACCOUNT_BYTES	524288 /* name and groups of one account: 1024 names of 255 */
#define LIMIT_SUBUID_LINES	65536  /* of /etc/subuid: one for each user */
#define LIMIT_SUBUID_LINE_BYTES 512    /* a name and two numbers */
#define LIMIT_ACCOUNTS		64     /* accounts known at a time */
#define LIMIT_ACCOUNT_LIFE_MS	2000   /* for how long: a change of groups counts after that */
#define LIMIT_PEERS		64     /* connections whose senders are known, as long */
#define LIMIT_PEER_MS		2000   /* until the bus is asked anew who a sender is */
#define LIMIT_PEER_TRIES	5      /* and how often, until the call is refused */
#define LIMIT_NEWS		256    /* devices whose changes are still to be told */
#define LIMIT_NEWS_MS		20     /* for how long, */
#define LIMIT_NEWS_LATE_MS	200    /* and as long as devices are being taken all the time */
#define LIMIT_LOOKUPS		16     /* users being looked up, root apart; each is one process */
#define LIMIT_LOOKUP_MS		10000  /* until a lookup is given up */
#define LIMIT_CALLS		256 /* calls put aside until something is known; each up to 16 fds */
#define LIMIT_CALLS_PER_UID	96  /* so that one user cannot keep the others out */
#define LIMIT_STRANGERS		576   /* calls put aside until the bus has told whose they are, */
#define LIMIT_STRANGER_CALLS	96    /* and those of one connection, */
#define LIMIT_STRANGERS_MANY	128   /* but with as many calls of all */
#define LIMIT_CALLS_OF_MANY	8     /* so many of one, */
#define LIMIT_STRANGERS_CROWD	256   /* and with as many one: a user has 256 connections at most */
#define LIMIT_CALL_BYTES	32768 /* arguments of a call that waits for its turn */
#define LIMIT_TURN_READS	1024  /* calls that are read before one that waits has its turn */
#define LIMIT_QUESTIONS		32    /* to polkit under way; each may be a dialog */
#define LIMIT_QUESTIONS_PER_UID 8     /* so that one user cannot keep the others from asking */
#define LIMIT_ANSWERS		8     /* of polkit to one call */
#define LIMIT_QUESTION_MS	110000 /* for a person to answer; a client waits for two minutes */
#define LIMIT_REFUSALS		10     /* of one user told to the journal in a period */
#define LIMIT_REFUSALS_MS	60000  /* the period */
#define LIMIT_REFUSERS		64     /* users counted apart; all others count as one */
#define LIMIT_USES		32     /* of one device that GetUsers tells */
#define LIMIT_MESSAGE_BYTES	1024   /* an explanation that goes back to the caller */
#define LIMIT_WORKER_FDS	4      /* what one worker may hand back */
#define LIMIT_PLAN_STEPS	16     /* steps of one binding plan; the longest has 8 */
#define LIMIT_IOMMU_WAIT_MS	5000   /* until the iommu_group of a bound device must stand */
#define LIMIT_DEVICE_WAIT_MS	60000  /* until a device must answer that its subchannel has back */
#define LIMIT_RESCAN_MS		5000   /* how often the kernel is told to ask for it meanwhile */
#define LIMIT_ONLINE_WAIT_MS	5000   /* until its driver, which sets it online itself, is done */
#define LIMIT_DRIVER_WAIT_MS	400    /* until its driver must have taken it by itself */
#define LIMIT_CLOSE_GRACE_MS	500    /* after its lease a client may close the device by itself */
#define LIMIT_CLOSE_POLL_MS	1000  /* how often a closing device is looked at without a notice */
#define LIMIT_OPEN_WAIT_MS	1000  /* a program must have a device open as long to count */
#define LIMIT_OPENER_FDS	16384 /* fds of others looked at for it; a microsecond or two each */
#define LIMIT_DEVICE_NODES	128   /* of one device: a disk, its partitions, or a tape's two */
#define LIMIT_RULE_FILES	4096  /* of udev, looked at for one of chzdev */
#define LIMIT_STEP_ONLINE_MS	100000 /* a step that asks the device: 10 s a path, 8 paths, and air */
#define LIMIT_STEP_BIND_MS	30000 /* a step that binds: drivers look at the device, not long */
#define LIMIT_STEP_QUICK_MS	5000  /* a step of the kernel's own memory */
