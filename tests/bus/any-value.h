/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdint.h>
#include <systemd/sd-bus.h>

/* Values of any type for calls, by dice that a seed repeats. */
struct any_dice {
	uint64_t state; /* not 0 */
};

/* 0 to n - 1 */
unsigned int any_roll(struct any_dice *dice, unsigned int n);

/* How long the first complete type of a signature is. */
size_t any_type_length(const char *signature);

/* Appends a value of every type of signature; -EINVAL where sd-bus does not take what came out. */
int any_append(struct any_dice *dice, sd_bus_message *message, const char *signature);

/* A signature that may be another one. */
void any_signature(struct any_dice *dice, const char *signature, char *ret, size_t size);
