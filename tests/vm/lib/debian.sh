# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The debian userland: a configured Debian 13 with systemd as an ext4 image that nobody writes
# to, and the small initramfs that lays memory over it. Holds no part of ours.

readonly DEBIAN_SUITE=trixie
readonly DEBIAN_PACKAGES=(bash-completion dbus e2fsprogs kmod less libjson-c5 polkitd procps s390-tools
	systemd systemd-sysv udev)
# Needed to reach the root disk, on either emulator.
readonly DEBIAN_STAGE_MODULES=(virtio_blk dasd_fba_mod ext4 overlay)
# Timers, terminals and housekeeping that a machine of one minute's life has no use for.
readonly DEBIAN_MASKED=(apt-daily-upgrade.timer apt-daily.timer console-getty.service
	container-getty@.service dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
	fstrim.timer getty.target getty@.service getty-static.service logrotate.timer
	man-db.timer serial-getty@.service systemd-binfmt.service
	systemd-tmpfiles-clean.timer dev-hugepages.mount dev-mqueue.mount modprobe@drm.service
	modprobe@efi_pstore.service modprobe@fuse.service sys-fs-fuse-connections.mount
	sys-kernel-tracing.mount sys-kernel-debug.mount systemd-hwdb-update.service
	systemd-journal-flush.service systemd-networkd-wait-online.service
	systemd-pcrphase.service systemd-update-utmp.service)

# Sets BASE_INITRD, ROOT_IMAGE, and PAYLOAD to where a run's archive has its files.
debian_ensure() {
	local name packages
	# shellcheck disable=SC2153 # run's, not ours
	for name in "${PACKAGES[@]}"; do
		[[ $name =~ ^[a-z0-9][a-z0-9+.:-]*$ ]] || die "not a package name: '$name'"
	done
	packages=$(printf '%s\n' "${DEBIAN_PACKAGES[@]}" "${PACKAGES[@]}" | sort -u | paste -sd,)
	cache_entry debian "$(hash_of "$packages" "$(basename "$KERNEL")" "$DEBIAN_SUITE" \
		"${DEBIAN_STAGE_MODULES[@]}" "$(code_of debian_build debian_install \
		debian_settle debian_stage users_add kernel_module_files cpio_of fetch_tree)")" \
		"installing a Debian $DEBIAN_SUITE for s390x; this takes minutes" \
		debian_build "$packages"
	ROOT_IMAGE=$ENTRY/root.ext4
	BASE_INITRD=$ENTRY/initrd
	PAYLOAD=/payload
}

debian_build() {
	local dir=$1 packages=$2 size
	need_commands mmdebstrap=mmdebstrap arch-test=arch-test mke2fs=e2fsprogs
	((EUID == 0)) || die "the debian userland can only be made by root; run this as root once"
	binfmt_ensure
	debian_install "$dir/root" "$packages" "$dir/mmdebstrap.log"
	cp -a "$KERNEL/root/usr/lib/modules" "$dir/root/usr/lib/"
	debian_settle "$dir/root"
	size=$(du -sm "$dir/root" | cut -f1)
	mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -m 0 -L root -d "$dir/root" \
		"$dir/root.ext4" "$((size + size / 5 + 64))M" >/dev/null
	rm -rf "$dir/root"
	debian_stage "$dir"
}

debian_install() {
	local root=$1 packages=$2 log=$3 try
	fetch_mirror
	for ((try = 1; try <= FETCH_TRIES; try++)); do
		rm -rf "$root"
		if mmdebstrap --mode=root --variant=essential --architectures=s390x \
			--include="$packages" --aptopt='APT::Install-Recommends "false"' \
			--dpkgopt='path-exclude=/usr/share/doc/*' \
			--dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' \
			"$DEBIAN_SUITE" "$root" "$(fetch_source_line "$DEBIAN_SUITE")" \
			</dev/null >"$log" 2>&1; then
			return 0
		fi
		# Only the mirror can be better in a while.
		grep -qiE 'hash sum|mismatch|unexpected size|failed to fetch' "$log" || break
		say "fetching failed, try $try of $FETCH_TRIES; again in $((try * 5)) s"
		sleep $((try * 5))
	done
	tail -n 30 "$log" >&2
	die "could not install $DEBIAN_SUITE for s390x from $MIRROR"
}

# What would otherwise be done at every boot.
debian_settle() {
	local root=$1
	echo "0123456789abcdef0123456789abcdef" >"$root/etc/machine-id"
	echo "debian" >"$root/etc/hostname"
	rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
	rm -f "$root/etc/resolv.conf"
	users_add "$root"
	chown 1001:1001 "$root/home/alice"
	chown 1002:1002 "$root/home/bob"
	touch "$root/etc/.updated" "$root/var/.updated" "$root/usr"
	touch -d '+1 minute' "$root/etc/.updated" "$root/var/.updated"
}

debian_stage() {
	local dir=$1 file
	FETCH_EXCLUDE=(--exclude='./usr/share/*')
	fetch_tree "$dir/busybox" "$DEBIAN_SUITE" busybox-static
	mkdir -p "$dir/stage"/{bin,dev,proc,sys}
	cp "$dir/busybox/usr/bin/busybox" "$dir/stage/bin/"
	for file in sh mount umount mkdir cat ls head sleep insmod cp rm switch_root; do
		ln -s busybox "$dir/stage/bin/$file"
	done
	kernel_module_files "${DEBIAN_STAGE_MODULES[@]}" | while IFS= read -r file; do
		cp "$file" "$dir/stage/"
		echo "/${file##*/}" >>"$dir/stage/modules"
	done
	cpio_of "$dir/stage" >"$dir/initrd"
	rm -rf "$dir/stage" "$dir/busybox"
}

# debian_changes FILE: an empty disk to lay over the image, for machines after each other.
debian_changes() {
	need_commands mke2fs=e2fsprogs
	mke2fs -q -t ext4 -O ^metadata_csum -m 0 -L changes "$1" 256M >/dev/null
}

# debian_hook DIR: what a run adds for this userland.
debian_hook() {
	local dir=$1 units=$1$PAYLOAD/etc/systemd/system unit
	install -m 755 "$VM/guest/stage" "$dir/init"
	[[ -z $INITRAMFS ]] || cp -a "$INITRAMFS" "$dir/initramfs"
	mkdir -p "$units"
	cp -r "$VM"/guest/units/. "$units/"
	for unit in "${DEBIAN_MASKED[@]}"; do
		ln -sfn /dev/null "$units/$unit"
	done
}
