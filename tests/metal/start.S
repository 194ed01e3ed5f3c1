/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Where the guest begins, waits and ends: what cannot be said in C. QEMU enters with a 64-bit PSW.
 */
	.section .note.GNU-stack, "", @progbits
	.section .text.start, "ax"
	.globl start
start:
	larl	%r15, stack_end - 160
	larl	%r1, control_0
	lctlg	%c0, %c0, 0(%r1)
	larl	%r1, control_6
	lctlg	%c6, %c6, 0(%r1)
	/* a program interruption ends in program_check, which does not return */
	larl	%r1, program_psw
	mvc	0x1d0(16), 0(%r1)
	larl	%r1, machine_psw
	mvc	0x1e0(16), 0(%r1)
	brasl	%r14, metal_main
	/* void metal_end(long is_good): address 0xfff is how QEMU knows a shutdown */
	.globl metal_end
metal_end:
	larl	%r1, bad_psw
	ltgr	%r2, %r2
	jz	0f
	larl	%r1, good_psw
0:	lpswe	0(%r1)

	/*
	 * int metal_wait(void): waits for an interruption; 1: I/O, its code stands at 0xb8; 0: the
	 * clock comparator. The new PSWs lead back here, with interruptions off as before.
	 */
	.globl metal_wait
metal_wait:
	larl	%r1, off_mask
	mvc	0x1f0(8), 0(%r1)
	mvc	0x1b0(8), 0(%r1)
	larl	%r1, 1f
	stg	%r1, 0x1f8
	larl	%r1, 0f
	stg	%r1, 0x1b8
	larl	%r1, wait_psw
	lpswe	0(%r1)
0:	lghi	%r2, 0
	br	%r14
1:	lghi	%r2, 1
	br	%r14

	.section .data
	.balign	16
program_psw:
	.quad	0x0000000180000000, program_check
machine_psw:
	.quad	0x0000000180000000, machine_check
wait_psw:
	.quad	0x0302000180000000, 0
good_psw:
	.quad	0x0002000180000000, 0xfff
bad_psw:
	.quad	0x0002000180000000, 0xbad
off_mask:
	.quad	0x0000000180000000
control_0:
	.quad	0x800			/* of external interruptions, the clock comparator's */
	.globl	control_6
control_6:
	.quad	0xff000000		/* every interruption subclass */

	.section .bss
	.balign	16
	.space	65536
stack_end:
