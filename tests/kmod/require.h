/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * How the fakes and models say that something must not be. Each program links one implementation:
 * a Check test fails, a fuzzer's target aborts.
 */
#pragma once

#define FAIL(...) require_failed(__FILE__, __LINE__, __VA_ARGS__)

/* For loops over bytes: costs nothing while it holds. */
#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			FAIL("%s", #condition);                                                    \
	} while (0)

_Noreturn void require_failed(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
