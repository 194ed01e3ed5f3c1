/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A guest without an operating system that tries the channel subsystem on two devices and says what
 * it sees: 1111, or 0120, a virtio network card, and 3270, a terminal, which may be missing. Under the bare
 * emulator and on devices passed through by the broker it must say the same. A card 0bad is left as no host likes it.
 */
#include "check.h"
#include "console.h"
#include "report.h"

#define SUBCHANNELS_MAX 256

static struct device card = { .name = "card", .subclass = 3 };
static struct device terminal = { .name = "terminal", .subclass = 5 };

/* True if found. Subchannels are numbered from 0; behind the last one there is cc 3. */
static bool find(uint16_t number, uint32_t *ret_subchannel)
{
	struct schib schib;

	for (uint32_t i = 0; i < SUBCHANNELS_MAX; i++) {
		if (channel_stsch(0x10000 | i, &schib) == 3)
			return false;
		if (schib.pmcw.flags & PMCW_VALID && schib.pmcw.device == number) {
			*ret_subchannel = 0x10000 | i;
			return true;
		}
	}
	return false;
}

static void check_nothing_there(void)
{
	struct schib schib = {};
	uint32_t crw;
	int cc;

	cc = channel_stsch(0x1ffff, &schib);
	REPORT(cc == 3, "no subchannel ffff: store is cc %u", cc);
	cc = channel_msch(0x1ffff, &schib);
	REPORT(cc == 3, "no subchannel ffff: modify is cc %u", cc);
	cc = channel_stcrw(&crw);
	REPORT(cc == 1, "no channel report word: cc %u", cc);
}

static void check_both(void)
{
	check_subchannel(&card);
	check_subchannel(&terminal);
	check_not_enabled(&card);
	check_not_enabled(&terminal);
	check_enable(&card);
	check_enable(&terminal);
	check_terminal(&terminal);
	check_programs(&card);
	check_data(&card);
	check_refused(&card);
	check_functions(&card);
	check_programs(&terminal);
	check_refused(&terminal);
	check_functions(&terminal);
	check_paths(&terminal);
	check_missing_paths(&terminal);
	check_paths(&card);
	check_missing_paths(&card);
}

/* The host may have it by its own vfio_ccw, and asks it anew what it is: it is left as it was found. */
static void check_card(void)
{
	check_subchannel(&card);
	check_not_enabled(&card);
	check_enable(&card);
	check_programs(&card);
	check_data(&card);
	check_refused(&card);
	check_functions(&card);
	check_paths(&card);
}

bool metal_main(void)
{
	check_nothing_there();
	if (find(0x0bad, &card.subchannel)) {
		check_card();
		check_missing_paths(&card);
		return report_end();
	}
	if (!find(0x1111, &card.subchannel) && !find(0x0120, &card.subchannel))
		console_die("there is no device 1111 or 0120", 0);
	if (find(0x3270, &terminal.subchannel))
		check_both();
	else
		check_card();
	return report_end();
}
