/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What a client says that it wants, besides the device. Everything is borrowed.
 */
#pragma once

#include <stdbool.h>

#include <systemd/sd-id128.h>

#include "backend.h"
#include "iommu.h"
#include "lifetime.h"

struct broker_wish {
	const char *who;  /* its own words */
	enum iommu iommu; /* IOMMU_GROUP by path */
	bool is_by_path;
	enum backend_kind backend;
	enum lifetime lifetime;
	int pidfd;		       /* of LIFETIME_PIDFD, else -1 */
	const char *connection;	       /* its own unique name on the bus, "" for none */
	char bus[SD_ID128_STRING_MAX]; /* and which bus that is */
	bool is_forced;		       /* also what the host uses, as inuse.h has it */
	bool has_consent;	       /* where the policy says ask: polkit agrees */
	bool may_force;		       /* root may, or polkit agrees */
};
