# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# The Debian packages that building and testing need, and their installation. Touches nothing else of
# the host's package configuration: no sources, no foreign architectures.

# "a|b" stands for the first of the two that this release of Debian has.
packages_build=(
	gcc ccache make autoconf automake libtool pkg-config git xz-utils
	libsystemd-dev libjson-c-dev check dbus dbus-broker
	shellcheck 'clang-format-14|clang-format'
)
# For tests/fuzz/run only.
packages_fuzz=('clang-14|clang' 'libclang-rt-14-dev|libclang-rt-dev')
packages_machine=(
	mmdebstrap arch-test debian-archive-keyring
	gcc-s390x-linux-gnu libc6-dev-s390x-cross
	'qemu-system-s390x|qemu-system-misc' 'qemu-user-static|qemu-user'
	dpkg-dev debhelper dh-dkms
	hercules s3270 cpio zstd e2fsprogs kmod bc procps iproute2 sparse
)

package_is_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# PACKAGE[|PACKAGE]: is any of the alternatives installed?
package_any_installed()
{
	local p
	for p in ${1//|/ }; do
		! package_is_installed "$p" || return 0
	done
	return 1
}

# PACKAGE[|PACKAGE]: prints the first alternative that can be installed, else the first.
package_choose()
{
	local p
	for p in ${1//|/ }; do
		if apt-cache policy "$p" 2>/dev/null | grep -q 'Candidate: [^(]'; then
			echo "$p"
			return
		fi
	done
	echo "${1%%|*}"
}

packages_apt_install()
{
	local log=$1
	shift
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1
}

# SPEC...: installs what is missing; without the right to do so, says what to type.
packages_need()
{
	local spec log missing=() names=()
	if ! command -v dpkg-query >/dev/null; then
		echo 'This tool installs Debian packages, and there is no dpkg here; use Debian 12 or 13.' >&2
		return 1
	fi
	for spec; do
		package_any_installed "$spec" || missing+=("$spec")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	log=$(mktemp)
	[ "$(id -u)" -ne 0 ] || apt-get update >"$log" 2>&1 || true
	for spec in "${missing[@]}"; do
		names+=("$(package_choose "$spec")")
	done
	if [ "$(id -u)" -ne 0 ]; then
		rm -f "$log"
		printf 'Packages are missing. As root run:\n\n    apt-get update && apt-get install --no-install-recommends %s\n\n' \
			"${names[*]}" >&2
		return 1
	fi
	report_note "installing ${names[*]}"
	if ! packages_apt_install "$log" "${names[@]}" &&
	   ! { apt-get update >"$log" 2>&1; packages_apt_install "$log" "${names[@]}"; }; then
		echo 'apt-get could not install what is missing:' >&2
		tail -n 15 "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}
