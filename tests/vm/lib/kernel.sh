# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The kernel of the emulated machine and what it takes to build modules for it. A cache entry
# holds vmlinuz, root/usr/lib/modules/VERSION with plain modules, headers/ to build against,
# and the file version.

# The stock kernel, Debian 12's backport: its build tools run on Debian 12's libc and on every
# newer one.
readonly KERNEL_SUITE=bookworm-backports
# What a machine may need before it has a disk, and the drivers of the devices we broker.
KERNEL_MODULES=(vfio vfio_iommu_type1 tape tape_34xx tape_3590 dasd_mod dasd_eckd_mod
	dasd_fba_mod fs3270 virtio_blk virtio_net ext4 overlay loop dm_mod virtio_rng)

# Sets KERNEL to the entry of the kernel of KERNEL_KIND, KERNEL_VERSION, and KERNEL_MODULES to those
# that it has. The kernel of iommufd is the stock one.
kernel_ensure() {
	need_commands xz=xz-utils depmod=kmod \
		s390x-linux-gnu-strip=binutils-s390x-linux-gnu
	if kernel_is_newest; then
		newest_ensure "$KERNEL_KIND"
	else
		kernel_stock_ensure
	fi
}

kernel_stock_ensure() {
	cache_entry kernel "$(hash_of "$KERNEL_SUITE" \
		"$(code_of kernel_build kernel_modules kernel_headers)")" \
		"fetching the s390x kernel of $KERNEL_SUITE" kernel_build
	KERNEL=$ENTRY
	KERNEL_VERSION=$(<"$KERNEL/version")
}

# Is it one of newest.sh, for which modules are built in a root of its release?
kernel_is_newest() {
	[[ ${KERNEL_KIND:-stock} =~ ^(newest|next)$ ]]
}

# kernel_make SOURCES ARG...: make in a directory of module sources, against the kernel's headers.
kernel_make() {
	local sources=$1 cross=s390x-linux-gnu-
	local options=(ARCH=s390 "CROSS_COMPILE=$cross" "CC=${cross}gcc"
		CONFIG_DEBUG_INFO_BTF_MODULES= -j "$(nproc)")
	shift
	if kernel_is_newest; then
		buildroot_run "$KERNEL" "$sources" \
			make -C /mnt/src KDIR=/mnt/kernel/headers "${options[@]}" "$@"
	else
		make -C "$sources" KDIR="$KERNEL/headers" "${options[@]}" "$@"
	fi
}

kernel_build() {
	local dir=$1 version
	fetch_setup "$dir/apt" "$KERNEL_SUITE"
	fetch_retry "$dir/apt" update
	version=$(APT_CONFIG=$dir/apt/apt.conf apt-cache depends linux-headers-s390x |
		sed -n 's/.*Depends: linux-headers-//p')
	[[ -n $version ]] || die "no linux-headers-s390x in $KERNEL_SUITE on $MIRROR"
	fetch_retry "$dir/apt" download "linux-image-$version:s390x" \
		"linux-headers-$version:s390x" "linux-headers-${version%-s390x}-common" \
		"linux-kbuild-${version%-s390x}:amd64"
	fetch_unpack "$dir/apt" "$dir/all"
	rm -rf "$dir/apt"
	echo "$version" >"$dir/version"
	mv "$dir/all/boot/vmlinuz-$version" "$dir/vmlinuz"
	kernel_modules "$dir" "$version"
	kernel_headers "$dir" "$version"
	rm -rf "$dir/all"
}

# Modules are unpacked and lose their signatures here, once: to unpack one and to check its
# signature takes the emulated machine seconds.
kernel_modules() {
	local dir=$1 version=$2
	mkdir -p "$dir/root/usr/lib/modules"
	mv "$dir/all/usr/lib/modules/$version" "$dir/root/usr/lib/modules/"
	rm -f "$dir/root/usr/lib/modules/$version"/{build,source}
	find "$dir/root/usr/lib/modules" -name '*.ko.xz' -exec xz -d {} +
	find "$dir/root/usr/lib/modules" -name '*.ko' -exec s390x-linux-gnu-strip -g {} +
	ln -sfn usr/lib "$dir/root/lib"
	depmod -b "$dir/root" "$version"
}

# The packages expect to live in /usr/src; only the makefile that says so needs a change.
kernel_headers() {
	local dir=$1 version=$2
	mkdir -p "$dir/usr/lib"
	mv "$dir/all/usr/src" "$dir/usr/src"
	mv "$dir/all/usr/lib/linux-kbuild-${version%-s390x}" "$dir/usr/lib/"
	# shellcheck disable=SC2016 # make's own variables
	printf 'include $(dir $(lastword $(MAKEFILE_LIST)))../linux-headers-%s-common/Makefile\n' \
		"${version%-s390x}" >"$dir/usr/src/linux-headers-$version/Makefile"
	ln -s "usr/src/linux-headers-$version" "$dir/headers"
}

# kernel_module_files NAME...: the files of the modules and of those they need, in load order.
kernel_module_files() {
	local name
	for name; do
		modprobe -d "$KERNEL/root" -S "$KERNEL_VERSION" --show-depends "$name" 2>/dev/null ||
			say "this kernel has no module $name"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# kernel_copy_modules INTO NAME...: those modules below INTO, ready for modprobe.
kernel_copy_modules() {
	local into=$1 file from=$KERNEL/root/usr/lib/modules/$KERNEL_VERSION
	local to=$1/usr/lib/modules/$KERNEL_VERSION
	shift
	mkdir -p "$to"
	kernel_module_files "$@" | while IFS= read -r file; do
		file=$(realpath "$file")
		install -D -m 644 "$file" "$to/${file#"$(realpath "$from")"/}"
	done
	cp "$from"/modules.{builtin,builtin.modinfo,order} "$to/"
	depmod -b "$into" "$KERNEL_VERSION" 2>/dev/null
}
