/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the files that say what is to happen to devices, and their memory. Knows nothing of
 * devices themselves, nor of who may define.
 */
#include "definition.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io.h"
#include "json.h"
#include "limits.h"

#define DEFINITION_VERSION 1
#define DEFINITION_MEMBERS 3
#define DEFINITION_DEPTH   2
#define DEFINITION_SUFFIX  ".json"
#define DEFINITION_MODE	   0644

struct definitions {
	char *directory; /* NULL: none */
	struct definition *list;
	size_t count;
};

struct name {
	char text[CCW_ID_STRING_SIZE + sizeof(DEFINITION_SUFFIX)];
};

static struct name file_name(struct ccw_id id)
{
	char text[CCW_ID_STRING_SIZE];
	struct name name;

	snprintf(name.text, sizeof(name.text), "%s" DEFINITION_SUFFIX, ccw_id_format(id, text));
	return name;
}

int definitions_new(const char *directory, struct definitions **ret)
{
	_cleanup_(definitions_freep) struct definitions *definitions =
		calloc(1, sizeof(*definitions));

	if (!definitions)
		return -ENOMEM;
	if (directory) {
		definitions->directory = strdup(directory);
		if (!definitions->directory)
			return -ENOMEM;
	}
	*ret = TAKE_PTR(definitions);
	return 0;
}

void definitions_free(struct definitions *definitions)
{
	if (!definitions)
		return;
	free(definitions->directory);
	free(definitions->list);
	free(definitions);
}

const char *definitions_directory(const struct definitions *definitions)
{
	return definitions->directory;
}

/* ---- the memory ---- */

static int compare(const void *id, const void *definition)
{
	return ccw_id_compare(*(const struct ccw_id *)id,
			      ((const struct definition *)definition)->id);
}

/* All devices that appear are looked for, most of which are not defined. */
static struct definition *find(const struct definitions *definitions, struct ccw_id id)
{
	if (definitions->count == 0)
		return NULL;
	return bsearch(&id, definitions->list, definitions->count, sizeof(*definitions->list),
		       compare);
}

/* So that nothing can fail any more once the file is there. */
static int make_room(struct definitions *definitions)
{
	struct definition *list;

	list = reallocarray(definitions->list, definitions->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	definitions->list = list;
	return 0;
}

/* One that is new; there is room. */
static void insert(struct definitions *definitions, const struct definition *definition)
{
	size_t at = definitions->count++;

	for (; at > 0 && ccw_id_compare(definitions->list[at - 1].id, definition->id) > 0; at--)
		definitions->list[at] = definitions->list[at - 1];
	definitions->list[at] = *definition;
}

const struct definition *definitions_find(const struct definitions *definitions, struct ccw_id id)
{
	return find(definitions, id);
}

size_t definitions_count(const struct definitions *definitions)
{
	return definitions->count;
}

const struct definition *definitions_at(const struct definitions *definitions, size_t index)
{
	return &definitions->list[index];
}

/* ---- reading ---- */

/* Members that this version does not know would be lost when it writes: the file is not its own. */
static int read_members(struct json_object *object, struct definition *ret, const char **ret_why)
{
	const char *device;
	uint64_t version;
	int is_autostart;

	*ret_why = "a value is missing or not as this version writes it";
	if (json_get_uint64(object, "version", &version) < 0)
		return -EBADMSG;
	if (version != DEFINITION_VERSION) {
		*ret_why = "is of another version";
		return -EBADMSG;
	}
	if (json_get_string(object, "device", &device) < 0 || ccw_id_parse(device, &ret->id) < 0 ||
	    json_get_bool(object, "autostart", &is_autostart) < 0)
		return -EBADMSG;
	if (json_object_object_length(object) != DEFINITION_MEMBERS) {
		*ret_why = "has a key that this version does not know";
		return -EBADMSG;
	}
	ret->is_autostart = is_autostart;
	return 0;
}

/* No link, and nobody's but root's, or ours when we are not root. */
static int open_own(int dir_fd, const char *name, int *ret, const char **ret_why)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	*ret_why = "cannot be read";
	fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & (S_IWGRP | S_IWOTH))) {
		*ret_why = "is no file that only root can write";
		return -EPERM;
	}
	*ret = TAKE_FD(fd);
	return 0;
}

static int load_file(int dir_fd, const char *name, struct definition *ret, const char **ret_why)
{
	_cleanup_json_ struct json_object *object = NULL;
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int fd = -1;
	unsigned int line;
	size_t size;
	int r;

	r = open_own(dir_fd, name, &fd, ret_why);
	if (r < 0)
		return r;
	*ret_why = "is too long, or cannot be read";
	r = io_read_fd(fd, LIMIT_DEFINITION_BYTES, &text, &size);
	if (r < 0)
		return r;
	r = json_parse(text, size, DEFINITION_DEPTH, &object, ret_why, &line);
	if (r >= 0)
		r = read_members(object, ret, ret_why);
	if (r < 0)
		return r;
	if (strcmp(file_name(ret->id).text, name) != 0) {
		*ret_why = "is about another device than its name says";
		return -EBADMSG;
	}
	return 0;
}

static int take(struct definitions *definitions, const struct definition *definition)
{
	int r;

	r = make_room(definitions);
	if (r >= 0)
		insert(definitions, definition);
	return r;
}

int definitions_keep(struct definitions *definitions, const struct definitions *old,
		     const char *file)
{
	struct definition kept;
	size_t n;
	int r;

	for (n = 0; n < old->count; n++)
		if (strcmp(file_name(old->list[n].id).text, file) == 0)
			break;
	if (n == old->count)
		return 0;
	if (definitions->count >= LIMIT_DEFINITIONS)
		return -ENOBUFS;
	kept = old->list[n];
	kept.is_kept = true;
	r = take(definitions, &kept);
	return r < 0 ? r : 1;
}

