/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What kmod/cp-kernel.h gives the translator, for user space. Has the same guard and is
 * force-included, so that the kernel's headers are never looked for.
 */
#ifndef CCWBROKER_CP_KERNEL_H
#define CCWBROKER_CP_KERNEL_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define ALIGN(x, a)	   (((x) + ((__typeof__(x))(a)-1)) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a)   ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a)   (((x) & ((__typeof__(x))(a)-1)) == 0)
#define ARRAY_SIZE(a)	   (sizeof(a) / sizeof((a)[0]))
#define BUILD_BUG_ON(c)	   static_assert(!(c), #c)
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define min(a, b)	   ((a) < (b) ? (a) : (b))
#define max(a, b)	   ((a) > (b) ? (a) : (b))
#define min_t(t, a, b)	   min((t)(a), (t)(b))
#define max_t(t, a, b)	   max((t)(a), (t)(b))
#define cond_resched()	   ((void)0)
#define cp_zalloc(n, size) shim_zalloc(n, size)
#define cp_free_mem(p)	   shim_free(p)
#define WARN_ON_ONCE(c)	   shim_warn(!!(c), #c, __FILE__, __LINE__)

/* Counted and failed on demand by the test's fake guest. */
void *shim_zalloc(size_t n, size_t size);
void shim_free(void *p);

/* A warning ends the test unless the test said that it expects one. Returns condition. */
bool shim_warn(bool condition, const char *text, const char *file, int line);

#endif
