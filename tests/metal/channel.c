/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the I/O instructions and the wait for an I/O interruption. Judges nothing.
 */
#include "channel.h"

#include "console.h"

#define LOWCORE_IO_CODE 0xb8
#define TOD_PER_MS	(1000ULL << 12)

int metal_wait(void);

/* An instruction on a subchannel, its number in register 1, and a block in storage. */
#define BLOCK_INSTRUCTION(name, block)                                                             \
	({                                                                                         \
		register uint64_t number __asm__("1") = subchannel;                                \
		int cc;                                                                            \
                                                                                                   \
		__asm__ volatile("	" name "	0(%2)\n"                                          \
				 "	ipm	%0\n"                                                       \
				 "	srl	%0,28\n"                                                    \
				 : "=d"(cc)                                                        \
				 : "d"(number), "a"(block)                                         \
				 : "cc", "memory");                                                \
		cc;                                                                                \
	})

#define PLAIN_INSTRUCTION(name)                                                                    \
	({                                                                                         \
		register uint64_t number __asm__("1") = subchannel;                                \
		int cc;                                                                            \
                                                                                                   \
		__asm__ volatile("	" name "\n"                                                \
				 "	ipm	%0\n"                                                       \
				 "	srl	%0,28\n"                                                    \
				 : "=d"(cc)                                                        \
				 : "d"(number)                                                     \
				 : "cc", "memory");                                                \
		cc;                                                                                \
	})

int channel_stsch(uint32_t subchannel, struct schib *ret_schib)
{
	return BLOCK_INSTRUCTION("stsch", ret_schib);
}

int channel_msch(uint32_t subchannel, const struct schib *schib)
{
	return BLOCK_INSTRUCTION("msch", schib);
}

int channel_ssch(uint32_t subchannel, const struct orb *orb)
{
	return BLOCK_INSTRUCTION("ssch", orb);
}

int channel_tsch(uint32_t subchannel, struct irb *ret_irb)
{
	return BLOCK_INSTRUCTION("tsch", ret_irb);
}

int channel_hsch(uint32_t subchannel)
{
	return PLAIN_INSTRUCTION("hsch");
}

int channel_csch(uint32_t subchannel)
{
	return PLAIN_INSTRUCTION("csch");
}

int channel_xsch(uint32_t subchannel)
{
	return PLAIN_INSTRUCTION("xsch");
}

int channel_rsch(uint32_t subchannel)
{
	return PLAIN_INSTRUCTION("rsch");
}

int channel_tpi(struct interruption *ret_code)
{
	uint32_t subchannel = 0; /* not looked at */

	return BLOCK_INSTRUCTION("tpi", ret_code);
}

int channel_stcrw(uint32_t *ret_crw)
{
	uint32_t subchannel = 0; /* not looked at */

	return BLOCK_INSTRUCTION("stcrw", ret_crw);
}

static uint64_t tod_now(void)
{
	uint64_t now;

	__asm__ volatile("	stck	%0\n" : "=Q"(now) : : "cc");
	return now;
}

static void tod_set_alarm(uint64_t when)
{
	__asm__ volatile("	sckc	%0\n" : : "Q"(when) : "cc");
}

bool channel_wait(unsigned int milliseconds, struct interruption *ret_code)
{
	uint64_t code = LOWCORE_IO_CODE;
	bool is_io;

	tod_set_alarm(tod_now() + milliseconds * TOD_PER_MS);
	is_io = metal_wait();
	tod_set_alarm(~0ULL);
	if (is_io)
		/* the compiler need not know that low addresses can be read */
		__asm__ volatile("	mvc	0(12,%0),0(%1)\n"
				 :
				 : "a"(ret_code), "a"(code)
				 : "memory");
	return is_io;
}

void channel_open_subclass(int subclass)
{
	uint64_t mask = subclass < 0 ? 0xff000000 : 0x80000000ULL >> subclass;

	__asm__ volatile("	lctlg	%%c6,%%c6,%0\n" : : "Q"(mask) : "memory");
}

void program_check(void) __attribute__((noreturn));
void machine_check(void) __attribute__((noreturn));

/* Interruption code at 0x8c, old PSW at 0x150. */
void program_check(void)
{
	uint64_t code, address;

	__asm__ volatile("	llgf	%0,0x8c\n"
			 "	lg	%1,0x158\n"
			 : "=d"(code), "=d"(address));
	console_die("a program interruption; code and address", code << 32 | address);
}

void machine_check(void)
{
	console_die("a machine check", 0);
}
