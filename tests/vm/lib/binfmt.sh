# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Lets this host's kernel run s390x programs through qemu-user, which configuring packages of
# that architecture needs. Lasts until the next boot; leaves alone what others registered.

readonly BINFMT=/proc/sys/fs/binfmt_misc
# An ELF header of 64 bits, big-endian, executable or shared, for machine 22 (S390).
readonly BINFMT_MAGIC='\x7fELF\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16'
readonly BINFMT_MASK='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff'

binfmt_ensure() {
	local qemu
	! arch-test s390x >/dev/null 2>&1 || return 0
	qemu=$(command -v qemu-s390x-static || command -v qemu-s390x) ||
		die "no qemu-s390x here; run: apt-get install qemu-user-static"
	[[ -e $BINFMT/register ]] || mount -t binfmt_misc binfmt_misc "$BINFMT" ||
		die "cannot mount binfmt_misc on $BINFMT"
	# O, C, F: keep the descriptor, use its credentials, open the interpreter now.
	printf '%s' ":qemu-s390x:M:0:$BINFMT_MAGIC:$BINFMT_MASK:$(realpath "$qemu"):OCF" \
		>"$BINFMT/register" || die "cannot register $qemu with $BINFMT"
	arch-test s390x >/dev/null || die "s390x programs still do not run here; see $BINFMT"
}
