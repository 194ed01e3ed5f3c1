# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Hercules as the machine.

hercules_check() {
	die "--emulator=hercules is not there yet; use --emulator=qemu"
}
