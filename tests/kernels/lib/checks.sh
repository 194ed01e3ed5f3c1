# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# What is checked about the module on one kernel: the one that KERNEL holds. Each check says what is
# wrong and keeps a log; none knows of the others or of the table.

# What checkpatch says where .clang-format decides (alignment, ends of lines, blank lines, comments),
# where it takes a pointer for a lock, and of three lines that cannot be otherwise: the file that says
# which file it stands in for, stsch(), which no public header declares, and the operation that an
# older kernel does not have.
readonly CHECK_STYLE_IGNORE=LINE_SPACING,LONG_LINE_COMMENT,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT,SPACING,UNCOMMENTED_DEFINITION,MACRO_ARG_REUSE,EMBEDDED_FILENAME,AVOID_EXTERNS,MACRO_ARG_UNUSED
readonly CHECK_BAD='(^|[^[:alnum:]])(warning|error|fatal)( |:)'

# Nobody debugs what is built here, and it saves a quarter of the time.
readonly CHECK_FLAGS="-Werror -g0"

# check_run NAME KIND: false, with the reason on standard error, if something is wrong.
check_run() {
	local name=$1 log=$BUILD/$2-$1.log
	case $name in
	boot) check_boot "$2" "$log" ;;
	dkms) dkms_check "$log" ;;
	*)
		check_proves "$name" "$2" "$BUILD/$2-$1-sample.log" || return 1
		check_copy "$BUILD/$2"
		check_tree "$name" "$BUILD/$2/kmod" "$log" || {
			# What was compiled with a warning would not be compiled again.
			rm -rf "${BUILD:?}/$2"
			return 1
		}
		;;
	esac
}

# check_tree NAME DIR LOG: runs it on module sources.
check_tree() {
	local name=$1 dir=$2 log=$3 status=0
	"check_$name" "$dir" >"$log" 2>&1 </dev/null || status=$?
	! grep -qiE "$CHECK_BAD" "$log" || status=1
	((status != 0)) || return 0
	say "$KERNEL_VERSION: $name"
	grep -iE -A 2 "$CHECK_BAD" "$log" >&2 || tail -n 20 "$log" >&2
	say "all of it: $log"
	return 1
}

check_warnings() {
	kernel_make "$1" W=1 KCFLAGS="$CHECK_FLAGS" modules
}

check_sparse() {
	kernel_make "$1" W=1 C=2 KCFLAGS="$CHECK_FLAGS" modules
}

check_style() {
	local dir=$1
	(
		cd "$dir" || exit
		find . -name '*.[ch]' ! -name '*.mod.c' -printf '%P\n' | sort |
			xargs perl "$SOURCE/scripts/checkpatch.pl" --no-tree --terse --strict \
				--show-types --no-summary --ignore "$CHECK_STYLE_IGNORE" -f
	)
}

# The sources, without objects of another kernel among them.
check_copy() {
	local dir=$1 file
	if [[ $(cat "$dir/key" 2>/dev/null) != "$KERNEL" ]]; then
		rm -rf "$dir"
	fi
	mkdir -p "$dir"
	"$TOP/tests/lint/files" "$TOP" 'kmod/*' >"$dir/files"
	(cd "$TOP" && xargs cp -u --preserve=mode,timestamps --parents -t "$dir" --) <"$dir/files"
	find "$dir/kmod" -name '*.[ch]' ! -name '*.mod.c' -printf 'kmod/%P\n' | while read -r file; do
		grep -qxF "$file" "$dir/files" || rm "$dir/$file"
	done
	echo "$KERNEL" >"$dir/key"
}

# A module with one fault for each check, and none that two of them see.
check_sample() {
	local dir=$1
	mkdir -p "$dir"
	cp "$TOP/kmod/Makefile" "$dir/"
	echo 'obj-m := sample.o' >"$dir/Kbuild"
	{
		printf '// SPDX-License-Identifier: GPL-2.0-only\n#include <linux/module.h>\n\n'
		printf 'MODULE_DESCRIPTION("sample");\nMODULE_LICENSE("GPL");\n\n'
		case $2 in
		warnings) printf 'static const int unused = 1;\n' ;;
		sparse) printf '__be32 sample(void);\n__be32 sample(void)\n{\n\treturn 1;\n}\n' ;;
		style) printf 'int sample(void);\nint sample(void)\n{\n\treturn (1);\n}\n' ;;
		esac
	} >"$dir/sample.c"
}

# check_proves NAME KIND LOG: does the check see the fault of the sample?
check_proves() {
	local name=$1 dir log=$3
	dir=$(mktemp -d)
	check_sample "$dir" "$name"
	if check_tree "$name" "$dir" "$log" 2>/dev/null || ! grep -q 'sample\.c:[0-9]' "$log"; then
		say "$KERNEL_VERSION: $name does not see what is wrong in a bad sample; see $log"
		rm -rf "$dir"
		return 1
	fi
	rm -rf "$dir"
}

check_boot() {
	local log=$2
	CASE_KERNEL=$1 "$VM/cases/module.sh" >"$log" 2>&1 </dev/null && return 0
	grep -a '^not ok' "$log" >&2 || tail -n 20 "$log" >&2
	say "all of it: $log"
	return 1
}
