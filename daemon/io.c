/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns reading and writing of small files and opening of device nodes, always relative to a
 * directory fd and always bounded. Knows no path of its own.
 */
#include "io.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "limits.h"

int io_read_fd(int fd, size_t max, char **ret, size_t *ret_size)
{
	_cleanup_free_ char *buffer = NULL;
	size_t size = 0, room = 0;
	ssize_t n;

	for (;;) {
		if (size == room) {
			char *bigger;

			/* one byte more than max shows that the file is longer than max */
			if (room > max)
				return -EFBIG;
			room = room ? room * 2 : 1024;
			if (room > max + 1)
				room = max + 1;
			bigger = realloc(buffer, room + 1);
			if (!bigger)
				return -ENOMEM;
			buffer = bigger;
		}
		n = read(fd, buffer + size, room - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		size += (size_t)n;
	}
	if (size > max)
		return -EFBIG;
	buffer[size] = '\0';
	*ret = TAKE_PTR(buffer);
	if (ret_size)
		*ret_size = size;
	return 0;
}

int io_read_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size)
{
	_cleanup_close_ int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	return io_read_fd(fd, max, ret, ret_size);
}

int io_read_line_at(int dir_fd, const char *path, char **ret)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = io_read_at(dir_fd, path, LIMIT_SYSFS_FILE_BYTES, &text, &size);
	if (r < 0)
		return r;
	while (size > 0 && isspace((unsigned char)text[size - 1]))
		text[--size] = '\0';
	*ret = TAKE_PTR(text);
	return 0;
}

int io_read_word_at(int dir_fd, const char *path, char *field, size_t size)
{
	_cleanup_close_ int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = read(fd, field, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -EFBIG;
	while (n > 0 && isspace((unsigned char)field[n - 1]))
		n--;
	field[n] = '\0';
	return 0;
}

static int write_all(int fd, const char *text)
{
	size_t size = strlen(text);
	ssize_t n;

	n = write(fd, text, size);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

int io_write_at(int dir_fd, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	return write_all(fd, text);
}

static int replace(int dir_fd, const char *path, const char *text, mode_t mode, bool is_durable)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	if (asprintf(&temporary, "%s.new", path) < 0) {
		temporary = NULL;
		return -ENOMEM;
	}
	fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text);
	if (r >= 0 && is_durable && fsync(fd) < 0)
		r = -errno;
	if (r >= 0 && renameat(dir_fd, temporary, dir_fd, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir_fd, temporary, 0); /* the first error is the one that counts */
	return r;
}

int io_overwrite_at(int dir_fd, const char *path, const void *data, size_t size)
{
	_cleanup_close_ int fd =
		openat(dir_fd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size != (off_t)size)
		return -ENOTSUP;
	n = pwrite(fd, data, size, 0);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

int io_replace_at(int dir_fd, const char *path, const char *text, mode_t mode)
{
	return replace(dir_fd, path, text, mode, false);
}

int io_replace_durable_at(int dir_fd, const char *path, const char *text, mode_t mode)
{
	int r;

	r = replace(dir_fd, path, text, mode, true);
	if (r < 0)
		return r;
	return fsync(dir_fd) < 0;
}

int io_readlink_at(int dir_fd, const char *path, char **ret)
{
	char target[PATH_MAX];
	ssize_t n;
	char *copy;

	n = readlinkat(dir_fd, path, target, sizeof(target));
	if (n < 0)
		return -errno;
	if ((size_t)n >= sizeof(target))
		return -ENAMETOOLONG;
	copy = strndup(target, (size_t)n);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

int io_open_char_at(int dir_fd, const char *path, dev_t device, int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	/* look before the open: opening the wrong device may already have an effect */
	if (fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != device)
		return -ENODEV;
	fd = openat(dir_fd, path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != device)
		return -ENODEV;
	*ret_fd = TAKE_FD(fd);
	return 0;
}
