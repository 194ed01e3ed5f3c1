/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from a bound device to its VFIO fds, and makes sure that every node it opens is the
 * one sysfs names. Knows no lease.
 */
#include "vfio.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "io.h"
#include "names.h"
#include "node.h"

#define VFIO_CONTAINER_NODE "vfio/vfio"
#define VFIO_IOMMUFD_NODE   "iommu"
#define MISC_MAJOR_NUMBER   10
#define VFIO_MINOR_NUMBER   196

const char *vfio_fd_name(enum iommu iommu, unsigned int n)
{
	static const char *const by_group[] = { CCWB_FD_CONTAINER, CCWB_FD_GROUP, CCWB_FD_DEVICE };
	static const char *const by_iommufd[] = { CCWB_FD_IOMMUFD, CCWB_FD_DEVICE };

	_Static_assert(ARRAY_SIZE(by_group) <= VFIO_FDS_MAX, "callers have no more room");
	if (iommu == IOMMU_GROUP)
		return n < ARRAY_SIZE(by_group) ? by_group[n] : NULL;
	return n < ARRAY_SIZE(by_iommufd) ? by_iommufd[n] : NULL;
}

static int open_container(int dev_fd, int *ret_fd, struct fault *fault)
{
	_cleanup_close_ int fd = -1;
	int r;

	r = io_open_char_at(dev_fd, VFIO_CONTAINER_NODE,
			    makedev(MISC_MAJOR_NUMBER, VFIO_MINOR_NUMBER), &fd);
	if (r < 0)
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "cannot open /dev/" VFIO_CONTAINER_NODE
				 ": %s; is the module vfio loaded?",
				 strerror(-r));
	if (ioctl(fd, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "this kernel's VFIO has another version than %d",
				 VFIO_API_VERSION);
	if (ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1)
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "VFIO has no type1v2 IOMMU; run: modprobe vfio_iommu_type1");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int open_group(struct sysfs *sysfs, int dev_fd, unsigned int group, int *ret_fd,
		      struct fault *fault)
{
	char path[32];
	dev_t node;
	int r;

	snprintf(path, sizeof(path), "vfio/%u", group);
	r = sysfs_read_group_node(sysfs, group, &node);
	if (r >= 0)
		r = io_open_char_at(dev_fd, path, node, ret_fd);
	if (r == -EBUSY)
		return fault_set(fault, FAULT_DEVICE_IN_USE,
				 "/dev/%s is already open in another program", path);
	if (r < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "cannot open /dev/%s: %s", path,
				 strerror(-r));
	return 0;
}

static int join(int container, int group, const char *name, struct fault *fault)
{
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
		return fault_set(fault, FAULT_BIND_FAILED,
				 "VFIO does not let the group of %s into a container: %s", name,
				 strerror(errno));
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "VFIO does not set an IOMMU for %s: %s",
				 name, strerror(errno));
	return 0;
}

static int open_by_group(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site,
			 int *ret_fds, struct fault *fault)
{
	_cleanup_close_ int container = -1, group = -1;
	const char *name = site->name;
	unsigned int number;
	int device, r;

	r = sysfs_read_group(sysfs, site, &number);
	if (r < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "%s has no VFIO group: %s", name,
				 strerror(-r));
	r = open_container(dev_fd, &container, fault);
	if (r < 0)
		return r;
	r = open_group(sysfs, dev_fd, number, &group, fault);
	if (r < 0)
		return r;
	r = join(container, group, name, fault);
	if (r < 0)
		return r;
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
	if (device < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "%s does not go online: %s", name,
				 strerror(errno));
	ret_fds[0] = TAKE_FD(container);
	ret_fds[1] = TAKE_FD(group);
	ret_fds[2] = device;
	return 3;
}

static int no_iommufd(struct fault *fault, const char *what, int error)
{
	return fault_set(
		fault, FAULT_NOT_SUPPORTED,
		"this kernel has no %s for iommufd: %s; leave out the option " CCWB_OPTION_IOMMU
		", or give it as \"auto\" or \"group\"",
		what, strerror(-error));
}

