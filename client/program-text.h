/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>

#include "macro.h"

/*
 * Makes a program out of n words, each one CCW:
 *
 *   CMD[,FLAG]...:COUNT   the device sends up to COUNT bytes
 *   CMD[,FLAG]...=HEX     the device gets these bytes
 *   CMD[,FLAG]...=@FILE   the device gets the bytes of this file
 *   CMD[,FLAG]...         no data
 *   tic:N                 go on at CCW number N, from 0
 *
 * CMD is two hexadecimal digits, FLAG one of sli, skip, cd, pci. On error ret_error is a sentence
 * for the user, to be freed, or NULL for lack of memory. -EINVAL: the words are wrong; other
 * errors: a file could not be read.
 */
_must_check_ int program_text_parse(const char *const *words, unsigned int n,
				    struct ccwb_program **ret, char **ret_error);
