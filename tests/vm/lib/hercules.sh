# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Hercules as the machine. Reads the globals that `run` parsed; starts one process and says its
# id. Everything it reads and writes, but for the --device files, lies in the run's directory.

# Main storage in MiB; the initramfs and, with debian, the overlay live in it.
readonly HERCULES_MEMORY=768
readonly HERCULES_INITRD_ADDRESS=0x02000000
# Linux's parameter area, as the load file fills it.
readonly HERCULES_PARAMETERS_SIZE=896
# What it says of a fault of its own.
readonly HERCULES_CRASH='HHCCP017I.*Machine check due to host error'

hercules_check() {
	need_commands hercules=hercules
}

hercules_config() {
	local tmp=$1 device
	cat <<-EOF
		CPUSERIAL 000001
		CPUMODEL  2097
		MAINSIZE  $HERCULES_MEMORY
		NUMCPU    $CPUS
		ARCHMODE  ESA/390
		OSTAILOR  QUIET
		PANRATE   SLOW
		0009 3215-C / noprompt
		FFF0 9336 $tmp/outlet
	EOF
	[[ -z $TN3270 ]] || echo "CNSLPORT 127.0.0.1:$TN3270"
	[[ $SHELL_WANTED == no ]] || echo "HTTPPORT $KEYS_PORT AUTH keys $KEYS_PASSWORD"
	[[ -z ${ROOT_IMAGE:-} ]] || echo "FFF1 9336 $ROOT_IMAGE"
	for device in "${DEVICES[@]}"; do
		echo "$device"
	done
}

# A Linux that powers off stops its CPU, one that panics loads a disabled wait; Hercules tells and
# runs on, as it does when a CPU thread of its own died (HHCCP017I). `quit` closes the images.
hercules_rc() {
	local command
	cat <<-EOF
		hao tgt HHCCP011I.*Disabled wait
		hao cmd quit
		hao tgt SIGP Stop
		hao cmd quit
		hao tgt $HERCULES_CRASH
		hao cmd quit
	EOF
	for command in "${HERCULES_COMMANDS[@]}"; do
		printf 'hao tgt %s\nhao cmd %s\n' "${command%%=*}" "${command#*=}"
	done
	printf 'archmode z/Arch\nipl %s/linux.ins\n' "$1"
}

# hercules_bytes NUMBER: it as eight big-endian bytes.
hercules_bytes() {
	# shellcheck disable=SC2059 # the format is made of \x escapes
	printf "$(printf '%016x' "$1" | sed 's/../\\x&/g')"
}

hercules_load_file() {
	local tmp=$1 size
	size=$(stat -c %s "$tmp/initrd")
	{
		hercules_bytes "$HERCULES_INITRD_ADDRESS"
		hercules_bytes "$size"
	} >"$tmp/initrd.at"
	printf '%s' "$KERNEL_OPTIONS" >"$tmp/parameters"
	truncate -s "$HERCULES_PARAMETERS_SIZE" "$tmp/parameters"
	cp --reflink=auto "$KERNEL/vmlinuz" "$tmp/vmlinuz"
	# Names are relative to this file.
	cat >"$tmp/linux.ins" <<-EOF
		vmlinuz 0x00000000
		initrd.at 0x00010408
		parameters 0x00010480
		initrd $HERCULES_INITRD_ADDRESS
	EOF
}

# Sets EMULATOR_PID. Device files given by relative path are found from where `run` was called.
hercules_start() {
	local tmp=$1
	[[ $SHELL_WANTED == no ]] || keys_setup
	hercules_load_file "$tmp"
	hercules_config "$tmp" >"$tmp/hercules.cnf"
	hercules_rc "$tmp" >"$tmp/hercules.rc"
	HERCULES_RC=$tmp/hercules.rc setpriv --pdeathsig KILL "${KEYS_NETWORK[@]}" \
		hercules -d -f "$tmp/hercules.cnf" </dev/null >>"$LOG" 2>&1 &
	EMULATOR_PID=$!
	if [[ $SHELL_WANTED == yes ]]; then
		keys_start "$tmp/outlet" <&0 &
		PUMP_PID=$!
	fi
}

# For a machine whose end the rules above did not see.
hercules_quit() {
	kill -TERM "$EMULATOR_PID" 2>/dev/null || true
}

hercules_has_crashed() {
	grep -qa "$HERCULES_CRASH" "$1"
}
