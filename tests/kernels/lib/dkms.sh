# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# What `make install` leaves for DKMS, taken by the dkms of a Debian for s390x as its own kernel's
# headers ask for it: added, built, installed, removed. Its programs run under qemu-user.

readonly DKMS_SUITE=trixie
readonly DKMS_PACKAGES=(bash coreutils dash diffutils dkms findutils gcc grep gzip kmod
	linux-headers-s390x make mawk sed tar xz-utils)
readonly DKMS_EXCLUDE=(--exclude='./usr/share/doc*' --exclude='./usr/share/man*'
	--exclude='./usr/share/locale*' --exclude='./usr/share/info*' --exclude='*/lto1'
	--exclude='*-lto-dump-*' --exclude='*/gconv/*')

# Sets DKMS_ROOT, which nobody writes to.
dkms_ensure() {
	need_commands arch-test=arch-test unshare=util-linux
	((EUID == 0)) || die "dkms needs root: programs for s390x are run in a root of their own"
	binfmt_ensure
	cache_entry dkms "$(hash_of "$DKMS_SUITE" "${DKMS_PACKAGES[@]}" "${DKMS_EXCLUDE[@]}" \
		"$(code_of dkms_build fetch_tree fetch_unpack)")" \
		"fetching a Debian $DKMS_SUITE for s390x with dkms" dkms_build
	DKMS_ROOT=$ENTRY/root
}

# Unpacked only: to configure packages under qemu-user takes many minutes, and nothing here needs it.
dkms_build() {
	local root=$1/root
	FETCH_EXCLUDE=("${DKMS_EXCLUDE[@]}")
	fetch_tree "$root" "$DKMS_SUITE" "${DKMS_PACKAGES[@]}"
	ln -sfn mawk "$root/usr/bin/awk"
	mkdir -p "$root"/{dev,proc,tmp,var/lib/dkms,usr/lib/modules}
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

# What dkms writes goes to WORK.
dkms_run() {
	local work=$1 version
	version=$(basename "$(echo "$DKMS_ROOT"/usr/src/linux-headers-*-s390x)")
	mkdir -p "$work"/{src,dkms}
	cp -a "$DKMS_ROOT/usr/lib/modules" "$work/"
	cp -a "$DKMS_ROOT"/usr/src/. "$TOP"/build-s390x/root/usr/src/. "$work/src/"
	# shellcheck disable=SC2016 # the inner shells' own variables
	unshare --mount bash -euc '
		root=$1
		mount --rbind /dev "$root/dev"
		mount --rbind /proc "$root/proc"
		mount -t tmpfs tmpfs "$root/tmp"
		mount --bind "$2/src" "$root/usr/src"
		mount --bind "$2/modules" "$root/usr/lib/modules"
		mount --bind "$2/dkms" "$root/var/lib/dkms"
		exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin LC_ALL=C \
			bash -euxc "$4" dkms "$3"
		' unshare "$DKMS_ROOT" "$work" "${version#linux-headers-}" "$(dkms_steps)"
}

# In the root; the argument is the kernel.
dkms_steps() {
	cat <<-'EOF'
		uname -m
		name=$(basename "$(echo /usr/src/ccwbroker-*)")
		name=${name/-//}
		dkms add "$name"
		dkms build "$name" -k "$1" || { cat /var/lib/dkms/$name/build/make.log; exit 1; }
		dkms install "$name" -k "$1"
		dkms status | grep -x "$name, $1, s390x: installed"
		modinfo -F vermagic /usr/lib/modules/"$1"/updates/dkms/ccwbroker.ko* | grep -F "$1 "
		dkms remove "$name" --all
		! ls /usr/lib/modules/"$1"/updates/dkms/ccwbroker.ko*
	EOF
}