int definitions_load(struct definitions *definitions, definitions_bad_t bad, void *userdata)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct definition definition;
	const char *why, *suffix;
	struct dirent *entry;
	int r;

	dir = definitions->directory ? opendir(definitions->directory) : NULL;
	if (!dir)
		return !definitions->directory || errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir))) {
		suffix = strrchr(entry->d_name, '.');
		if (!suffix || strcmp(suffix, DEFINITION_SUFFIX) != 0)
			continue;
		definition = (struct definition){};
		r = load_file(dirfd(dir), entry->d_name, &definition, &why);
		if (r >= 0 && definitions->count >= LIMIT_DEFINITIONS) {
			r = -ENOBUFS;
			why = "is one too many";
		}
		if (r < 0) {
			bad(entry->d_name, why, userdata);
			continue;
		}
		r = take(definitions, &definition);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- writing ---- */

static int open_directory(const char *directory, int *ret)
{
	int fd;

	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret = fd;
	return 0;
}

static int write_file(int dir_fd, const struct definition *definition)
{
	char device[CCW_ID_STRING_SIZE], text[128];

	snprintf(text, sizeof(text),
		 "{\n  \"version\": %d,\n  \"device\": \"%s\",\n  \"autostart\": %s\n}\n",
		 DEFINITION_VERSION, ccw_id_format(definition->id, device),
		 definition->is_autostart ? "true" : "false");
	return io_replace_durable_at(dir_fd, file_name(definition->id).text, text, DEFINITION_MODE);
}

static int explain(const struct definitions *definitions, struct ccw_id id, int r,
		   struct fault *fault)
{
	/* the unit lets us write to the directory that was there when we started */
	const char *hint = r == -EROFS ? "; if that directory was made anew meanwhile: systemctl "
					 "restart ccwbrokerd, which ends no lease"
				       : "";

	return fault_set(fault, FAULT_DEFINITION_FAILED,
			 "%s/%s cannot be changed, and all stays as it was: %s%s",
			 definitions->directory ?: "(no directory)", file_name(id).text,
			 strerror(-r), hint);
}

static int explain_fleeting(const struct definitions *definitions, struct ccw_id id, int error,
			    struct fault *fault)
{
	return fault_set(fault, FAULT_DEFINITION_FAILED,
			 "%s/%s is changed, and a loss of power may undo that: %s",
			 definitions->directory, file_name(id).text, strerror(error));
}

/* A file that is there without being known is somebody else's. */
static int check_foreign(const struct definitions *definitions, int dir_fd, struct ccw_id id,
			 struct fault *fault)
{
	struct name name = file_name(id);
	struct stat st;

	if (fstatat(dir_fd, name.text, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : explain(definitions, id, -errno, fault);
	return fault_set(fault, FAULT_DEFINITION_FAILED,
			 "%s/%s is there, and is no definition that this daemon has read: see the "
			 "journal, move it away, and try again",
			 definitions->directory, name.text);
}

int definitions_check(const struct definitions *definitions, struct ccw_id id, struct fault *fault)
{
	if (definitions->count < LIMIT_DEFINITIONS || definitions_find(definitions, id))
		return 0;
	return fault_set(fault, FAULT_LIMITS_EXCEEDED,
			 "%d devices are defined, and there cannot be more", LIMIT_DEFINITIONS);
}

int definitions_set(struct definitions *definitions, const struct definition *definition,
		    struct fault *fault)
{
	struct definition *known = find(definitions, definition->id);
	_cleanup_close_ int fd = -1;
	int r;

	r = definitions_check(definitions, definition->id, fault);
	if (r < 0)
		return r;
	r = definitions->directory ? open_directory(definitions->directory, &fd) : -ENOENT;
	if (r < 0)
		return explain(definitions, definition->id, r, fault);
	if (!known || known->is_kept) {
		r = check_foreign(definitions, fd, definition->id, fault);
		if (r < 0)
			return r;
	}
	r = known ? 0 : make_room(definitions);
	if (r < 0)
		return r;
	r = write_file(fd, definition);
	if (r < 0)
		return explain(definitions, definition->id, r, fault);
	if (known)
		*known = *definition;
	else
		insert(definitions, definition);
	return r > 0 ? explain_fleeting(definitions, definition->id, errno, fault) : 0;
}

int definitions_remove(struct definitions *definitions, struct ccw_id id, struct fault *fault)
{
	struct definition *known = find(definitions, id);
	char text[CCW_ID_STRING_SIZE];
	_cleanup_close_ int fd = -1;
	int r;

	if (!known)
		return fault_set(fault, FAULT_NOT_DEFINED, "%s is not defined",
				 ccw_id_format(id, text));
	r = open_directory(definitions->directory, &fd);
	if (r >= 0 && known->is_kept) {
		r = check_foreign(definitions, fd, id, fault);
		if (r < 0)
			return r;
	}
	/* one that somebody has removed by hand is gone all the same */
	if (r >= 0 && unlinkat(fd, file_name(id).text, 0) < 0 && errno != ENOENT)
		r = -errno;
	if (r < 0)
		return explain(definitions, id, r, fault);
	definitions->count--;
	memmove(known, known + 1,
		(size_t)(&definitions->list[definitions->count] - known) * sizeof(*known));
	return fsync(fd) < 0 ? explain_fleeting(definitions, id, errno, fault) : 0;
}
