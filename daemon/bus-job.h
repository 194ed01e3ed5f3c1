/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "macro.h"

/* The interface org.ccwbroker1.Job, and the Manager's signals of it. */
struct bus_job;

/* The caller owns *ret. */
_must_check_ int bus_job_new(sd_bus *bus, struct broker *broker, struct bus_job **ret);
void bus_job_free(struct bus_job *bus_job);
DEFINE_CLEANUP(struct bus_job *, bus_job_free)

/* Methods of the Manager, whose userdata is the broker. */
int bus_job_bind(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_job_restore(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_job_reset(sd_bus_message *message, void *userdata, sd_bus_error *error);