static int open_by_iommufd(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site,
			   int *ret_fds, struct fault *fault)
{
	_cleanup_close_ int iommufd = -1;
	char path[IOMMU_PATH_SIZE];
	unsigned int number;
	dev_t node;
	int r;

	r = sysfs_read_iommufd_node(sysfs, &node);
	if (r >= 0)
		r = io_open_char_at(dev_fd, VFIO_IOMMUFD_NODE, node, &iommufd);
	if (r < 0)
		return no_iommufd(fault, "node /dev/" VFIO_IOMMUFD_NODE, r);
	r = sysfs_read_device_node(sysfs, site, &number, &node);
	if (r < 0)
		return no_iommufd(fault, "node of the device", r);
	snprintf(path, sizeof(path), "vfio/devices/vfio%u", number);
	r = io_open_char_at(dev_fd, path, node, &ret_fds[1]);
	if (r < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "cannot open /dev/%s: %s", path,
				 strerror(-r));
	ret_fds[0] = TAKE_FD(iommufd);
	return 2;
}

int vfio_check(struct sysfs *sysfs, enum iommu wanted, struct fault *fault)
{
	dev_t node;
	int r;

	if (wanted != IOMMU_IOMMUFD)
		return 0;
	r = sysfs_read_iommufd_node(sysfs, &node);
	return r < 0 ? no_iommufd(fault, "node /dev/" VFIO_IOMMUFD_NODE, r) : 0;
}

static enum iommu choose(struct sysfs *sysfs, const struct sysfs_site *site, enum iommu wanted)
{
	unsigned int number;
	dev_t node;

	if (wanted != IOMMU_AUTO)
		return wanted;
	return sysfs_read_iommufd_node(sysfs, &node) >= 0 &&
			       sysfs_read_device_node(sysfs, site, &number, &node) >= 0
		       ? IOMMU_IOMMUFD
		       : IOMMU_GROUP;
}

int vfio_open(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site, enum iommu wanted,
	      int ret_fds[static VFIO_FDS_MAX], unsigned int *ret_n, enum iommu *ret_iommu,
	      struct fault *fault)
{
	enum iommu iommu = choose(sysfs, site, wanted);
	int n;

	if (iommu == IOMMU_GROUP)
		n = open_by_group(sysfs, dev_fd, site, ret_fds, fault);
	else
		n = open_by_iommufd(sysfs, dev_fd, site, ret_fds, fault);
	if (n < 0)
		return n;
	*ret_n = (unsigned int)n;
	*ret_iommu = iommu;
	return 0;
}

/* The node of its group, relative to /dev. */
static int find_group(struct sysfs *sysfs, const struct sysfs_site *site,
		      char path[static IOMMU_PATH_SIZE], dev_t *ret)
{
	unsigned int number;
	int r;

	r = sysfs_read_group(sysfs, site, &number);
	if (r < 0)
		return r;
	snprintf(path, IOMMU_PATH_SIZE, "vfio/%u", number);
	return sysfs_read_group_node(sysfs, number, ret);
}

int vfio_share(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site, uid_t uid,
	       struct fault *fault)
{
	char path[IOMMU_PATH_SIZE] = "vfio";
	_cleanup_close_ int container = -1;
	dev_t node;
	int r;

	r = open_container(dev_fd, &container,
			   fault); /* or there would be nothing to open it for */
	if (r < 0)
		return r;
	r = find_group(sysfs, site, path, &node);
	if (r < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "%s has no VFIO group: %s", site->name,
				 strerror(-r));
	r = node_share(dev_fd, path, node, uid);
	if (r == -EOPNOTSUPP)
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "/dev/%s cannot be shared: /dev has no access control lists",
				 path);
	if (r < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "cannot give access to /dev/%s: %s",
				 path, strerror(-r));
	return 0;
}

int vfio_unshare(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site)
{
	char path[IOMMU_PATH_SIZE];
	dev_t node;
	int r;

	r = find_group(sysfs, site, path, &node);
	return r < 0 ? r : node_close(dev_fd, path, node);
}

int vfio_node_path(struct sysfs *sysfs, const struct sysfs_site *site, enum iommu iommu,
		   char ret[static IOMMU_PATH_SIZE])
{
	unsigned int number;
	dev_t node;
	int r;

	if (iommu == IOMMU_GROUP)
		r = sysfs_read_group(sysfs, site, &number);
	else
		r = sysfs_read_device_node(sysfs, site, &number, &node);
	if (r < 0)
		return r;
	snprintf(ret, IOMMU_PATH_SIZE,
		 iommu == IOMMU_GROUP ? "/dev/vfio/%u" : "/dev/vfio/devices/vfio%u", number);
	return 0;
}
