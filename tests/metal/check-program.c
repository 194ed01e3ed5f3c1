/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Programs that every device ends well: Sense ID and No-operation in all forms that a program can
 * have.
 */
#include "check.h"

#include "console.h"
#include "report.h"

#define ID_BYTES 7
#define CHAINED	 100

static uint8_t area[2 * 4096] __attribute__((aligned(4096)));

/* 0xff, control unit type and model, device type and model. */
static bool is_sense_id(const uint8_t *id)
{
	return id[0] == 0xff && (id[1] || id[2]);
}

static void sense_id(const struct device *device, uint8_t *ret_id)
{
	struct outcome outcome;

	memset(ret_id, 0, ID_BYTES);
	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH, ID_BYTES, area);
	memset(area, 0xaa, 64);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "Sense ID", &outcome);
	memcpy(ret_id, area, ID_BYTES);
	REPORT(is_sense_id(ret_id), "%s: Sense ID reads %b, then %b", device->name, area, ID_BYTES,
	       area + ID_BYTES, 9);
}

static void sense_id_lengths(const struct device *device, const uint8_t *id)
{
	static const struct {
		const char *what;
		uint8_t flags;
		uint16_t count;
	} lengths[] = {
		/* an emulated device puts the first byte in its place only with three behind it */
		{ "Sense ID of 4 bytes", CCW_ANY_LENGTH, 4 },
		{ "Sense ID of 4 bytes, length checked", 0, 4 },
		{ "Sense ID of 300 bytes", CCW_ANY_LENGTH, 300 },
		{ "Sense ID of 300 bytes, length checked", 0, 300 },
		{ "Sense ID, skipped", CCW_ANY_LENGTH | CCW_SKIP, ID_BYTES },
	};
	struct outcome outcome;

	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		program_begin();
		program_add(COMMAND_SENSE_ID, lengths[i].flags, lengths[i].count, area);
		memset(area, 0xaa, 512);
		program_run(device, &outcome);
		/* emulated devices answer a wrong length with program check: seen, not judged */
		program_report(outcome.has_ended && outcome.is_told_right, device, lengths[i].what,
			       &outcome);
		REPORT(lengths[i].flags != CCW_ANY_LENGTH || memcmp(area, id, 4) == 0,
		       "%s: %s reads %b", device->name, lengths[i].what, area, 16);
	}
}

static void format_0(const struct device *device, const uint8_t *id)
{
	struct outcome outcome;
	struct orb orb;

	program_begin();
	program_add_format_0(COMMAND_NOP, CCW_CHAIN_COMMAND | CCW_ANY_LENGTH, 1, area);
	/* any command whose low digit is 8 is a transfer in this format */
	program_add_format_0(0x98, 0xff, 77, (const uint8_t *)program_start() + 24);
	program_add_format_0(0xff, 0, 1, area); /* jumped over */
	program_add_format_0(COMMAND_SENSE_ID, CCW_ANY_LENGTH, ID_BYTES, area);
	program_orb(&orb);
	orb.flags &= ~ORB_FORMAT_1;
	memset(area, 0xaa, 64);
	program_run_orb(device, &orb, &outcome);
	program_report(program_went_well(&outcome), device, "format 0, with a transfer", &outcome);
	REPORT(memcmp(area, id, ID_BYTES) == 0, "%s: format 0 reads the same", device->name);
}

static void chain(const struct device *device, const uint8_t *id)
{
	struct outcome outcome;
	unsigned int same = 0;

	program_begin();
	for (unsigned int i = 0; i < CHAINED; i++) {
		program_add(COMMAND_SENSE_ID,
			    CCW_ANY_LENGTH | (i < CHAINED - 1 ? CCW_CHAIN_COMMAND : 0), ID_BYTES,
			    area + 16 * i);
		if (i == CHAINED / 2) {
			program_add_tic(i + 3);
			program_add(0xff, 0, 1, area); /* jumped over */
		}
	}
	memset(area, 0xaa, sizeof(area));
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "100 chained, one transfer", &outcome);
	for (unsigned int i = 0; i < CHAINED; i++)
		same += memcmp(area + 16 * i, id, ID_BYTES) == 0 && area[16 * i + 8] == 0xaa;
	REPORT(same == CHAINED, "%s: %u of them read the same, and nothing beside it", device->name,
	       same);
}

static void no_operation(const struct device *device)
{
	struct outcome outcome;
	struct orb orb;

	program_begin();
	program_add(COMMAND_NOP, CCW_ANY_LENGTH, 1, area);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "No-operation", &outcome);

	program_begin();
	program_add(COMMAND_NOP, CCW_ANY_LENGTH, 0, 0);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "No-operation, count 0", &outcome);

	program_orb(&orb);
	orb.flags &= ~ORB_PREFETCH;
	program_run_orb(device, &orb, &outcome);
	program_report(program_went_well(&outcome), device, "without prefetch", &outcome);
}

static void many(const struct device *device)
{
	struct outcome outcome;
	unsigned int good = 0;

	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH, ID_BYTES, area);
	for (unsigned int i = 0; i < 200; i++) {
		program_run(device, &outcome);
		good += program_went_well(&outcome);
	}
	REPORT(good == 200, "%s: %u of 200 programs in a row", device->name, good);
}

void check_programs(const struct device *device)
{
	uint8_t id[ID_BYTES];

	sense_id(device, id);
	sense_id_lengths(device, id);
	format_0(device, id);
	chain(device, id);
	no_operation(device);
	many(device);
}
