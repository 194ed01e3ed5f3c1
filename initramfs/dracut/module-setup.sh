# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# For dracut, which sources it and has the variables: brings along what keeps defined devices from their
# drivers, if there are such devices and the initramfs is for this machine only.

check()
{
	[[ -n ${hostonly-} && -n $(/usr/lib/ccwbroker/early-devices) ]] || return 255
}

depends()
{
	return 0
}

installkernel()
{
	hostonly='' instmods ccwbroker
}

install()
{
	inst_multiple mkdir modprobe
	inst_simple /usr/lib/ccwbroker/early
	/usr/lib/ccwbroker/early-devices >"$initdir/usr/lib/ccwbroker/early.list"
	inst_hook pre-udev 10 "$moddir/early.sh"
}
