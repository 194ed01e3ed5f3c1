/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns every name that two programs must agree on: bus, objects, interfaces, errors, dictionary
 * keys, and the names of the kernel module's attributes. Tests compare it with the XML beside it.
 */
#pragma once

#define CCWB_BUS_NAME	   "org.ccwbroker1"
#define CCWB_PATH	   "/org/ccwbroker1"
#define CCWB_PATH_DEVICE   "/org/ccwbroker1/device" /* + '/' + sd_bus_path_encode(id) */
#define CCWB_PATH_LEASE	   "/org/ccwbroker1/lease"  /* + '/' + sd_bus_path_encode(lease id) */
#define CCWB_PATH_JOB	   "/org/ccwbroker1/job"    /* + '/' + number */
#define CCWB_PATH_NONE	   "/"			    /* Device.Lease while there is none */
#define CCWB_PATH_LOG	   "/org/freedesktop/LogControl1"
#define CCWB_IFACE_LOG	   "org.freedesktop.LogControl1"
#define CCWB_IFACE_MANAGER "org.ccwbroker1.Manager"
#define CCWB_IFACE_DEVICE  "org.ccwbroker1.Device"
#define CCWB_IFACE_LEASE   "org.ccwbroker1.Lease"
#define CCWB_IFACE_JOB	   "org.ccwbroker1.Job"

/* Standard errors we send. */
#define CCWB_ERROR_INVALID_ARGS	   "org.freedesktop.DBus.Error.InvalidArgs"
#define CCWB_ERROR_ACCESS_DENIED   "org.freedesktop.DBus.Error.AccessDenied"
#define CCWB_ERROR_LIMITS_EXCEEDED "org.freedesktop.DBus.Error.LimitsExceeded"
#define CCWB_ERROR_NOT_SUPPORTED   "org.freedesktop.DBus.Error.NotSupported"
#define CCWB_ERROR_FAILED	   "org.freedesktop.DBus.Error.Failed"
#define CCWB_ERROR_INTERACTION_REQUIRED                                                            \
	"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"

/* Our own. */
#define CCWB_ERROR_NO_SUCH_DEVICE	  "org.ccwbroker1.Error.NoSuchDevice"
#define CCWB_ERROR_NO_SUCH_LEASE	  "org.ccwbroker1.Error.NoSuchLease"
#define CCWB_ERROR_DEVICE_LEASED	  "org.ccwbroker1.Error.DeviceLeased"
#define CCWB_ERROR_DEVICE_IN_USE	  "org.ccwbroker1.Error.DeviceInUse"
#define CCWB_ERROR_DEVICE_GONE		  "org.ccwbroker1.Error.DeviceGone"
#define CCWB_ERROR_DEVICE_BOXED		  "org.ccwbroker1.Error.DeviceBoxed"
#define CCWB_ERROR_DEVICE_NOT_OPERATIONAL "org.ccwbroker1.Error.DeviceNotOperational"
#define CCWB_ERROR_NOT_LEASE_HOLDER	  "org.ccwbroker1.Error.NotLeaseHolder"
#define CCWB_ERROR_UNSUPPORTED_DEVICE	  "org.ccwbroker1.Error.UnsupportedDevice"
#define CCWB_ERROR_BIND_FAILED		  "org.ccwbroker1.Error.BindFailed"
#define CCWB_ERROR_RESTORE_FAILED	  "org.ccwbroker1.Error.RestoreFailed"
#define CCWB_ERROR_OPERATION_IN_PROGRESS  "org.ccwbroker1.Error.OperationInProgress"
#define CCWB_ERROR_POLICY_INVALID	  "org.ccwbroker1.Error.PolicyInvalid"
#define CCWB_ERROR_STUCK		  "org.ccwbroker1.Error.Stuck"
#define CCWB_ERROR_NOT_DEFINED		  "org.ccwbroker1.Error.NotDefined"
#define CCWB_ERROR_DEFINITION_FAILED	  "org.ccwbroker1.Error.DefinitionFailed"
#define CCWB_ERROR_DEFINITION_INVALID	  "org.ccwbroker1.Error.DefinitionInvalid"

