/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the words of the house style: attributes, cleanup attributes, ownership transfer.
 * Knows no type of this project.
 */
#pragma once

#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _must_check_		   __attribute__((warn_unused_result))
#define _printf_(text_at, args_at) __attribute__((format(printf, text_at, args_at)))
#define _cleanup_(function)	   __attribute__((cleanup(function)))

#define _cleanup_free_	   _cleanup_(macro_freep)
#define _cleanup_close_	   _cleanup_(macro_closep)
#define _cleanup_fclose_   _cleanup_(macro_fclosep)
#define _cleanup_closedir_ _cleanup_(macro_closedirp)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* Gives ownership away: the variable is left with nothing to clean up. */
#define TAKE_PTR(pointer)                                                                          \
	({                                                                                         \
		__typeof__(pointer) *_take_from = &(pointer);                                      \
		__typeof__(pointer) _taken = *_take_from;                                          \
		*_take_from = NULL;                                                                \
		_taken;                                                                            \
	})

#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int *_take_from = &(fd);                                                           \
		int _taken = *_take_from;                                                          \
		*_take_from = -1;                                                                  \
		_taken;                                                                            \
	})

/* Defines FUNCTIONp for _cleanup_(); FUNCTION must take NULL. */
#define DEFINE_CLEANUP(type, function)                                                             \
	static inline void function##p(type *pointer)                                              \
	{                                                                                          \
		if (*pointer)                                                                      \
			function(*pointer);                                                        \
	}

static inline void macro_freep(void *pointer)
{
	free(*(void **)pointer);
}

static inline void macro_closep(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* nothing useful can be done about a failing close */
}

static inline void macro_fclosep(FILE **file)
{
	if (*file)
		(void)fclose(*file); /* files only read from: nothing can be lost */
}

static inline void macro_closedirp(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir); /* fails only for what is no directory stream */
}

/* Closes fd if it is one and gives -1 back, so that callers write fd = macro_close(fd). */
static inline int macro_close(int fd)
{
	macro_closep(&fd);
	return -1;
}
