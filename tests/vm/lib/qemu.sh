# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# QEMU as the machine. Reads the globals that `run` parsed; starts one process and says its id.

readonly QEMU=qemu-system-s390x QEMU_MEMORY=1G
# The machine's own disks; see also guest/disk.
readonly QEMU_OUTLET=fe.0.fff0 QEMU_ROOT=fe.0.fff1 QEMU_CHANGES=fe.0.fff2

qemu_check() {
	need_commands "$QEMU=qemu-system-misc"
}

# Sets QEMU_ARGS. The console goes to the log, a shell to this terminal.
qemu_arguments() {
	local tmp=$1 device
	# shellcheck disable=SC2054 # the commas are QEMU's
	QEMU_ARGS=(-M s390-ccw-virtio -m "$QEMU_MEMORY" -smp "$CPUS" -nodefaults -display none -no-reboot
		-kernel "$KERNEL/vmlinuz" -initrd "$tmp/initrd" -append "$KERNEL_OPTIONS"
		-chardev "file,id=console,path=$LOG,append=on" -device sclpconsole,chardev=console
		-device virtio-rng-ccw,devno=fe.0.fffe
		-drive "if=none,id=outlet,file=$tmp/outlet,format=raw"
		-device "virtio-blk-ccw,drive=outlet,devno=$QEMU_OUTLET")
	if [[ -n ${ROOT_IMAGE:-} ]]; then
		QEMU_ARGS+=(-drive "if=none,id=root,file=$ROOT_IMAGE,format=raw,readonly=on"
			-device "virtio-blk-ccw,drive=root,devno=$QEMU_ROOT")
	fi
	if [[ -n $CHANGES ]]; then
		QEMU_ARGS+=(-drive "if=none,id=changes,file=$CHANGES,format=raw"
			-device "virtio-blk-ccw,drive=changes,devno=$QEMU_CHANGES")
	fi
	if [[ -n $TN3270 ]]; then
		QEMU_ARGS+=(-chardev
			"socket,id=tn3270,host=127.0.0.1,port=$TN3270,server=on,wait=off,tn3270=on"
			-device "x-terminal3270,chardev=tn3270,devno=fe.0.3270")
	fi
	if [[ -n $MONITOR ]]; then
		QEMU_ARGS+=(-monitor "tcp:127.0.0.1:$MONITOR,server=on,wait=off")
	fi
	if [[ $SHELL_WANTED == yes ]]; then
		QEMU_ARGS+=(-chardev "stdio,id=shell,signal=off"
			-device "virtio-serial-ccw,devno=fe.0.fffd" -device "virtconsole,chardev=shell")
	fi
	for device in "${DEVICES[@]}"; do
		QEMU_ARGS+=(-device "$device")
	done
}

# Sets EMULATOR_PID.
qemu_start() {
	qemu_arguments "$1"
	if [[ $SHELL_WANTED == yes ]]; then
		setpriv --pdeathsig KILL "$QEMU" "${QEMU_ARGS[@]}" <&0 2>>"$LOG" &
	else
		setpriv --pdeathsig KILL "$QEMU" "${QEMU_ARGS[@]}" </dev/null >>"$LOG" 2>&1 &
	fi
	EMULATOR_PID=$!
}

# Power-off ends QEMU by itself; nothing to ask it for.
qemu_quit() {
	:
}

# It says nothing of the kind; it ends by a signal.
qemu_has_crashed() {
	return 1
}
