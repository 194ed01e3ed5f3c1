# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The newest kernels that Debian has for s390x, as cache entries of the form that kernel.sh
# describes. They move: what is fetched serves for a week, and longer when the mirror fails.

# next is a release candidate, and not always there.
declare -rA NEWEST_SUITES=([newest]=sid [next]=experimental)

# newest_ensure KIND: sets KERNEL, KERNEL_VERSION and KERNEL_MODULES, and BUILDROOT to what builds
# modules for it.
newest_ensure() {
	local kind=$1 suite=${NEWEST_SUITES[$1]}
	buildroot_ensure
	cache_weekly "kernel-$kind" "$(hash_of "$suite" "$(code_of newest_build newest_headers \
		kernel_modules kernel_headers fetch_headers_version fetch_unpack)")" \
		"fetching the s390x kernel of $suite" newest_build "$suite"
	KERNEL=$ENTRY
	KERNEL_VERSION=$(<"$KERNEL/version")
	mapfile -t KERNEL_MODULES < <(newest_modules)
}

# 7.x has one tape driver where there were three modules.
newest_modules() {
	local name
	for name in "${KERNEL_MODULES[@]}" tape_s390; do
		! modprobe -d "$KERNEL/root" -S "$KERNEL_VERSION" --show-depends "$name" \
			>/dev/null 2>&1 || echo "$name"
	done
}

newest_build() {
	local dir=$1 suite=$2 version
	fetch_setup "$dir/apt" "$suite"
	fetch_retry "$dir/apt" update
	version=$(fetch_headers_version "$dir/apt")
	[[ -n $version ]] || die "$suite on $MIRROR has no kernel for s390x now"
	fetch_retry "$dir/apt" download "linux-headers-${version%-s390x}-common" \
		"linux-kbuild-${version%-s390x}:amd64" \
		"linux-"{base,binary,headers,modules}"-$version:s390x"
	fetch_unpack "$dir/apt" "$dir/all"
	rm -rf "$dir/apt"
	echo "$version" >"$dir/version"
	mv "$dir/all/usr/lib/modules/$version/vmlinuz" "$dir/vmlinuz"
	rm -f "$dir/all/usr/lib/modules/$version"/{System.map,config}
	kernel_modules "$dir" "$version"
	kernel_headers "$dir" "$version"
	newest_headers "$dir" "$version"
	rm -rf "$dir/all"
}

# These say where they are themselves, too; and lack the script that asks whether sparse works.
newest_headers() {
	local headers=$1/usr/src/linux-headers-$2
	local makefile=$headers/Makefile ask=$headers/scripts/checker-valid.sh
	# shellcheck disable=SC2016 # make's own variables
	sed -i '1i KBUILD_OUTPUT := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))' "$makefile"
	[[ ! -e $ask ]] || return 0
	# shellcheck disable=SC2016 # that script's own
	printf '#!/bin/sh\necho "int probe(void);" | "$@" - && echo 1\n' >"$ask"
	chmod 755 "$ask"
}
