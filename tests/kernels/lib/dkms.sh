# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Our packages for developers, installed by the dpkg of a Debian for s390x with the headers of its own
# kernel: DKMS builds the module, a compiler the example with the library; purged, nothing is left.
# Its programs run under qemu-user.

declare -rA DKMS_SUITES=([stock]=trixie [newest]=sid)
readonly DKMS_PACKAGES=(bash coreutils dash diffutils dkms dpkg findutils gcc grep gzip kmod libc-bin libc6-dev
	libsystemd-dev linux-headers-s390x make mawk pkgconf sed tar xz-utils)
readonly DKMS_EXCLUDE=(--exclude='./usr/share/doc*' --exclude='./usr/share/man*'
	--exclude='./usr/share/locale*' --exclude='./usr/share/info*' --exclude='*/lto1'
	--exclude='*-lto-dump-*' --exclude='*/gconv/*')

# dkms_ensure KIND: sets DKMS_ROOT, which nobody writes to, and PACKAGED.
dkms_ensure() {
	local suite=${DKMS_SUITES[$1]} key
	need_commands arch-test=arch-test unshare=util-linux
	((EUID == 0)) || die "dkms needs root: programs for s390x are run in a root of their own"
	binfmt_ensure
	key=$(hash_of "$suite" "${DKMS_PACKAGES[@]}" "${DKMS_EXCLUDE[@]}" "$(code_of dkms_build fetch_note fetch_unpack)")
	cache_weekly "dkms-$1" "$key" "fetching a Debian $suite for s390x with dkms" dkms_build "$suite"
	DKMS_ROOT=$ENTRY/root
	PACKAGED=$("$VM/packaged")
}

# Unpacked only: to configure packages under qemu-user takes many minutes, and nothing here needs it.
dkms_build() {
	local root=$1/root apt=$1/apt suite=$2
	fetch_setup "$apt" "$suite"
	fetch_retry "$apt" install --download-only "${DKMS_PACKAGES[@]}"
	fetch_unpack "$apt" "$root" "${DKMS_EXCLUDE[@]}"
	fetch_note "$apt" "$root/var/lib/dpkg"
	rm -rf "$apt"
	ln -sfn mawk "$root/usr/bin/awk"
	ln -sfn dash "$root/usr/bin/sh"
	mkdir -p "$root"/{debs,dev,etc/dkms,proc,tmp,var/lib/dkms,var/log,usr/lib/modules}
	echo 'root:x:0:0:root:/root:/bin/bash' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	echo 'autoinstall_all_kernels=yes' >>"$root/etc/dkms/framework.conf"
}

# dkms_check LOG
dkms_check() {
	local work status=0
	work=$(mktemp -d "$BUILD/dkms.XXXXXX")
	dkms_run "$work" >"$1" 2>&1 </dev/null || status=$?
	rm -rf "$work"
	((status != 0)) || return 0
	tail -n 30 "$1" >&2
	say "dkms; all of it: $1"
	return 1
}

# In a copy of the root.
dkms_run() {
	local work=$1 version
	version=$(basename "$(echo "$DKMS_ROOT"/usr/src/linux-headers-*-s390x)")
	cp -a "$DKMS_ROOT" "$work/root"
	cp "$PACKAGED"/debs/{ccwbroker-dkms,libccwbroker0,libccwbroker-dev}_*.deb "$work/root/debs/"
	cp "$TOP/build-s390x/obj/tests/client/lib/label.c" "$work/root/"
	# shellcheck disable=SC2016 # the inner shells' own variables
	unshare --mount bash -euc '
		mount --rbind /dev "$1/dev"
		mount -t proc proc "$1/proc"
		exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin LC_ALL=C bash -euxc "$3" dkms "$2"
		' unshare "$work/root" "${version#linux-headers-}" "$(dkms_steps)"
}

# In the root; the argument is the kernel.
dkms_steps() {
	cat <<-'END'
		uname -m
		module=/usr/lib/modules/$1/updates/dkms/ccwbroker.ko
		ours() { find / -xdev -path /proc -prune -o -iname '*ccwbroker*' -print | grep -vE '^/(debs|var/lib/dpkg)/' || true; }
		ours
		dpkg --install /debs/*.deb || { cat /var/lib/dkms/ccwbroker/*/build/make.log; exit 1; }
		dpkg --audit
		dkms status | tee /tmp/status
		grep -F ", $1, s390x: installed" /tmp/status
		modinfo -F vermagic "$module"* | grep -F "$1 "
		[ "$(wc -l </label.c)" -lt 40 ]
		gcc -std=gnu11 -Wall -Wextra -Werror -o /tmp/label /label.c $(pkg-config --cflags --libs libccwbroker)
		! /tmp/label 0.0.0580 2>/tmp/said
		grep 'cannot connect to the system bus' /tmp/said
		dpkg --purge ccwbroker-dkms libccwbroker-dev libccwbroker0
		[ -z "$(ours)" ]
	END
}
