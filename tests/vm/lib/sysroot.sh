# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Trixie's s390x headers and libraries, unpacked: what our programs for the emulated machine are
# cross-built against, where qemu-user finds libraries to run them on this host, and where dpkg is told
# (ld.so.conf, dpkg/) which package a library is in.

readonly SYSROOT_SUITE=trixie
readonly SYSROOT_PACKAGES=(check libc6-dev libjson-c-dev libsubunit-dev libsystemd-dev
	libgcc-s1 linux-libc-dev)

# Sets SYSROOT.
sysroot_ensure() {
	cache_entry sysroot "$(hash_of "$SYSROOT_SUITE" "${SYSROOT_PACKAGES[@]}" \
		"$(code_of sysroot_build sysroot_links fetch_note fetch_unpack)")" \
		"fetching the s390x libraries of $SYSROOT_SUITE" sysroot_build
	SYSROOT=$ENTRY
}

sysroot_build() {
	local root=$1 apt=$1.apt final=${1%.part}
	fetch_setup "$apt" "$SYSROOT_SUITE"
	fetch_retry "$apt" install --download-only "${SYSROOT_PACKAGES[@]}"
	fetch_unpack "$apt" "$root" --exclude='./usr/share/doc*' --exclude='./usr/share/man*' \
		--exclude='./usr/share/locale*' --exclude='./usr/share/info*'
	fetch_note "$apt" "$root/dpkg" "$final"
	echo "$final/usr/lib/s390x-linux-gnu" >"$root/ld.so.conf"
	rm -rf "$apt"
	sysroot_links "$root"
}

# Absolute links would lead out of the sysroot.
sysroot_links() {
	local root=$1 link target
	find "$root/usr/lib" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
		target=$(readlink "$link")
		ln -sfnr "$root$target" "$link"
	done
}
