// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Accepts or refuses an ORB or a single CCW as the channel would, or because we cannot do it; pure,
 * reads no memory. The rules are those of the Principles of Operation, ch. 15, "Program Check"
 * (list of causes), unless a comment says otherwise. TIC targets are the walk's business.
 */
#include "cp-priv.h"

int cp_check_orb(struct cp *cp, const u8 orb[CP_ORB_SIZE])
{
	bool format2 = orb[5] & ORB5_H;

	if ((orb[4] & ORB4_S) || (orb[5] & (ORB5_I | ORB5_B)))
		return CCWBROKER_REFUSED_ORB;
	cp->format1 = orb[5] & ORB5_F;
	cp->cpa = ccw_get32(orb + 8);
	cp->address_end = cp->format1 ? CCW_FORMAT1_END : CCW_FORMAT0_END;
	cp->idaw_size = format2 ? 8 : 4;
	cp->midaws = orb[7] & ORB7_D;
	cp->block_size = format2 && !(orb[5] & ORB5_T) ? 4096 : 2048;
	/* "Incorrect Length": format-0 CCWs always behave as format-1 CCWs do with L one. */
	cp->immediate_any_length = !cp->format1 || (orb[7] & ORB7_L);
	if (!IS_ALIGNED(cp->cpa, CCW_SIZE) || cp->cpa >= cp->address_end)
		return CCWBROKER_REFUSED_ADDRESS;
	return CCWBROKER_REFUSED_NOT;
}

static int check_tic(const struct cp *cp, struct cp_slot *slot)
{
	const struct ccw *ccw = &slot->ccw;

	if (cp->format1 && (ccw->cmd != CCW_CMD_TIC || ccw->flags || ccw->count))
		return CCWBROKER_REFUSED_CCW_INVALID;
	if (!IS_ALIGNED(ccw->addr, CCW_SIZE) || ccw->addr >= cp->address_end)
		return CCWBROKER_REFUSED_TIC;
	slot->role = CP_SLOT_TIC;
	slot->transfer = slot->context;
	return CCWBROKER_REFUSED_NOT;
}

/*
 * Format 0: a count of zero is invalid. Format 1: it is, with data chaining and in a CCW that
 * data chaining led to.
 */
static bool count_is_valid(const struct cp *cp, const struct cp_slot *slot)
{
	if (slot->ccw.count)
		return true;
	return cp->format1 && !ccw_chains_data(&slot->ccw) && slot->context == CCW_TRANSFER_COMMAND;
}

static bool command_is_permitted(const struct cp *cp, u8 cmd)
{
	return cp->commands[cmd >> 3] & (0x80 >> (cmd & 7));
}

/*
 * In a data chain the code is ignored, unless a status modifier skips the CCW before and makes this
 * one a command. Its data is prepared for what the chain does, so it must be a command that
 * does the same and that is permitted; a code of zero is a program check then.
 */
static u8 chained_cmd(const struct cp *cp, const struct cp_slot *slot)
{
	u8 cmd = slot->ccw.cmd;

	if ((cmd & 0x0f) == 0 || ccw_transfer_of(cmd) != slot->transfer)
		return 0;
	return command_is_permitted(cp, cmd) ? cmd : 0;
}

/* Suspend needs RSCH; a MIDAW list what the ORB allows, neither IDAWs nor the skip flag beside it. */
static int check_flags(const struct cp *cp, u8 flags)
{
	if ((flags & CCW_S) || ((flags & CCW_MIDA) && !cp->midaws))
		return CCWBROKER_REFUSED_CCW_UNSUPPORTED;
	if ((flags & CCW_MIDA) && (flags & (CCW_IDA | CCW_SKIP)))
		return CCWBROKER_REFUSED_CCW_INVALID;
	return CCWBROKER_REFUSED_NOT;
}

int cp_check_ccw(const struct cp *cp, struct cp_slot *slot)
{
	const struct ccw *ccw = &slot->ccw;
	bool is_command = slot->context == CCW_TRANSFER_COMMAND;
	int reason;

	/* In a data chain the command code is ignored, unless it is that of TIC. */
	if ((ccw->cmd & 0x0f) == CCW_CMD_TIC)
		return check_tic(cp, slot);
	reason = check_flags(cp, ccw->flags);
	if (reason)
		return reason;
	if (is_command && (ccw->cmd & 0x0f) == 0)
		return CCWBROKER_REFUSED_CCW_INVALID;
	if (ccw->addr >= cp->address_end || !count_is_valid(cp, slot))
		return CCWBROKER_REFUSED_CCW_INVALID;
	if (is_command && !command_is_permitted(cp, ccw->cmd))
		return CCWBROKER_REFUSED_COMMAND;
	slot->role = CP_SLOT_PLAIN;
	slot->transfer = is_command ? ccw_transfer_of(ccw->cmd) : slot->context;
	slot->host_cmd = is_command ? ccw->cmd : chained_cmd(cp, slot);
	return CCWBROKER_REFUSED_NOT;
}

int cp_check_errno(int reason)
{
	static const int errnos[] = {
		[CCWBROKER_REFUSED_NOT] = 0,
		[CCWBROKER_REFUSED_ORB] = -EOPNOTSUPP,
		[CCWBROKER_REFUSED_ADDRESS] = -EINVAL,
		[CCWBROKER_REFUSED_CCW_UNREADABLE] = -EFAULT,
		[CCWBROKER_REFUSED_CCW_INVALID] = -EINVAL,
		[CCWBROKER_REFUSED_CCW_UNSUPPORTED] = -EOPNOTSUPP,
		[CCWBROKER_REFUSED_TIC] = -EINVAL,
		[CCWBROKER_REFUSED_RUN_LENGTH] = -EINVAL,
		[CCWBROKER_REFUSED_RUN_COUNT] = -EINVAL,
		[CCWBROKER_REFUSED_IDAL_UNREADABLE] = -EFAULT,
		[CCWBROKER_REFUSED_IDAW] = -EINVAL,
		[CCWBROKER_REFUSED_DATA_UNMAPPED] = -EFAULT,
		[CCWBROKER_REFUSED_DATA_PROTECTED] = -EPERM,
		[CCWBROKER_REFUSED_DATA_SIZE] = -E2BIG,
		[CCWBROKER_REFUSED_RESOURCES] = -ENOMEM,
		[CCWBROKER_REFUSED_COMMAND] = -EPERM,
	};

	if (WARN_ON_ONCE(reason < 0 || (size_t)reason >= ARRAY_SIZE(errnos)))
		return -EINVAL;
	return errnos[reason];
}

bool cp_check_is_guest_fault(int reason)
{
	return reason != CCWBROKER_REFUSED_NOT && reason != CCWBROKER_REFUSED_RESOURCES;
}
