/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "macro.h"

/*
 * Changes that are still to be told. They go out after LIMIT_NEWS_MS, while clients wait for devices
 * after LIMIT_NEWS_LATE_MS, or when LIMIT_NEWS devices have some; what changes twice until then is told
 * once, as it is then. Calls go before them.
 */
struct bus_news;

/* bus has an event loop already. The caller owns *ret. */
_must_check_ int bus_news_new(sd_bus *bus, struct broker *broker, struct bus_news **ret);

/* Tells what is left. */
void bus_news_free(struct bus_news *news);
DEFINE_CLEANUP(struct bus_news *, bus_news_free)

/* A set of enum device_change. */
void bus_news_device_changed(struct bus_news *news, struct device *device, unsigned int changes);
void bus_news_lease_added(struct bus_news *news, struct lease *lease);
void bus_news_lease_count(struct bus_news *news);

/* Before anything of a lease is told at once: what came before is told before. */
void bus_news_flush(struct bus_news *news);
