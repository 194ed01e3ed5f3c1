// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The claim list behind the driver attribute `claim`.
 */
#include <linux/device/driver.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <asm/ccwdev.h>

#include "claim.h"
#include "limits.h"

struct claim {
	struct list_head node;
	struct ccw_dev_id id;
};

static DEFINE_MUTEX(claim_mutex); /* guards the two below */
static LIST_HEAD(claims);
static unsigned int n_claims;

static struct claim *claim_find(const struct ccw_dev_id *id)
{
	struct claim *claim;

	lockdep_assert_held(&claim_mutex);
	list_for_each_entry(claim, &claims, node)
		if (ccw_dev_id_is_equal(&claim->id, (struct ccw_dev_id *)id))
			return claim;
	return NULL;
}

bool claim_has(const struct ccw_dev_id *id)
{
	bool has;

	mutex_lock(&claim_mutex);
	has = claim_find(id);
	mutex_unlock(&claim_mutex);
	return has;
}

static int claim_add(const struct ccw_dev_id *id)
{
	struct claim *claim;

	if (claim_find(id))
		return 0;
	if (n_claims >= CLAIMS_MAX)
		return -ENOSPC;
	claim = kzalloc(sizeof(*claim), GFP_KERNEL);
	if (!claim)
		return -ENOMEM;
	claim->id = *id;
	list_add_tail(&claim->node, &claims);
	n_claims++;
	return 0;
}

static int claim_remove(const struct ccw_dev_id *id)
{
	struct claim *claim = claim_find(id);

	if (!claim)
		return -ENOENT;
	list_del(&claim->node);
	kfree(claim);
	n_claims--;
	return 0;
}

void claim_clear(void)
{
	struct claim *claim, *next;

	mutex_lock(&claim_mutex);
	list_for_each_entry_safe(claim, next, &claims, node)
		claim_remove(&claim->id);
	mutex_unlock(&claim_mutex);
}

/* "C.S.DDDD" with up to 2, 1 and exactly 4 hex digits, as the bus names its devices. */
static int claim_parse(const char *text, struct ccw_dev_id *ret)
{
	unsigned int cssid, ssid, devno;
	int end = 0;

	if (sscanf(text, "%2x.%1x.%4x%n", &cssid, &ssid, &devno, &end) != 3 || text[end])
		return -EINVAL;
	if (strrchr(text, '.') != text + end - 5 || cssid || ssid > 3)
		return -EINVAL;
	ret->ssid = ssid;
	ret->devno = devno;
	return 0;
}

static ssize_t claim_store(struct device_driver *drv, const char *buf, size_t count)
{
	bool remove = buf[0] == '-';
	struct ccw_dev_id id = {};
	char text[16];
	int ret;

	if (strscpy(text, buf + remove, sizeof(text)) < 0)
		return -EINVAL;
	ret = claim_parse(strim(text), &id);
	if (ret)
		return ret;

	mutex_lock(&claim_mutex);
	ret = remove ? claim_remove(&id) : claim_add(&id);
	mutex_unlock(&claim_mutex);
	return ret ?: count;
}

static ssize_t claim_show(struct device_driver *drv, char *buf)
{
	struct claim *claim;
	int at = 0;

	mutex_lock(&claim_mutex);
	list_for_each_entry(claim, &claims, node)
		at += sysfs_emit_at(buf, at, "0.%x.%04x\n", claim->id.ssid, claim->id.devno);
	mutex_unlock(&claim_mutex);
	return at;
}
static DRIVER_ATTR_RW(claim);

static struct attribute *claim_attrs[] = {
	&driver_attr_claim.attr,
	NULL,
};

static const struct attribute_group claim_group = {
	.attrs = claim_attrs,
};

const struct attribute_group *claim_groups[] = {
	&claim_group,
	NULL,
};