/* Keys of AcquireDevice's a{sv} options. */
#define CCWB_OPTION_WHO	     "who"     /* s: the caller's own words, shown in listings */
#define CCWB_OPTION_IOMMU    "iommu"   /* s: "group" (without it), "iommufd", "auto" */
#define CCWB_OPTION_GRANT    "grant"   /* s: "fds" (without it), "path" */
#define CCWB_OPTION_FORCE    "force"   /* b: also what the host uses, as inuse.h has it */
#define CCWB_OPTION_USER     "user"    /* u: of CanAcquire only, whom root asks for */
#define CCWB_OPTION_BACKEND  "backend" /* s: one of CCWB_BACKEND_*; "auto" without it */
#define CCWB_GRANT_FDS	     "fds"
#define CCWB_GRANT_PATH	     "path"
#define CCWB_OPTION_LIFETIME "lifetime" /* s: "lease-fd" (without it), "connection", "pidfd" */
#define CCWB_OPTION_PIDFD    "pidfd"	/* h: with lifetime "pidfd", whose end ends the lease */

/* What makes a device one of VFIO; see daemon/backend.h. */
#define CCWB_BACKEND_CCWBROKER "ccwbroker"
#define CCWB_BACKEND_VFIO_CCW  "vfio_ccw"
#define CCWB_BACKEND_AUTO      "auto"

/* Keys of ListDevices' a{sv} filter. */
#define CCWB_FILTER_TYPE   "type"   /* s: device type, "3490" or "3490/50" */
#define CCWB_FILTER_STATE  "state"  /* s: one of Device.State */
#define CCWB_FILTER_LEASED "leased" /* b */
#define CCWB_FILTER_IDS	   "ids"    /* as: ids or ranges, "0.0.0580" or "0.0.0100-0.0.01ff" */

/* Bits of the t flags of methods that change something: check as they do, and change nothing. */
#define CCWB_FLAG_DRY_RUN 1

/* Bits of Describe's t flags, for the Manager only. */
#define CCWB_DESCRIBE_OBJECTS 1 /* with all devices and leases */

/* Keys of GetStatistics' a{sv}. */
#define CCWB_STAT_SINCE	     "since"	      /* t: CLOCK_REALTIME, microseconds */
#define CCWB_STAT_DEVICES    "devices"	      /* u: known now */
#define CCWB_STAT_LEASES     "leases"	      /* u: now */
#define CCWB_STAT_GRANTED    "granted"	      /* t */
#define CCWB_STAT_REFUSED    "refused"	      /* a{st}: by the last part of the error's name */
#define CCWB_STAT_ENDED	     "ended"	      /* a{st}: by the reason of LeaseRemoved */
#define CCWB_STAT_RELOADS    "reloads"	      /* t: of the policy, that went well */
#define CCWB_STAT_WAIT_TOTAL "wait-usec"      /* t: from request to grant, of all grants */
#define CCWB_STAT_WAIT_MOST  "wait-usec-most" /* t: of one */

/* Keys of AcquireDevice's a{sh} fds. */
#define CCWB_FD_CONTAINER "container"
#define CCWB_FD_GROUP	  "group"
#define CCWB_FD_IOMMUFD	  "iommufd"
#define CCWB_FD_DEVICE	  "device"
#define CCWB_FD_LEASE	  "lease"

/* Keys of AcquireDevice's a{sv} info, all of type s. */
#define CCWB_INFO_LEASE	      "lease"
#define CCWB_INFO_SUBCHANNEL  "subchannel"
#define CCWB_INFO_DEVICE_TYPE "device-type"
#define CCWB_INFO_VFIO_PATH   "vfio-path"
#define CCWB_INFO_IOMMU	      "iommu"
#define CCWB_INFO_WARNING     "warning" /* only when there is one */
#define CCWB_IOMMU_TYPE1V2    "type1v2" /* with fds container and group */
#define CCWB_IOMMU_IOMMUFD    "iommufd" /* with fd iommufd */

/* Entries of Manager.Features. */
#define CCWB_FEATURE_GROUP   "vfio-group" /* fds container and group are handed out */
#define CCWB_FEATURE_IOMMUFD "iommufd"	  /* option iommu is known; the kernel may have none */
#define CCWB_FEATURE_PATH    "grant-path" /* option grant is known */

