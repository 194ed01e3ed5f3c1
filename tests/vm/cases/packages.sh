#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# Debian packages, made in a Debian for s390x: installed, used, upgraded with a lease held, removed, purged, nothing left
# takes: 600
# named
set -euo pipefail
# shellcheck source=tests/vm/cases/lib/host.sh
. "$(dirname "$0")/lib/host.sh"
# shellcheck source=tests/vm/cases/lib/screen.sh
. "$case_dir/lib/screen.sh"
# shellcheck source=tools/lib/report.sh
. "$case_top/tools/lib/report.sh"
# shellcheck source=tools/lib/packages.sh
. "$case_top/tools/lib/packages.sh"

# What is asked for is kept: CCWBROKER_PACKAGES names a directory of such packages, made before.
packages=${CCWBROKER_PACKAGES-}
if [ -z "$packages" ]; then
	packages=$case_work/packages
	check 'packages are made' "$case_top/tools/package" --s390x "$packages"
fi

packages_need lintian
# pedantic and experimental tags are opinions
check 'lintian has nothing to say' lintian --allow-root --fail-on error,warning,info "$packages"/*.deb

# NAME: the same with a higher version.
next_version()
{
	local deb=("$packages/$1"_*.deb)
	dpkg-deb -R "${deb[0]}" "$case_work/next"
	sed -i 's/^Version: .*/&+next/; s/\( (= [^)]*\))/\1+next)/' "$case_work/next/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$case_work/next" "$case_work/files/next/$1.deb" >/dev/null
	rm -rf "$case_work/next"
}

mkdir -p "$case_work/files/first" "$case_work/files/next"
# Not -dev, which wants a compiler's world, nor -dkms.
for name in ccwbroker libccwbroker0 ccwbroker-doc; do
	cp "$packages/$name"_*.deb "$case_work/files/first/$name.deb"
	next_version "$name"
done

# EMULATOR CU-TYPE OPTION...
life()
{
	printf 'the life of the packages on %s\n' "$1"
	machine_run --emulator="$1" --userland=debian --bare --file="$case_work/files/first" \
		--file="$case_work/files/next" "${@:3}" -- "$2"
}

life qemu 3270 --tn3270="$(free_port)"
life hercules 3490 --device='0580 3490 *'
case_end
