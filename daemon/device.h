/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "backend.h"
#include "ccw-id.h"
#include "fault.h"
#include "iommu.h"
#include "macro.h"
#include "plan.h"
#include "sysfs.h"

struct lease;

enum device_state {
	DEVICE_HOST,	  /* with its driver, or without any */
	DEVICE_BINDING,	  /* a worker takes it */
	DEVICE_LEASED,	  /* a client has it */
	DEVICE_RELEASING, /* waits for the last close, or a worker gives it back */
	DEVICE_FAILED,	  /* could not be given back; origin still says where it belongs */
	DEVICE_STUCK,	  /* the kernel does not come back from a step of the above */
	DEVICE_ABSENT,	  /* unplugged while something of the above was going on */
	_DEVICE_STATE_MAX,
};

/* Sets of these say what has changed. */
enum device_change {
	DEVICE_CHANGED_SUBCHANNEL = 1 << 0,
	DEVICE_CHANGED_TYPE = 1 << 1,
	DEVICE_CHANGED_DRIVER = 1 << 2,
	DEVICE_CHANGED_ONLINE = 1 << 3,
	DEVICE_CHANGED_STATE = 1 << 4,
	DEVICE_CHANGED_LEASE = 1 << 5,
	DEVICE_CHANGED_AVAILABILITY = 1 << 6,
	DEVICE_CHANGED_DEFINITION = 1 << 7,
};

struct device {
	struct ccw_id id;
	char name[CCW_ID_STRING_SIZE];
	struct sysfs_facts facts;
	char *sysfs_path;
	bool is_present;
	int directory;	      /* of it in sysfs while it is the module's, or -1; the registry's */
	uint64_t seen;	      /* the turn of the event loop in which sysfs was looked at */
	unsigned int untold;  /* changes that the bus side has still to tell */
	uint64_t status_seen; /* likewise, for its status at the least */
	enum device_state state;
	enum fault_code reason; /* FAULT_NONE when all is well */
	char *reason_text;	/* NULL when all is well */
	bool has_origin;	/* between binding and the end of a successful restore */
	struct plan_origin origin;
	bool is_bound;		  /* stays where it is, other than origin, until it is restored */
	bool has_job;		  /* and must not be dropped */
	struct backend backend;	  /* of its lease, or of one after which it did not come back */
	struct device *next_away; /* the registry's: the next one whose backend is VFIO_CCW */
	bool is_defined;	  /* autostart.c keeps both as the definitions have them */
	bool is_autostart;
	bool is_due;		 /* has yet to be bound for that */
	uint64_t due_usec;	 /* even without a driver, CLOCK_MONOTONIC */
	enum fault_code unbound; /* why it is not yet; FAULT_NONE: no attempt has failed */
	char *unbound_text;
	char vfio_path[IOMMU_PATH_SIZE]; /* its node in /dev while leased, else "" */
	struct lease *lease;		 /* peek: the broker owns it */
};

/* The caller owns *ret. path is taken over. */
_must_check_ int device_new(struct ccw_id id, const struct sysfs_facts *facts, char *path_take,
			    struct device **ret);
void device_free(struct device *device);
DEFINE_CLEANUP(struct device *, device_free)

/* Takes over what sysfs says now; returns the set of changes. path is taken over. */
unsigned int device_update(struct device *device, const struct sysfs_facts *facts, char *path_take);

/* Takes over only is_online and availability. */
unsigned int device_update_status(struct device *device, const struct sysfs_facts *facts);

/* Moves to state; fault is the reason or NULL. A move that the table does not have is a bug. */
void device_set_state(struct device *device, enum device_state state, const struct fault *fault);

/* Why a defined device of the host is not bound; NULL: that is not so any more. */
void device_set_unbound(struct device *device, const struct fault *fault);

const char *device_state_to_string(enum device_state state);

/*
 * What is shown to people: the state, and for a device of the host whether it is "boxed",
 * "not-operational" or has "no-driver".
 */
const char *device_condition(const struct device *device);

/* Whether text is one that device_condition can give. */
bool device_condition_is_valid(const char *text);

/* Why the condition is what it is, the code and a sentence; "" when all is well. */
enum fault_code device_reason(const struct device *device, const char **ret_text);

/* The type to show and to filter by: of the device, or of its control unit where it has none. */
const char *device_type(const struct device *device);

/* The driver that the device belongs to, "" for none. */
const char *device_origin_driver(const struct device *device);
