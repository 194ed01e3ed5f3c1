# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# What Debian's s390x kernel leaves out: iommufd, and a VFIO with devices of their own under
# /dev/vfio/devices. Built from the source of that very kernel as modules that go before its own;
# everything else of the kernel stays. Knows nothing of our module.

# A VFIO driver has to see the same structures as VFIO itself.
readonly IOMMUFD_DEFINES="-DCONFIG_IOMMUFD_MODULE=1 -DCONFIG_VFIO_DEVICE_CDEV=1"
readonly IOMMUFD_MODULES=(iommufd vfio vfio_iommu_type1)

# Sets IOMMUFD to a directory with those modules and Module.symvers.
iommufd_ensure() {
	source_ensure
	cache_entry iommufd "$(hash_of "$(basename "$KERNEL")" "$(basename "$SOURCE")" \
		"$IOMMUFD_DEFINES" "$(code_of iommufd_build iommufd_kbuild)")" \
		"building iommufd and a VFIO that knows it" iommufd_build
	IOMMUFD=$ENTRY
}

# iommufd_kbuild DIR: the makefile for the sources in DIR.
iommufd_kbuild() {
	local sources
	sources=$(cd "$1" && echo iommu/iommufd/*.c)
	cat <<-EOF
		ccflags-y := $IOMMUFD_DEFINES
		obj-m := iommufd.o vfio.o vfio/vfio_iommu_type1.o
		iommufd-y := ${sources//.c/.o} interval_tree.o
		vfio-y := vfio/vfio_main.o vfio/group.o vfio/container.o vfio/virqfd.o
		vfio-y += vfio/iommufd.o vfio/device_cdev.o
		CFLAGS_interval_tree.o := -DCONFIG_INTERVAL_TREE_SPAN_ITER=1
	EOF
}

iommufd_build() {
	local dir=$1 src=$1/src name
	mkdir -p "$src"
	cp -r "$SOURCE/drivers/iommu" "$SOURCE/drivers/vfio" "$src/"
	# For drivers that track dirty pages, and for tests.
	rm -f "$src"/iommu/iommufd/{iova_bitmap,selftest}.c
	# The kernel exports the rest of this file, so these stay within the module.
	sed '/^EXPORT_SYMBOL/d' "$SOURCE/lib/interval_tree.c" >"$src/interval_tree.c"
	iommufd_kbuild "$src" >"$src/Kbuild"
	make -C "$KERNEL/headers" M="$src" ARCH=s390 CROSS_COMPILE=s390x-linux-gnu- \
		CC=s390x-linux-gnu-gcc CONFIG_DEBUG_INFO_BTF_MODULES= -j "$(nproc)" modules \
		>"$dir/log" 2>&1 || {
		tail -n 30 "$dir/log" >&2
		die "building iommufd failed"
	}
	for name in "${IOMMUFD_MODULES[@]}"; do
		find "$src" -name "$name.ko" -exec s390x-linux-gnu-strip -g -o "$dir/$name.ko" {} \;
	done
	sed "s|$src/||" "$src/Module.symvers" >"$dir/Module.symvers"
	rm -rf "$src" "$dir/log"
}
