# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The mini userland: an initramfs with a shell, the bus, udev and the tools of the trade, made
# of unpacked trixie packages. Holds no part of ours; those are added for each run.

readonly MINI_SUITE=trixie
readonly MINI_PACKAGES=(bash bsdutils coreutils dbus-bin dbus-daemon dbus-system-bus-common diffutils e2fsprogs findutils gawk grep
	gzip kmod libjson-c5 login mount passwd procps s390-tools sed systemd tar udev util-linux)
# Documents, translations, hardware names and perl: a third of the size, none of the use.
readonly MINI_EXCLUDE=(--exclude='./usr/share/doc*' --exclude='./usr/share/man*'
	--exclude='./usr/share/locale*' --exclude='./usr/share/info*' --exclude='*/hwdb.d'
	--exclude='./usr/share/bash-completion*' --exclude='./usr/share/zoneinfo*'
	--exclude='./usr/share/perl*' --exclude='*/perl/*' --exclude='*/perl-base/*'
	--exclude='*/libperl.so*' --exclude='./usr/bin/perl*' --exclude='*/gconv/*'
	--exclude='./usr/share/i18n*' --exclude='./usr/share/lintian*' --exclude='./boot/*'
	--exclude='*/libgio-2.0*' --exclude='*/libgnutls*' --exclude='*/libp11-kit*'
	--exclude='*/libdb-5*' --exclude='*/libicu*' --exclude='*/ossl-modules*'
	--exclude='*/systemd-networkd' --exclude='*/libsystemd-core*' --exclude='*/libfido2*'
	--exclude='./usr/share/dbus-1/system*/org.freedesktop.*')

# Sets BASE_INITRD, and PAYLOAD to where a run's archive has its files.
mini_ensure() {
	cache_entry mini "$(hash_of "$(basename "$KERNEL")" "$MINI_SUITE" "${MINI_PACKAGES[@]}" \
		"${MINI_EXCLUDE[@]}" "${KERNEL_MODULES[@]}" \
		"$(code_of mini_build users_write users_add fetch_unpack fetch_tree \
		kernel_module_files kernel_copy_modules cpio_of)")" "fetching and packing the mini userland" mini_build
	BASE_INITRD=$ENTRY/initrd
	PAYLOAD=
}

mini_build() {
	local dir=$1 root=$1/root
	need_commands cpio=cpio
	FETCH_EXCLUDE=("${MINI_EXCLUDE[@]}")
	fetch_tree "$root" "$MINI_SUITE" "${MINI_PACKAGES[@]}"
	kernel_copy_modules "$root" "${KERNEL_MODULES[@]}"
	mkdir -p "$root"/{dev,proc,sys,run,tmp,root,home,mnt,etc,var/lib,var/log}
	ln -sfn ../run "$root/var/run"
	ln -sfn gawk "$root/usr/bin/awk"
	ln -sfn bash "$root/usr/bin/sh"
	users_write "$root"
	echo "ccwbroker mini" >"$root/etc/hostname"
	echo "0123456789abcdef0123456789abcdef" >"$root/etc/machine-id"
	cpio_of "$root" >"$dir/initrd"
	rm -rf "$root"
}

# mini_hook DIR: what a run adds for this userland.
mini_hook() {
	ln -s usr/lib/machine/init "$1/init"
}
