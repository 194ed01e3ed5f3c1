/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "macro.h"

/*
 * All paths are relative to dir_fd (or AT_FDCWD), all fds are O_CLOEXEC, all errors negative
 * errno. Strings given back are the caller's to free.
 */

/* Reads a whole file of at most max bytes; -EFBIG when it is longer. Ends with a NUL not counted. */
_must_check_ int io_read_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size);

/* The same from an open fd, from where it stands. */
_must_check_ int io_read_fd(int fd, size_t max, char **ret, size_t *ret_size);

/* Reads a small attribute and strips trailing white space. */
_must_check_ int io_read_line_at(int dir_fd, const char *path, char **ret);

/*
 * The same into field of size bytes with one read(2), for what is read of many devices: -EFBIG when
 * it does not fit.
 */
_must_check_ int io_read_word_at(int dir_fd, const char *path, char *field, size_t size);

/* Writes text in one write(2) into an existing file, as sysfs wants it. */
_must_check_ int io_write_at(int dir_fd, const char *path, const char *text);

/*
 * Writes data over all that a regular file has, which must be as much: -ENOTSUP, -ENOENT or -ELOOP, and
 * nothing is written, where it is not. One write of no more than a page, which the kernel copies in one go
 * and between two looks for signals: who is killed has written all of it or nothing.
 */
_must_check_ int io_overwrite_at(int dir_fd, const char *path, const void *data, size_t size);

/* Puts a complete new file in place of path: temporary file, fsync-free, rename. */
_must_check_ int io_replace_at(int dir_fd, const char *path, const char *text, mode_t mode);

/*
 * The same for good: what is new is on the disk when this returns 0. 1: it is there, and whether it still
 * is after a loss of power is not known. dir_fd is that of path's directory.
 */
_must_check_ int io_replace_durable_at(int dir_fd, const char *path, const char *text, mode_t mode);

/* Where the symbolic link points, as stored. */
_must_check_ int io_readlink_at(int dir_fd, const char *path, char **ret);

/* Opens a character device and makes sure that it is device and no other: -ENODEV if not. */
_must_check_ int io_open_char_at(int dir_fd, const char *path, dev_t device, int *ret_fd);
