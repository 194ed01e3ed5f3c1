# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Parts of the source of the kernel that KERNEL holds, for what Debian leaves out of it and the
# test bed wants to have. Knows where the source comes from, not what is built of it.

# All that anyone builds from; the whole would be 1.5 GB.
readonly SOURCE_PARTS=(drivers/iommu drivers/s390 drivers/vfio lib/interval_tree.c scripts/checkpatch.pl
	scripts/const_structs.checkpatch scripts/spelling.txt)

# Sets SOURCE to a directory that holds those parts, laid out as in the kernel's source. It is
# not to be written to: copy what a build needs.
source_ensure() {
	cache_entry source "$(hash_of "$(source_version)" "${SOURCE_PARTS[@]}" \
		"$(code_of source_build)")" "fetching parts of the kernel's source" \
		source_build "$(source_version)"
	SOURCE=$ENTRY
}

# The version of the package that the kernel's headers are from.
source_version() {
	sed -n 's/.*" Debian \(.*\)"$/\1/p' "$KERNEL/headers/include/generated/package.h"
}

source_build() {
	local dir=$1 version=$2 name
	name=linux-source-$(cut -d. -f1,2 <<<"$version")
	fetch_setup "$dir/apt" "$KERNEL_SUITE"
	fetch_retry "$dir/apt" update
	APT_CONFIG=$dir/apt/apt.conf apt-cache show "$name=$version" >/dev/null 2>&1 ||
		die "$MIRROR has no $name $version any more; remove $KERNEL, so that the next" \
			"run takes the kernel it has"
	fetch_retry "$dir/apt" download "$name=$version"
	dpkg-deb --fsys-tarfile "$dir"/apt/cache/archives/*.deb |
		tar -xO --wildcards "./usr/src/$name.tar.*" |
		tar -xJ -C "$dir" --strip-components=1 "${SOURCE_PARTS[@]/#/$name/}"
	rm -rf "$dir/apt"
}
