# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The modules that only the benchmark needs, built against the test bed's kernel into its cache:
# our floor, and the peer, the kernel's own vfio_ccw and mdev, from Debian's source.

# What of the kernel's source the peer is built from.
readonly PEER_SOURCES=(drivers/s390/cio drivers/vfio/mdev)

module_make() {
	make -C "$KERNEL/headers" M="$1" ARCH=s390 CROSS_COMPILE=s390x-linux-gnu- \
		CC=s390x-linux-gnu-gcc CONFIG_DEBUG_INFO_BTF_MODULES= -j "$(nproc)" modules >"$1.log" 2>&1 || {
		tail -n 30 "$1.log" >&2
		die "building a module of the benchmark failed"
	}
	s390x-linux-gnu-strip -g "$1"/*.ko
}

# Sets FLOOR, the module's file.
floor_ensure() {
	cache_entry bench-floor "$(hash_of "$(basename "$KERNEL")" "$BENCH/floor/Kbuild" \
		"$BENCH/floor/floor.c" "$(code_of floor_build module_make)")" \
		"building the benchmark's floor" floor_build
	FLOOR=$ENTRY/ccwfloor.ko
}

floor_build() {
	mkdir "$1/build"
	cp "$BENCH"/floor/{Kbuild,floor.c} "$1/build/"
	module_make "$1/build"
	mv "$1/build/ccwfloor.ko" "$1/"
	rm -rf "$1/build" "$1/build.log"
}

# Sets PEER, the directory with mdev.ko and vfio_ccw.ko.
peer_ensure() {
	source_ensure
	cache_entry bench-peer "$(hash_of "$(basename "$KERNEL")" "$(basename "$SOURCE")" \
		"${PEER_SOURCES[@]}" "$(code_of peer_build peer_kbuild module_make)")" \
		"building the kernel's own vfio_ccw" peer_build
	PEER=$ENTRY
}

peer_build() {
	local build=$1/build part
	for part in "${PEER_SOURCES[@]}"; do
		mkdir -p "$build/${part%/*}"
		cp -r "$SOURCE/$part" "$build/$part"
	done
	peer_kbuild >"$build/Kbuild"
	module_make "$build"
	mv "$build"/{mdev,vfio_ccw}.ko "$1/"
	rm -rf "$build" "$build.log"
}

# The makefiles of these directories would build everything else there, too.
peer_kbuild() {
	cat <<-'EOF'
		ccflags-y += -DCONFIG_VFIO_MDEV_MODULE=1
		obj-m := mdev.o vfio_ccw.o
		mdev-y := $(addprefix drivers/vfio/mdev/mdev_, core.o sysfs.o driver.o)
		cio := drivers/s390/cio
		vfio_ccw-y := $(addprefix $(cio)/vfio_ccw_, drv.o cp.o ops.o fsm.o async.o trace.o chp.o)
		CFLAGS_$(cio)/vfio_ccw_trace.o := -I$(src)/$(cio)
	EOF
}
