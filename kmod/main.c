// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * ccwbroker: claimed ccw devices as mediated VFIO devices. Module init and exit.
 */
#include <linux/module.h>

#include "ccw-drv.h"
#include "claim.h"
#include "vfio-dev.h"

static int __init ccwbroker_init(void)
{
	int ret;

	ret = vfio_dev_ends_init();
	if (ret)
		return ret;
	ret = ccw_drv_register();
	if (ret)
		vfio_dev_ends_exit();
	return ret;
}

static void __exit ccwbroker_exit(void)
{
	ccw_drv_unregister();
	vfio_dev_ends_exit();
	claim_clear();
}

module_init(ccwbroker_init);
module_exit(ccwbroker_exit);
MODULE_DESCRIPTION("Channel devices as VFIO devices for ccwbrokerd");
MODULE_LICENSE("GPL");
