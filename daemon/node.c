/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the access control lists of device nodes. Owner and mode stay root's: to set a list takes no
 * capability, and the service has none. Knows no device and no lease.
 */
#include "node.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define ACL_ATTRIBUTE	"system.posix_acl_access"
#define ACL_ENTRIES_MAX 5
#define ACL_MAY_OPEN	(ACL_READ | ACL_WRITE)

struct acl {
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entries[ACL_ENTRIES_MAX];
	unsigned int n;
};

static void acl_add(struct acl *acl, uint16_t tag, uint16_t permissions, uint32_t id)
{
	acl->entries[acl->n++] = (struct posix_acl_xattr_entry){
		.e_tag = htole16(tag),
		.e_perm = htole16(permissions),
		.e_id = htole32(id),
	};
}

/* In the order that the kernel asks for. Without uid what is left is no more than a mode. */
static void acl_init(struct acl *acl, const uid_t *uid)
{
	*acl = (struct acl){ .header.a_version = htole32(POSIX_ACL_XATTR_VERSION) };
	acl_add(acl, ACL_USER_OBJ, ACL_MAY_OPEN, (uint32_t)ACL_UNDEFINED_ID);
	if (uid)
		acl_add(acl, ACL_USER, ACL_MAY_OPEN, *uid);
	acl_add(acl, ACL_GROUP_OBJ, 0, (uint32_t)ACL_UNDEFINED_ID);
	if (uid)
		acl_add(acl, ACL_MASK, ACL_MAY_OPEN, (uint32_t)ACL_UNDEFINED_ID);
	acl_add(acl, ACL_OTHER, 0, (uint32_t)ACL_UNDEFINED_ID);
}

static int acl_apply(const struct acl *acl, int dir_fd, const char *path, dev_t device)
{
	_cleanup_close_ int fd = openat(dir_fd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char same[64];
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != device)
		return -ENODEV;
	/* nothing can be set by an fd that is only a path, but by its name in /proc it can */
	snprintf(same, sizeof(same), "/proc/self/fd/%d", fd);
	if (setxattr(same, ACL_ATTRIBUTE, acl,
		     sizeof(acl->header) + acl->n * sizeof(acl->entries[0]), 0) < 0)
		return -errno;
	return 0;
}

int node_share(int dir_fd, const char *path, dev_t device, uid_t uid)
{
	struct acl acl;

	acl_init(&acl, &uid);
	return acl_apply(&acl, dir_fd, path, device);
}

int node_close(int dir_fd, const char *path, dev_t device)
{
	struct acl acl;

	acl_init(&acl, NULL);
	return acl_apply(&acl, dir_fd, path, device);
}
