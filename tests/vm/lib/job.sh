# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# What one run brings into the machine, as an archive appended to the userland's initramfs: our
# build, the machine's own scripts, the job and its files. Reads the globals that `run` parsed.

# Where the output comes out; sparse, so only what is said takes room.
readonly JOB_DISK_SIZE=1G

# Sets OUTLET (the host's) and OUTLET_GUEST.
job_outlet_ensure() {
	cache_entry outlet "$(hash_of "$VM/outlet.c" "$(code_of job_outlet_build)")" \
		"compiling the outlet" job_outlet_build
	OUTLET=$ENTRY/outlet
	OUTLET_GUEST=$ENTRY/outlet.s390x
}

job_outlet_build() {
	local flags=(-std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wno-unused-parameter)
	gcc "${flags[@]}" -o "$1/outlet" "$VM/outlet.c"
	s390x-linux-gnu-gcc "${flags[@]}" -static -s -o "$1/outlet.s390x" "$VM/outlet.c"
}

job_copy_build() {
	local root=$1 modules=$BUILD/modules lock
	[[ $KERNEL_KIND == stock ]] || modules+=-$KERNEL_KIND
	[[ -d $BUILD/root ]] || return 0
	exec {lock}<"$BUILD/lock"
	flock -s "$lock"
	if [[ $INSTALLED == no ]]; then
		:
	elif [[ $USERLAND == debian ]]; then
		cp -a "$PACKAGED/root/." "$root/"
		[[ $SERVICE == yes ]] || rm "$root/etc/systemd/system/multi-user.target.wants/ccwbrokerd.service"
	else
		cp -a "$BUILD/root/." "$root/"
	fi
	if [[ -d $modules/$USERLAND ]]; then
		cp -a "$modules/$USERLAND/." "$root/"
	fi
	exec {lock}<&-
}

# The person's terminal: rows, columns, kind.
job_terminal() {
	local size
	size=$(stty size 2>/dev/null) || true
	[[ $size =~ ^[1-9][0-9]*\ [1-9][0-9]*$ ]] || size='24 80'
	printf '%s %s\n' "$size" "${TERM:-dumb}"
}

job_copy_files() {
	local job=$1 file
	mkdir -p "$job/script" "$job/files"
	if [[ -n $SCRIPT ]]; then
		cp "$SCRIPT" "$job/script/"
		basename "$SCRIPT" >"$job/name"
	fi
	: >"$job/args"
	((${#ARGS[@]} == 0)) || printf '%s\0' "${ARGS[@]}" >"$job/args"
	for file in "${FILES[@]}"; do
		cp -r --preserve=mode "$file" "$job/files/"
	done
	[[ $SERVICE == yes ]] || : >"$job/no-service"
	[[ $SHELL_WANTED == no ]] || job_terminal >"$job/shell"
}

# job_pack TMP: makes TMP/initrd, TMP/outlet (the disk's file). The userland says below which
# directory of the initramfs it wants what the run brings, and adds to it.
job_pack() {
	local tmp=$1 root=$1/initramfs$PAYLOAD
	local lib=$root/usr/lib/machine over
	mkdir -p "$lib" "$root/usr/local/bin"
	for over in "${OVERS[@]}"; do
		cp -a "$over/." "$root/"
	done
	job_copy_build "$root"
	cp "$VM"/guest/{disk,init,job,machine-service,report-failure,shell} "$lib/"
	cp "$OUTLET_GUEST" "$lib/outlet"
	printf '%s\n' "${KERNEL_MODULES[@]}" >"$lib/modules"
	ln -s ../../lib/machine/machine-service "$root/usr/local/bin/"
	mkdir -p "$root/var/lib/systemd"
	head -c 512 /dev/urandom >"$root/var/lib/systemd/random-seed"
	"${USERLAND}_hook" "$tmp/initramfs"
	job_copy_files "$root/job"
	cpio_of "$tmp/initramfs" | cat "$BASE_INITRD" - >"$tmp/initrd"
	rm -rf "$tmp/initramfs"
	truncate -s "$JOB_DISK_SIZE" "$tmp/outlet"
}
