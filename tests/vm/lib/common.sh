# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Words to the person, the cache of things fetched and built, and what must be cleaned up at
# exit. Knows nothing of emulators, kernels or userlands.

# The status of everything that is not the job's own.
readonly MACHINE_FAILED=125
CACHE=${CCWBROKER_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ccwbroker}
# Entries of one name that nobody has used for so many days make room when a new one is built.
readonly CACHE_KEEP_DAYS=14
# The entry being built, if any.
CACHE_PART=''

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$@"
	exit "$MACHINE_FAILED"
}

# Fails with the Debian package to install if one of COMMAND=PACKAGE is not there.
need_commands() {
	local pair missing=()
	for pair; do
		command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
	done
	[[ ${#missing[@]} -eq 0 ]] || die "missing here; run: apt-get install ${missing[*]}"
}

# hash_of WORD...: a short key; a word that names a file stands for the file's content.
hash_of() {
	local word
	for word; do
		if [[ -f $word ]]; then
			sha256sum <"$word"
		else
			printf '%s\n' "$word"
		fi
	done | sha256sum | cut -c1-16
}

# code_of FUNCTION...: what they do, comments and layout left out; for keys.
code_of() {
	declare -f "$@"
}

# cache_entry NAME KEY WHAT BUILDER [ARG]...: sets ENTRY to the directory $CACHE/NAME-KEY. If it
# is not there, says WHAT and calls BUILDER DIR [ARG]... once, however many ask at a time.
cache_entry() {
	local name=$1 key=$2 what=$3 lock began
	shift 3
	ENTRY=$CACHE/$name-$key
	if [[ ! -d $ENTRY ]]; then
		mkdir -p "$CACHE/locks"
		exec {lock}>"$CACHE/locks/$name-$key"
		flock -n "$lock" || { say "waiting for another run: $what"; flock "$lock"; }
		if [[ ! -d $ENTRY ]]; then
			say "$what (once)"
			began=$SECONDS
			cache_fill "$ENTRY" "$@" {lock}>&-
			cache_prune "$name"
			say "$what: done in $((SECONDS - began)) s"
		fi
		exec {lock}>&-
	fi
	touch -c "$ENTRY"
}

# cache_weekly NAME KEY WHAT BUILDER [ARG]...: as cache_entry, for what the mirror has another of
# every few days: once a week. When that fails the one of an earlier week serves.
cache_weekly() {
	local name=$1 key=$2 week status
	shift 2
	week=$(date +%G-%V)
	set +e
	(
		set -e
		trap cache_abandon EXIT
		cache_entry "$name" "$key-$week" "$@"
	)
	status=$?
	set -e
	ENTRY=$CACHE/$name-$key-$week
	((status != 0)) || return 0
	ENTRY=$(find "$CACHE" -maxdepth 1 -name "$name-$key-*" ! -name '*.part' | sort | tail -n 1)
	[[ -n $ENTRY ]] || exit "$status"
	say "going on with $ENTRY"
}

# For every way out: a build that failed or was cut short leaves nothing.
cache_abandon() {
	[[ -z $CACHE_PART ]] || rm -rf "$CACHE_PART"
}

# The builder works in a directory beside the entry, which then appears whole or not at all.
cache_fill() {
	local entry=$1 builder=$2
	shift 2
	rm -rf "$entry.part"
	CACHE_PART=$entry.part
	mkdir -p "$entry.part"
	"$builder" "$entry.part" "$@" >&2
	touch "$entry.part"
	mv "$entry.part" "$entry"
	CACHE_PART=''
}

cache_prune() {
	local old
	find "$CACHE" -maxdepth 1 -name "$1-*" -mtime +"$CACHE_KEEP_DAYS" -print0 |
		while IFS= read -r -d '' old; do
			say "removing $old, unused for $CACHE_KEEP_DAYS days"
			rm -rf "$old"
		done
}

# cpio_of DIR: the directory as an initramfs archive on standard output, all owned by root.
cpio_of() {
	(cd "$1" && find . -print0 | LC_ALL=C sort -z | cpio -o -0 -H newc -R 0:0 --quiet)
}
