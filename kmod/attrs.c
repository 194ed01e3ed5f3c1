// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The attributes of a bound device: text in, text out.
 */
#include <linux/err.h>
#include <linux/hex.h>
#include <linux/kobject.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <asm/ccwdev.h>

#include "attrs.h"
#include "danger.h"
#include "vfio-dev.h"

#define ATTRS_COMMANDS_SIZE 32

/* The directory is a child of the device's; it is gone before the device loses its data. */
static struct vfio_dev *attrs_dev(struct kobject *kobj)
{
	return dev_get_drvdata(kobj_to_dev(kobj->parent));
}

static ssize_t open_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(attrs_dev(kobj)->request.is_open));
}
static struct kobj_attribute open_attr = __ATTR_RO(open);

static ssize_t fds_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", vfio_dev_fds(attrs_dev(kobj)));
}
static struct kobj_attribute fds_attr = __ATTR_RO(fds);

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct request *req = &attrs_dev(kobj)->request;

	if (READ_ONCE(req->is_revoked))
		return sysfs_emit(buf, "revoked\n");
	return sysfs_emit(buf, "%s\n", READ_ONCE(req->is_open) ? "open" : "closed");
}
static struct kobj_attribute state_attr = __ATTR_RO(state);

static ssize_t revoke_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			    size_t count)
{
	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	vfio_dev_revoke(attrs_dev(kobj));
	return count;
}
static struct kobj_attribute revoke_attr = __ATTR_WO(revoke);

static ssize_t commands_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	u8 commands[ATTRS_COMMANDS_SIZE];

	request_get_commands(&attrs_dev(kobj)->request, commands);
	return sysfs_emit(buf, "%*phN\n", ATTRS_COMMANDS_SIZE, commands);
}

static ssize_t commands_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			      size_t count)
{
	u8 commands[ATTRS_COMMANDS_SIZE];
	size_t digits = count;
	int ret;

	if (digits && buf[digits - 1] == '\n')
		digits--;
	if (digits != 2 * ATTRS_COMMANDS_SIZE || hex2bin(commands, buf, ATTRS_COMMANDS_SIZE))
		return -EINVAL;
	ret = request_set_commands(&attrs_dev(kobj)->request, commands);
	return ret ?: count;
}
static struct kobj_attribute commands_attr = __ATTR_RW(commands);

static ssize_t commands_bound_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	u8 commands[ATTRS_COMMANDS_SIZE];

	danger_commands(attrs_dev(kobj)->cdev, commands);
	return sysfs_emit(buf, "%*phN\n", ATTRS_COMMANDS_SIZE, commands);
}
static struct kobj_attribute commands_bound_attr = __ATTR_RO(commands_bound);

#define ATTRS_STAT(field)                                                                          \
	static ssize_t field##_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)  \
	{                                                                                          \
		return sysfs_emit(buf, "%llu\n", READ_ONCE(attrs_dev(kobj)->request.stats.field)); \
	}                                                                                          \
	static struct kobj_attribute field##_attr = __ATTR_RO(field)

ATTRS_STAT(programs);
ATTRS_STAT(bytes_in);
ATTRS_STAT(bytes_out);
ATTRS_STAT(refused);
ATTRS_STAT(errors);
ATTRS_STAT(translate_ns);
ATTRS_STAT(pins);
ATTRS_STAT(pins_max);
ATTRS_STAT(registered);

static struct attribute *attrs_plain[] = {
	&open_attr.attr,
	&fds_attr.attr,
	&state_attr.attr,
	&revoke_attr.attr,
	&commands_attr.attr,
	&commands_bound_attr.attr,
	NULL,
};

static struct attribute *attrs_stats[] = {
	&programs_attr.attr,   &bytes_in_attr.attr,
	&bytes_out_attr.attr,  &refused_attr.attr,
	&errors_attr.attr,     &translate_ns_attr.attr,
	&pins_attr.attr,       &pins_max_attr.attr,
	&registered_attr.attr, NULL,
};

static const struct attribute_group attrs_plain_group = {
	.attrs = attrs_plain,
};

static const struct attribute_group attrs_stats_group = {
	.name = "stats",
	.attrs = attrs_stats,
};

static const struct attribute_group *attrs_groups[] = {
	&attrs_plain_group,
	&attrs_stats_group,
	NULL,
};

struct kobject *attrs_create(struct vfio_dev *dev)
{
	struct kobject *attrs;
	int ret;

	attrs = kobject_create_and_add("ccwbroker", &dev->cdev->dev.kobj);
	if (!attrs)
		return ERR_PTR(-ENOMEM);
	ret = sysfs_create_groups(attrs, attrs_groups);
	if (ret) {
		kobject_put(attrs);
		return ERR_PTR(ret);
	}
	return attrs;
}

void attrs_remove(struct kobject *attrs)
{
	sysfs_remove_groups(attrs, attrs_groups);
	kobject_del(attrs);
	kobject_put(attrs);
}
