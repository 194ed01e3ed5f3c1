/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

/*
 * How many calls one connection may have waiting where count of all wait: a user with many connections is
 * not to keep out one whose first call comes then. 0: nobody may wait any more.
 */
unsigned int crowd_share(unsigned int count);
