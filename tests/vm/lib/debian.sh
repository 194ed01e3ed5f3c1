# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The debian userland.

debian_ensure() {
	die "--userland=debian is not there yet; use --userland=mini"
}
