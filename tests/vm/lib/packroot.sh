# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# A Debian for s390x in which packages are built, its programs run by qemu-user. Packages are
# unpacked, and noted as installed, but not configured: that would take many minutes under qemu-user,
# and a compiler needs none of it.

readonly PACKROOT_SUITE=trixie
readonly PACKROOT_PACKAGES=(autoconf automake bash binutils build-essential ccache coreutils debhelper
	dh-dkms diffutils dpkg-dev findutils gawk grep gzip hostname libc-bin libjson-c-dev
	libsystemd-dev libtool login make ncurses-bin perl pkgconf sed sysvinit-utils tar util-linux
	xz-utils)
readonly PACKROOT_EXCLUDE=(--exclude='./usr/share/doc*' --exclude='./usr/share/man*'
	--exclude='./usr/share/locale*' --exclude='./usr/share/info*' --exclude='*/lto1'
	--exclude='*-lto-dump-*' --exclude='*/cc1plus' --exclude='./usr/share/i18n*')

# Sets PACKROOT, which nobody writes to.
packroot_ensure() {
	need_commands arch-test=arch-test unshare=util-linux
	((EUID == 0)) || die "packages for s390x are built by root only: their programs run in a root of their own"
	binfmt_ensure
	cache_entry packroot "$(hash_of "$PACKROOT_SUITE" "${PACKROOT_PACKAGES[@]}" \
		"${PACKROOT_EXCLUDE[@]}" "$(code_of packroot_build fetch_note fetch_unpack)")" \
		"fetching a Debian $PACKROOT_SUITE for s390x that builds packages" packroot_build
	PACKROOT=$ENTRY/root
}

packroot_build() {
	local root=$1/root apt=$1/apt name
	fetch_setup "$apt" "$PACKROOT_SUITE"
	fetch_retry "$apt" install --download-only "${PACKROOT_PACKAGES[@]}"
	fetch_unpack "$apt" "$root" "${PACKROOT_EXCLUDE[@]}"
	fetch_note "$apt" "$root/var/lib/dpkg"
	rm -rf "$apt"
	for name in automake aclocal; do
		ln -sfn "$(basename "$(echo "$root/usr/bin/$name"-*)")" "$root/usr/bin/$name"
	done
	for name in gcc s390x-linux-gnu-gcc; do
		ln -sfn ../../bin/ccache "$root/usr/lib/ccache/$name"
	done
	ln -sfn gawk "$root/usr/bin/awk"
	ln -sfn bash "$root/usr/bin/sh"
	ln -sfn debian "$root/etc/dpkg/origins/default" # by which dpkg knows its compiler flags
	echo 'root:x:0:0:root:/root:/bin/bash' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	mkdir -p "$root"/{build,ccache,dev,proc,tmp}
}

# packroot_run DIR COMMAND...: runs it there, with DIR, which it may write to, as /build, and the
# compiler behind ccache (lib/compiler.sh).
packroot_run() {
	mkdir -p "$CCACHE_DIR"
	# shellcheck disable=SC2016 # the inner shell's own variables
	unshare --mount bash -euc '
		root=$1
		mount --rbind /dev "$root/dev"
		mount --rbind /proc "$root/proc"
		mount -t tmpfs tmpfs "$root/tmp"
		mount --bind "$2" "$root/build"
		mount --bind "$3" "$root/ccache"
		shift 3
		exec chroot "$root" /usr/bin/env -i -C /build PATH=/usr/lib/ccache:/usr/sbin:/usr/bin \
			HOME=/tmp CCACHE_DIR=/ccache CCACHE_BASEDIR=/build LC_ALL=C.UTF-8 "$@"
		' packroot "$PACKROOT" "$1" "$CCACHE_DIR" "${@:2}"
}
