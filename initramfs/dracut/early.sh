# shellcheck shell=sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Sourced by dracut before udev is started.
/usr/lib/ccwbroker/early
