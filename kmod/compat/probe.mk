# SPDX-License-Identifier: GPL-2.0-only
# Copyright the ccwbroker authors
#
# Feature probes of the kernel's headers, each with the change it detects.

# v6.19: GET_REGION_INFO became an op of its own.
ifneq ($(shell grep -s get_region_info_caps $(srctree)/include/linux/vfio.h),)
ccflags-y += -DCOMPAT_HAS_REGION_INFO_OP
endif
