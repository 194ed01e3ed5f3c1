/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the channel program under test: building it, running it, and telling how it ended.
 */
#include "program.h"

#include "console.h"
#include "report.h"

#define PROGRAM_MAX 256

static uint8_t ccws[PROGRAM_MAX][8] __attribute__((aligned(4096)));
static unsigned int n_ccws;
static uint32_t last_parameter = 0xc0de0000;

void program_begin(void)
{
	memset(ccws, 0, sizeof(ccws));
	n_ccws = 0;
}

const void *program_start(void)
{
	return ccws;
}

static uint8_t *next_ccw(void)
{
	if (n_ccws == PROGRAM_MAX)
		console_die("more CCWs than the program has room for", n_ccws);
	return ccws[n_ccws++];
}

void program_add(uint8_t command, uint8_t flags, uint16_t count, const void *address)
{
	uint32_t where = (uint32_t)(uintptr_t)address;
	uint8_t *ccw = next_ccw();

	ccw[0] = command;
	ccw[1] = flags;
	memcpy(&ccw[2], &count, 2);
	memcpy(&ccw[4], &where, 4);
}

void program_add_format_0(uint8_t command, uint8_t flags, uint16_t count, const void *address)
{
	uint32_t where = (uint32_t)(uintptr_t)address;
	uint8_t *ccw = next_ccw();

	memcpy(&ccw[0], &where, 4);
	ccw[0] = command;
	ccw[4] = flags;
	memcpy(&ccw[6], &count, 2);
}

void program_add_tic(unsigned int n)
{
	program_add(COMMAND_TIC, 0, 0, ccws[n]);
}

void program_orb(struct orb *ret_orb)
{
	memset(ret_orb, 0, sizeof(*ret_orb));
	ret_orb->parameter = ++last_parameter;
	ret_orb->flags = ORB_FORMAT_1 | ORB_PREFETCH | ORB_FORMAT_2_IDAW | ORB_PATHS;
	ret_orb->program = (uint32_t)(uintptr_t)ccws;
}

bool program_await(const struct device *device, uint32_t parameter, unsigned int milliseconds,
		   struct outcome *ret)
{
	struct interruption code;

	if (!channel_wait(milliseconds, &code))
		return false;
	ret->is_told_right = code.subchannel == device->subchannel && code.parameter == parameter &&
			     (code.word & 0xf8000000) == (uint32_t)device->subclass << 27;
	ret->has_ended = channel_tsch(device->subchannel, &ret->irb) == 0;
	return true;
}

void program_run_orb(const struct device *device, const struct orb *orb, struct outcome *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->condition = channel_ssch(device->subchannel, orb);
	if (ret->condition == 0)
		(void)program_await(device, orb->parameter, PROGRAM_WAIT_MS, ret);
}

void program_run(const struct device *device, struct outcome *ret)
{
	struct orb orb;

	program_orb(&orb);
	program_run_orb(device, &orb, ret);
}

bool program_went_well(const struct outcome *outcome)
{
	const struct scsw *scsw = &outcome->irb.scsw;

	return outcome->condition == 0 && outcome->has_ended && outcome->is_told_right &&
	       scsw->device == (DEVICE_CHANNEL_END | DEVICE_END) &&
	       !(scsw->subchannel & ~SUBCHANNEL_WRONG_LENGTH) && !(scsw->flags & SCSW_CC) &&
	       !(scsw->control & SCSW_ACTIVITY_MASK);
}

void program_report(bool is_good, const struct device *device, const char *what,
		    const struct outcome *outcome)
{
	report_begin(is_good);
	console_add("%s: %s: cc %u", device->name, what, outcome->condition);
	if (outcome->condition == 0 && !outcome->has_ended)
		console_add(", no end");
	if (outcome->has_ended) {
		console_add(", %s, ", outcome->is_told_right ? "told right" : "told wrong");
		report_scsw(&outcome->irb.scsw, ccws);
	}
	console_end();
}
