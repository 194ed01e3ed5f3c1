# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Debian packages of any architecture and suite, fetched with an apt of our own (own sources,
# lists and status) and unpacked without being installed: the host's package configuration is
# read for its mirror, never written.

readonly FETCH_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# A mirror that is being brought up to date answers wrongly for minutes: with these, seven.
readonly FETCH_TRIES=8 FETCH_WAIT=15
# The status of who gives up on a mirror: another day may be better.
readonly FETCH_FAILED=75

# Sets MIRROR to where this host gets its Debian from.
fetch_mirror() {
	local codename
	[[ -z ${MIRROR:-} ]] || return 0
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016 # apt-get's own variables
	MIRROR=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' \
			'Created-By: Packages' |
		awk -v name="$codename" '$2 == "main" && ($1 == name || $1 ~ /^(old)?stable$/) {
			print $3; exit }')
	[[ -n $MIRROR ]] || die "the host's apt configuration names no mirror for" \
		"Debian '$codename' main; add it to /etc/apt/sources.list"
	[[ -r $FETCH_KEYRING ]] || die "$FETCH_KEYRING is not there;" \
		"run: apt-get install debian-archive-keyring"
}

# fetch_line NAME: apt's line for a suite by one of its names.
fetch_line() {
	printf 'deb [signed-by=%s] %s %s main\n' "$FETCH_KEYRING" "$MIRROR" "$1"
}

# fetch_is_whole SUITE NAME: by this name the mirror has that suite, and its lists are those it has signed.
fetch_is_whole() {
	local dir status=1
	dir=$(mktemp -d "${TMPDIR:-/tmp}/ccwbroker-fetch.XXXXXX")
	fetch_configure "$dir" "$2"
	if fetch_apt "$dir" update && grep -qxE "(Codename|Suite): $1" "$dir"/lists/*Release; then
		status=0
	fi
	rm -rf "$dir"
	return "$status"
}

# fetch_name SUITE: a mirror in the middle of a sync may have a suite whole by another of its names.
fetch_name() {
	local name
	for name in "$1" stable testing unstable; do
		if fetch_is_whole "$1" "$name"; then
			echo "$name"
			return
		fi
	done
	echo "$1"
}

# fetch_source_line SUITE: apt's line for it, by a name that works now if there is one.
fetch_source_line() {
	fetch_line "$(fetch_name "$1")"
}

# fetch_setup DIR SUITE: an apt configuration in DIR that knows one suite and nothing installed.
fetch_setup() {
	fetch_mirror
	fetch_configure "$1" "$(fetch_name "$2")"
}

fetch_configure() {
	local dir=$1
	mkdir -p "$dir"/etc/{preferences.d,apt.conf.d,trusted.gpg.d} "$dir"/lists/partial \
		"$dir"/cache/archives/partial
	: >"$dir/status"
	fetch_line "$2" >"$dir/etc/sources.list"
	{
		apt-config dump |
			grep -E '^Acquire::((http|https)(::|[ ])|Check-(Date|Valid-Until) )' || true
		cat <<-EOF
			Dir "$dir";
			Dir::State "$dir";
			Dir::State::status "$dir/status";
			Dir::Cache "$dir/cache";
			Dir::Etc "$dir/etc";
			Dir::Etc::sourcelist "sources.list";
			Dir::Etc::sourceparts "-";
			APT::Architecture "s390x";
			APT::Architectures { "s390x"; "amd64"; };
			APT::Install-Recommends "false";
			APT::Sandbox::User "root";
			APT::Update::Error-Mode "any";
			Acquire::Languages "none";
			Acquire::Retries "3";
		EOF
	} >"$dir/apt.conf"
}

# Calls apt-get for fetch_setup's DIR; what it says is kept in DIR/log.
fetch_apt() {
	local dir=$1
	shift
	(cd "$dir/cache/archives" && APT_CONFIG=$dir/apt.conf apt-get -q -y "$@") >>"$dir/log" 2>&1
}

# fetch_retry DIR APT-GET-ARG...: a mirror in the middle of a sync answers with hash or size
# mismatches for a while.
fetch_retry() {
	local dir=$1 try
	shift
	for ((try = 1; try <= FETCH_TRIES; try++)); do
		if fetch_apt "$dir" update && fetch_apt "$dir" "$@"; then
			return 0
		fi
		((try == FETCH_TRIES)) || {
			say "fetching failed, try $try of $FETCH_TRIES; again in $((try * FETCH_WAIT)) s"
			sleep $((try * FETCH_WAIT))
		}
	done
	tail -n 15 "$dir/log" >&2
	say "could not fetch from $MIRROR: apt-get $*"
	exit "$FETCH_FAILED"
}

# fetch_headers_version DIR: the version of the s390x kernel headers that fetch_setup's suite has.
fetch_headers_version() {
	APT_CONFIG=$1/apt.conf apt-cache depends linux-headers-s390x |
		sed -n 's/.*Depends: linux-headers-//p'
}

# fetch_unpack DIR INTO [TAR-ARG]...: unpacks what was fetched, less what the arguments exclude.
fetch_unpack() {
	local dir=$1 into=$2 deb sub
	shift 2
	mkdir -p "$into/usr"
	for sub in bin sbin lib; do
		mkdir -p "$into/usr/$sub"
		ln -sfn "usr/$sub" "$into/$sub"
	done
	for deb in "$dir"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$into" --keep-directory-symlink \
			--no-same-owner "$@"
	done
}

# fetch_note DIR DATABASE [PREFIX]: what dpkg is asked while packages are built, of what was fetched and
# is unpacked at PREFIX: what is there, whose files are whose, which library is in which package.
fetch_note() {
	local dir=$1 db=$2 prefix=${3-} deb name
	mkdir -p "$db/info" "$db/updates"
	for deb in "$dir"/cache/archives/*.deb; do
		name=$(dpkg-deb -f "$deb" Package)
		[[ $(dpkg-deb -f "$deb" Multi-Arch) != same ]] || name+=:s390x
		dpkg-deb -f "$deb" | sed '1a Status: install ok installed'
		echo
		dpkg-deb -e "$deb" "$dir/control"
		for file in shlibs symbols md5sums; do
			[[ ! -e $dir/control/$file ]] || mv "$dir/control/$file" "$db/info/$name.$file"
		done
		rm -rf "$dir/control"
		dpkg-deb --fsys-tarfile "$deb" | tar -t |
			sed -e 's,^\.,,' -e 's,/$,,' -e 's,^$,/.,' -e "s,^/,$prefix/," >"$db/info/$name.list"
	done >"$db/status"
	echo s390x >"$db/arch"
	echo 1 >"$db/info/format" # names of files there have the architecture where there can be several
}

# fetch_tree INTO SUITE PACKAGE...: the packages and all they depend on, unpacked into INTO.
# What FETCH_EXCLUDE (an array of tar options) names is left out.
fetch_tree() {
	local into=$1 suite=$2 dir=$1.apt
	shift 2
	fetch_setup "$dir" "$suite"
	fetch_retry "$dir" install --download-only "$@"
	fetch_unpack "$dir" "$into" "${FETCH_EXCLUDE[@]}"
	rm -rf "$dir"
}
