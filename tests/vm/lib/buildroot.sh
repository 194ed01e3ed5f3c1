# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# A root of Debian's unstable release with what cross-builds a kernel module: the build tools that
# come with its kernels do not run on an older C library. Packages are unpacked, not configured, so
# any user can make it, and it costs seconds. Knows no kernel and no module.

readonly BUILDROOT_SUITE=sid
readonly BUILDROOT_PACKAGES=(bash coreutils dash findutils gcc-s390x-linux-gnu grep libc6 make mawk
	sed sparse)
# Documents, perl, and compilers of and for what is not built here: more than half.
readonly BUILDROOT_EXCLUDE=(--exclude='./usr/share/doc*' --exclude='./usr/share/man*'
	--exclude='./usr/share/locale*' --exclude='./usr/share/info*' --exclude='*/perl/*'
	--exclude='*/perl-base/*' --exclude='*/lto1' --exclude='*-lto-dump-*'
	--exclude='*/gcc/x86_64-linux-gnu/*' --exclude='*/gconv/*' --exclude='*/lib*san.*')

# Sets BUILDROOT.
buildroot_ensure() {
	need_commands unshare=util-linux
	cache_weekly buildroot "$(hash_of "$BUILDROOT_SUITE" "${BUILDROOT_PACKAGES[@]}" \
		"${BUILDROOT_EXCLUDE[@]}" "$(code_of buildroot_build fetch_unpack)")" \
		"fetching a build root of $BUILDROOT_SUITE" buildroot_build
	BUILDROOT=$ENTRY
}

# The libraries are those that the kernel's own build tools need.
buildroot_build() {
	local dir=$1 apt=$1/apt kbuild
	fetch_setup "$apt" "$BUILDROOT_SUITE"
	fetch_retry "$apt" update
	kbuild=$(fetch_headers_version "$apt")
	fetch_retry "$apt" install --download-only "${BUILDROOT_PACKAGES[@]/%/:amd64}" \
		"linux-kbuild-${kbuild%-s390x}:amd64"
	fetch_unpack "$apt" "$dir" "${BUILDROOT_EXCLUDE[@]}"
	rm -rf "$apt"
	ln -sfn usr/lib64 "$dir/lib64"
	ln -sfn mawk "$dir/usr/bin/awk"
	mkdir -p "$dir"/{dev,proc,tmp} "$dir"/mnt/{kernel,src}
}

# buildroot_run KERNEL SOURCES COMMAND...: runs it there, with the two at /mnt/kernel and /mnt/src.
# The mounts are its own and end with it.
buildroot_run() {
	local map=()
	((EUID == 0)) || map=(--map-root-user)
	# shellcheck disable=SC2016 # the inner shell's own variables
	unshare --mount "${map[@]}" bash -euc '
		root=$1
		mount --rbind /dev "$root/dev"
		mount --rbind /proc "$root/proc"
		mount -t tmpfs tmpfs "$root/tmp"
		mount --bind "$2" "$root/mnt/kernel"
		mount --bind "$3" "$root/mnt/src"
		shift 3
		exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/usr/sbin LC_ALL=C "$@"
		' buildroot "$BUILDROOT" "$@"
}
