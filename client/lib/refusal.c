/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the words for why the kernel module did not start a program.
 */
#include "ccwbroker.h"
#include "macro.h"
#include "refusal.h"

static const char *const words[] = {
	[CCWBROKER_REFUSED_NOT] = "it was not refused",
	[CCWBROKER_REFUSED_ORB] = "the operation request block asks for something unsupported",
	[CCWBROKER_REFUSED_ADDRESS] = "the program's address is not valid",
	[CCWBROKER_REFUSED_CCW_UNREADABLE] = "the CCW lies outside of mapped memory",
	[CCWBROKER_REFUSED_CCW_INVALID] =
		"the channel knows no such command code or combination of flags",
	[CCWBROKER_REFUSED_CCW_UNSUPPORTED] =
		"unsupported: a suspend flag, a MIDAW flag or its interruption, or copied data both read and written",
	[CCWBROKER_REFUSED_TIC] =
		"a tic may not come first, lead to a tic, or lead out of the program",
	[CCWBROKER_REFUSED_RUN_LENGTH] = "too many CCWs in a row",
	[CCWBROKER_REFUSED_RUN_COUNT] = "too many pieces joined by tic",
	[CCWBROKER_REFUSED_IDAL_UNREADABLE] = "its address list lies outside of mapped memory",
	[CCWBROKER_REFUSED_IDAW] = "its address list is not aligned",
	[CCWBROKER_REFUSED_DATA_UNMAPPED] = "its data lies outside of mapped memory",
	[CCWBROKER_REFUSED_DATA_PROTECTED] = "the device would store into read-only memory",
	[CCWBROKER_REFUSED_DATA_SIZE] = "the program transfers too much data in one go",
	[CCWBROKER_REFUSED_RESOURCES] =
		"not enough memory, or more than may be locked (see ulimit -l)",
	[CCWBROKER_REFUSED_COMMAND] = "the device may not be given this command",
};

const char *refusal_words(uint32_t reason)
{
	if (reason >= ARRAY_SIZE(words) || !words[reason])
		return "a reason that this library does not know";
	return words[reason];
}
