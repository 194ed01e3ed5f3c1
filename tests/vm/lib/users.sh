# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The people of both userlands: alice is an operator, bob is nobody special.

# users_add ROOT: alice, bob and operators, beside whoever is there already. That their homes are
# theirs is for the caller to see to: not everybody may give files away. Nobody logs in as them, but
# root may become them.
users_add() {
	local root=$1
	cat >>"$root/etc/group" <<-EOF
		alice:x:1001:
		bob:x:1002:
		operators:x:2001:alice
	EOF
	cat >>"$root/etc/passwd" <<-EOF
		alice:*:1001:1001::/home/alice:/bin/bash
		bob:*:1002:1002::/home/bob:/bin/bash
	EOF
	mkdir -p "$root/home/alice" "$root/home/bob"
}

# users_write ROOT: everybody, for a root in which no package was configured.
users_write() {
	local root=$1 gid=100 group
	cat >"$root/etc/passwd" <<-EOF
		root:x:0:0:root:/root:/bin/bash
		messagebus:x:101:101::/nonexistent:/usr/sbin/nologin
		nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
	EOF
	echo "root:x:0:" >"$root/etc/group"
	# The groups that udev's rules name.
	for group in messagebus tty disk tape kmem dialout audio video render input cdrom lp \
			floppy sgx kvm clock users; do
		echo "$group:x:$((++gid)):" >>"$root/etc/group"
	done
	echo "nogroup:x:65534:" >>"$root/etc/group"
	printf 'passwd: files\ngroup: files\n' >"$root/etc/nsswitch.conf"
	users_add "$root"
}
