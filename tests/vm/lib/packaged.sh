# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# What dpkg makes of the debian userland when it installs our packages: the packages are put together
# by debian/ from what the cross build has installed, in seconds. Those that a user gets are compiled
# by debian/rules as well, which takes minutes; tools/package makes them.

readonly PACKAGED_NAMES=(ccwbroker libccwbroker0 ccwbroker-doc)
readonly PACKAGED_SOURCES=(NEWS.md README.md SECURITY.md debian doc)

# Sets PACKAGED, a directory with debs/ and root/, what dpkg has changed in the root of ROOT_IMAGE.
packaged_ensure() {
	local key lock all=$BUILD/packaged log=$BUILD/packaged.log
	need_commands dh=debhelper dh_dkms=dh-dkms dpkg-buildpackage=dpkg-dev debugfs=e2fsprogs unshare=util-linux
	((EUID == 0)) || die "the debian userland can only be made by root, whenever the build is another one"
	binfmt_ensure
	sysroot_ensure
	mkdir -p "$all"
	exec {lock}>"$BUILD/packaged.lock"
	flock "$lock"
	key=$(packaged_key)
	PACKAGED=$all/$key
	if [[ ! -d $PACKAGED ]]; then
		say "installing the packages in the debian userland"
		rm -rf "${PACKAGED:?}.part"
		mkdir -p "$PACKAGED.part"
		packaged_try "$PACKAGED.part" "$log"
		find "$all" -mindepth 1 -maxdepth 1 -mmin +120 -exec rm -rf {} +
		mv "$PACKAGED.part" "$PACKAGED"
	fi
	touch "$PACKAGED"
	exec {lock}>&-
}

packaged_key() {
	local lock
	exec {lock}<"$BUILD/lock"
	flock -s "$lock"
	hash_of "$ROOT_IMAGE" "$SYSROOT" "$(code_of packaged_build packaged_debs packaged_source packaged_install packaged_take)" \
		"$(tar -C "$BUILD" --mtime=@0 --sort=name -c root "${PACKAGED_SOURCES[@]/#/src/}" | sha256sum)"
	exec {lock}<&-
}

# packaged_try DIR LOG: not as a condition, in which bash would go on after a failure.
packaged_try() {
	local status
	set +e
	(
		set -e
		packaged_build "$1"
	) </dev/null >"$2" 2>&1
	status=$?
	set -e
	((status != 0)) || return 0
	tail -n 40 "$2" >&2
	die "the packages could not be made or installed; all of it is in $2"
}

packaged_build() {
	packaged_source "$1/source/ccwbroker"
	packaged_debs "$1/source/ccwbroker"
	mkdir "$1/debs"
	mv "$1"/source/*.deb "$1/debs/"
	rm -rf "$1/source"
	packaged_install "$1"
	rm -rf "$1/all"
}

# A source package that has been compiled.
packaged_source() {
	local source=$1 lock
	mkdir -p "$source/kmod" "$source/built"
	exec {lock}<"$BUILD/lock"
	flock -s "$lock"
	cp -a "${PACKAGED_SOURCES[@]/#/$BUILD/src/}" "$source/"
	cp -a "$BUILD/root/." "$source/built/"
	exec {lock}<&-
	cp "$source"/built/usr/src/ccwbroker-*/dkms.conf "$source/kmod/"
	# shellcheck disable=SC2016 # a variable of make
	printf 'all:\n\ninstall:\n\tmkdir -p $(DESTDIR)\n\tcp -a built/. $(DESTDIR)/\n' >"$source/Makefile"
}

# Which package a library is in is asked of the sysroot.
packaged_debs() {
	# shellcheck disable=SC2016 # the inner shell's own variables
	unshare --mount bash -euc '
		mount --bind "$2/ld.so.conf" /etc/ld.so.conf
		mount --bind "$2/dpkg" /var/lib/dpkg
		cd "$1"
		variables=$(dpkg-architecture -a s390x --print-set 2>/dev/null)
		eval "$variables"
		DEB_BUILD_OPTIONS="nocheck noautodbgsym" DEB_BUILD_PROFILES=nocheck debian/rules binary
		' packaged "$1" "$SYSROOT"
}

packaged_install() {
	local dir=$1 root=$1/all name
	mkdir "$root" "$dir/root"
	debugfs -R "rdump / $root" "$ROOT_IMAGE"
	mkdir "$root/debs"
	for name in "${PACKAGED_NAMES[@]}"; do
		cp "$dir/debs/$name"_*.deb "$root/debs/"
	done
	: >"$dir/stamp"
	unshare --mount chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 \
		bash -euc 'mount -t proc proc /proc; dpkg --install /debs/*.deb; dpkg --audit'
	rm -rf "$root/debs"
	packaged_take "$root" "$dir/stamp" "$dir/root"
}

# packaged_take ROOT STAMP INTO: what has been written there since. The machine has more of its own in /tmp.
packaged_take() {
	(cd "$1" && find . -mindepth 1 \( -path ./tmp -o -path ./proc -o -path ./dev -o -path ./run \) -prune -o \
		-cnewer "$2" \( ! -type d -o -empty \) -print0 | cpio -p0dm --quiet "$3")
}