/* The kind of a use that GetUsers tells, besides those of daemon/inuse.c. */
#define CCWB_USE_LEASE "lease"

/* Keys of a definition. */
#define CCWB_DEFINITION_AUTOSTART "autostart"

/* polkit's actions, and what its rules may look up in each: see dbus/org.ccwbroker1.policy. */
#define CCWB_ACTION_ACQUIRE	   "org.ccwbroker1.acquire"
#define CCWB_ACTION_ACQUIRE_IN_USE "org.ccwbroker1.acquire-in-use"
#define CCWB_ACTION_BIND	   "org.ccwbroker1.bind"
#define CCWB_ACTION_RESET	   "org.ccwbroker1.reset"
#define CCWB_ACTION_REVOKE	   "org.ccwbroker1.revoke"
#define CCWB_ACTION_DEFINE	   "org.ccwbroker1.define"
#define CCWB_ACTION_RELOAD	   "org.ccwbroker1.reload"
#define CCWB_ACTION_INSPECT	   "org.ccwbroker1.inspect"
#define CCWB_DETAIL_DEVICE	   "device" /* "0.0.0580" */
#define CCWB_DETAIL_TYPE	   "type"   /* "3490/50", the control unit's where it has none */
#define CCWB_DETAIL_SUBCHANNEL	   "subchannel" /* "0.0.0004" */
#define CCWB_DETAIL_DRIVER	   "driver"	/* the driver that has it */
#define CCWB_DETAIL_WHO		   "who"	/* the caller's own words */
#define CCWB_DETAIL_PROFILE	   "profile"	/* what it would be had as */
#define CCWB_DETAIL_LEASE	   "lease"	/* the lease's id */

/* The kernel module: its driver on the ccw bus and what it puts into sysfs. */
#define CCWB_MODULE		   "ccwbroker"
#define CCWB_DRIVER		   "ccwbroker"
#define CCWB_DRIVER_CLAIM	   "claim" /* driver attribute: write ID or -ID, read the list */
#define CCWB_DEVICE_OPEN	   "ccwbroker/open"   /* device attribute: 0 or 1, pollable */
#define CCWB_DEVICE_REVOKE	   "ccwbroker/revoke" /* device attribute: 1 ends its client's use */
#define CCWB_DEVICE_FDS		   "ccwbroker/fds"    /* device attribute: how many, open or not */
#define CCWB_DEVICE_STATISTICS	   "ccwbroker/stats"  /* directory of numbers */
#define CCWB_DEVICE_COMMANDS	   "ccwbroker/commands" /* device attribute: 64 digits, permitted ones */
#define CCWB_DEVICE_COMMANDS_BOUND "ccwbroker/commands_bound" /* the same, as binding has set it */

/* Journal fields. */
#define CCWB_FIELD_DEVICE  "CCWB_DEVICE"
#define CCWB_FIELD_LEASE   "CCWB_LEASE"
#define CCWB_FIELD_UID	   "CCWB_UID"
#define CCWB_FIELD_USER	   "CCWB_USER"
#define CCWB_FIELD_PID	   "CCWB_PID"
#define CCWB_FIELD_UNIT	   "CCWB_UNIT"
#define CCWB_FIELD_RULE	   "CCWB_RULE"
#define CCWB_FIELD_PROFILE "CCWB_PROFILE"
#define CCWB_FIELD_REASON  "CCWB_REASON" /* of an end or a refusal, one word */

/* Journal message ids; systemd/ccwbroker.catalog explains each. */
#define CCWB_MESSAGE_GRANT	"710f22d131d542569a332b006776c2b3"
#define CCWB_MESSAGE_REFUSAL	"48fdddf2be09488a8c961010d8ae845d"
#define CCWB_MESSAGE_END	"cf646510571b4849b442af6c7199e42d"
#define CCWB_MESSAGE_REVOKE	"29fc23328d7d4654b6ce049679d386fd"
#define CCWB_MESSAGE_FORCE	"95ce8938eb4b4e85b88ed056c28c4437"
#define CCWB_MESSAGE_POLICY	"440af2ecdb5842769aff63b814a3fd1b"
#define CCWB_MESSAGE_POLICY_BAD "ac8b9f2eab5b4c7da7c08d0dbce727cc"
