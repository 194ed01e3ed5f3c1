/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the files in which leases survive the daemon. Knows neither what is in them nor what has to
 * happen to a lease that is found.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io.h"
#include "json.h"
#include "lease-json.h"
#include "limits.h"

#define STORE_DIRECTORY "leases"
#define STORE_DEPTH	2
#define STORE_SUFFIX	".json"

struct store {
	int fd;
	bool has_newer; /* files of a newer version, which come and go while we are away only */
};

struct name {
	char text[CCW_ID_STRING_SIZE + sizeof(STORE_SUFFIX)];
};

static struct name file_name(struct ccw_id device)
{
	char id[CCW_ID_STRING_SIZE];
	struct name name;

	snprintf(name.text, sizeof(name.text), "%s" STORE_SUFFIX, ccw_id_format(device, id));
	return name;
}

int store_new(const char *directory, struct store **ret)
{
	_cleanup_(store_freep) struct store *store = calloc(1, sizeof(*store));
	_cleanup_close_ int fd = -1;

	if (!store)
		return -ENOMEM;
	store->fd = -1;
	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (mkdirat(fd, STORE_DIRECTORY, 0700) < 0 && errno != EEXIST)
		return -errno;
	store->fd = openat(fd, STORE_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (store->fd < 0)
		return -errno;
	*ret = TAKE_PTR(store);
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	macro_close(store->fd);
	free(store);
}

int store_fd_peek(const struct store *store)
{
	return store->fd;
}

int store_save(struct store *store, const struct lease *lease)
{
	_cleanup_json_ struct json_object *object = json_object_new_object();
	const struct name name = file_name(lease->device);
	char record[LIMIT_LEASE_FILE_BYTES];
	const char *text;
	size_t length;
	int r;

	if (!object)
		return -ENOMEM;
	r = lease_json_write(object, lease);
	if (r < 0)
		return r;
	text = json_object_to_json_string_length(object, JSON_C_TO_STRING_PRETTY, &length);
	if (!text)
		return -ENOMEM;
	if (length >= sizeof(record))
		return -EFBIG; /* and could not be read again */
	/* always the same size, of blanks behind what there is to say: one takes the other's place */
	memcpy(record, text, length);
	memset(record + length, '\n', sizeof(record) - 1 - length);
	record[sizeof(record) - 1] = '\0';
	if (io_overwrite_at(store->fd, name.text, record, sizeof(record) - 1) >= 0)
		return 0;
	return io_replace_at(store->fd, name.text, record, 0600);
}

void store_remove(struct store *store, struct ccw_id device)
{
	(void)unlinkat(store->fd, file_name(device).text, 0); /* may never have been saved */
}

bool store_is_newer(struct store *store, struct ccw_id device)
{
	_cleanup_json_ struct json_object *object = NULL;
	_cleanup_free_ char *text = NULL;
	const char *why;
	unsigned int line;
	size_t size;

	return store->has_newer &&
	       io_read_at(store->fd, file_name(device).text, LIMIT_LEASE_FILE_BYTES, &text,
			  &size) >= 0 &&
	       json_parse(text, size, STORE_DEPTH, &object, &why, &line) >= 0 &&
	       lease_json_is_newer(object);
}

static int load_file(struct store *store, const char *name, struct lease **ret,
		     const char **ret_why)
{
	_cleanup_json_ struct json_object *object = NULL;
	_cleanup_(lease_freep) struct lease *lease = NULL;
	_cleanup_free_ char *text = NULL;
	unsigned int line;
	size_t size;
	int r;

	*ret_why = "cannot be read";
	r = io_read_at(store->fd, name, LIMIT_LEASE_FILE_BYTES, &text, &size);
	if (r < 0)
		return r;
	r = json_parse(text, size, STORE_DEPTH, &object, ret_why, &line);
	if (r < 0)
		return r;
	if (lease_json_is_newer(object)) {
		store->has_newer = true;
		*ret_why = "was written by a newer version, which is to take it up";
		return -EBADMSG;
	}
	*ret_why = "a value is missing or not as this version writes it";
	r = lease_json_read(object, &lease);
	if (r < 0)
		return r;
	if (strcmp(file_name(lease->device).text, name) != 0) {
		*ret_why = "is about another device than its name says";
		return -EBADMSG;
	}
	*ret = TAKE_PTR(lease);
	return 0;
}

int store_load(struct store *store, store_each_t each, store_bad_t bad, void *userdata)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct lease *lease = NULL;
	struct dirent *entry;
	const char *why = "", *suffix;
	int fd;

	fd = openat(store->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		suffix = strrchr(entry->d_name, '.');
		if (!suffix || strcmp(suffix, STORE_SUFFIX) != 0)
			continue;
		if (load_file(store, entry->d_name, &lease, &why) < 0)
			bad(entry->d_name, why, userdata);
		else
			each(lease, userdata);
	}
	return 0;
}
