# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# The source tree as the tools need it. They build in directories of their own below it, which make
# cannot do in a tree that is itself configured; then they go on in a copy.

# TOP: true if someone ran configure in the tree itself.
tree_is_configured_in_place()
{
	[ -e "$1/config.status" ]
}

# TOP: brings the copy TOP/build/tree up to date, changed files only, and prints its name.
tree_copy()
{
	local top=$1 copy=$1/build/tree list
	mkdir -p "$copy"
	list=$(mktemp)
	"$top/tests/lint/files" "$top" | sort >"$list"
	if [ -f "$copy.list" ]; then
		comm -13 "$list" "$copy.list" | (cd "$copy" && xargs -r -d '\n' rm -f)
	fi
	(cd "$top" && xargs -r -d '\n' cp -p --update --parents -t "$copy") <"$list"
	mv "$list" "$copy.list"
	echo "$copy"
}
