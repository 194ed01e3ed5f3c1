/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/outcome.c: what was read, told from status and memory; nothing stale is shown. */
#include <libccwbroker.h>
#include <string.h>

#include "check-main.h"
#include "outcome.h"

#define IOVA 0x10000U

struct fixture {
	struct ccwb_program *program;
	uint8_t *before;
	uint8_t *after;
	struct ccwb_irb irb;
};

static struct fixture begin(void)
{
	struct fixture fixture = {};

	ck_assert_int_eq(ccwb_program_new(&fixture.program), 0);
	return fixture;
}

/* The program ends cleanly with its last CCW being number last and this residual count. */
static void run(struct fixture *fixture, unsigned int last, uint16_t residual)
{
	size_t size = ccwb_program_place(fixture->program);

	fixture->before = calloc(1, size);
	fixture->after = malloc(size);
	ck_assert(fixture->before && fixture->after);
	ck_assert_int_eq(outcome_prepare(fixture->program, fixture->before), 0);
	ccwb_program_write(fixture->program, fixture->before, IOVA);
	memcpy(fixture->after, fixture->before, size);
	fixture->irb = (struct ccwb_irb){
		.control = CCWB_IRB_CONTROL_START | CCWB_IRB_CONTROL_PRIMARY |
			   CCWB_IRB_CONTROL_STATUS_PENDING,
		.ccw_address = IOVA + (last + 1) * CCWB_PROGRAM_CCW_SIZE,
		.device_status = CCWB_IRB_DEVICE_CHANNEL_END | CCWB_IRB_DEVICE_DEVICE_END,
		.residual = residual,
		.has_ccw_address = true,
		.has_residual = true,
	};
}

/* The device stores n bytes, from byte at of CCW i's area on. */
static void store(struct fixture *fixture, unsigned int i, size_t at, size_t n)
{
	uint8_t *area = fixture->after + ccwb_program_get(fixture->program, i)->offset;

	for (size_t k = at; k < at + n; k++)
		area[k] = (uint8_t)~area[k];
}

static void expect(struct fixture *fixture, unsigned int i, enum outcome_kind kind, size_t length)
{
	struct outcome outcome = outcome_get(fixture->program, i, &fixture->irb, IOVA,
					     fixture->before, fixture->after);

	ck_assert_int_eq(outcome.kind, kind);
	ck_assert_uint_eq(outcome.length, length);
}

static void end(struct fixture *fixture)
{
	ccwb_program_free(fixture->program);
	free(fixture->before);
	free(fixture->after);
}

START_TEST(test_the_last_ccw_has_a_residual)
{
	struct fixture fixture = begin();

	ck_assert_int_ge(ccwb_program_add(fixture.program, 0x07, 0), 0);
	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, CCWB_SLI, 100), 0);
	run(&fixture, 1, 20);
	store(&fixture, 1, 0, 80);
	ck_assert_int_eq(ccwb_program_last(fixture.program, &fixture.irb, IOVA), 1);
	expect(&fixture, 0, OUTCOME_NO_STORE, 0);
	expect(&fixture, 1, OUTCOME_EXACT, 80);
	fixture.irb.residual = 100;
	expect(&fixture, 1, OUTCOME_NOTHING, 0);
	end(&fixture);
}
END_TEST

START_TEST(test_an_earlier_ccw_without_sli_was_filled)
{
	struct fixture fixture = begin();

	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, 0, 100), 0);
	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, 0, 100), 0);
	run(&fixture, 1, 0);
	/* by chance the last byte is what it was before */
	store(&fixture, 0, 0, 99);
	expect(&fixture, 0, OUTCOME_EXACT, 100);
	end(&fixture);
}
END_TEST

START_TEST(test_an_earlier_ccw_with_sli_is_known_in_part)
{
	struct fixture fixture = begin();

	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, CCWB_SLI, 100), 0);
	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, CCWB_SLI, 100), 0);
	run(&fixture, 1, 0);
	store(&fixture, 0, 0, 42);
	expect(&fixture, 0, OUTCOME_AT_LEAST, 42);
	end(&fixture);
}
END_TEST

START_TEST(test_a_chained_piece_was_filled)
{
	struct fixture fixture = begin();

	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, CCWB_CD | CCWB_SLI, 10), 0);
	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x00, CCWB_SLI, 100), 0);
	run(&fixture, 1, 90);
	store(&fixture, 0, 0, 10);
	store(&fixture, 1, 0, 10);
	expect(&fixture, 0, OUTCOME_EXACT, 10);
	expect(&fixture, 1, OUTCOME_EXACT, 10);
	end(&fixture);
}
END_TEST

START_TEST(test_what_was_not_reached_shows_nothing)
{
	struct fixture fixture = begin();

	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, 0, 100), 0);
	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, 0, 100), 0);
	run(&fixture, 0, 100);
	expect(&fixture, 0, OUTCOME_NOTHING, 0);
	expect(&fixture, 1, OUTCOME_NOTHING, 0);
	end(&fixture);
}
END_TEST

START_TEST(test_without_residual_memory_tells)
{
	struct fixture fixture = begin();

	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, 0, 100), 0);
	run(&fixture, 0, 0);
	store(&fixture, 0, 0, 7);
	fixture.irb.has_residual = false;
	expect(&fixture, 0, OUTCOME_AT_LEAST, 7);
	fixture.irb.has_ccw_address = false;
	ck_assert_int_eq(ccwb_program_last(fixture.program, &fixture.irb, IOVA), -1);
	expect(&fixture, 0, OUTCOME_AT_LEAST, 7);
	end(&fixture);
}
END_TEST

START_TEST(test_read_backward_grows_downwards)
{
	struct fixture fixture = begin();
	struct outcome outcome;

	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x0c, CCWB_SLI, 100), 0);
	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x0c, CCWB_SLI, 100), 0);
	run(&fixture, 1, 70);
	store(&fixture, 0, 60, 40);
	store(&fixture, 1, 70, 30);
	expect(&fixture, 0, OUTCOME_AT_LEAST, 40);
	expect(&fixture, 1, OUTCOME_EXACT, 30);
	outcome =
		outcome_get(fixture.program, 1, &fixture.irb, IOVA, fixture.before, fixture.after);
	ck_assert_uint_eq(outcome.offset, ccwb_program_get(fixture.program, 1)->offset + 70);
	end(&fixture);
}
END_TEST

START_TEST(test_skip_stores_nothing)
{
	struct fixture fixture = begin();

	ck_assert_int_ge(ccwb_program_add_read(fixture.program, 0x02, CCWB_SKIP, 100), 0);
	run(&fixture, 0, 0);
	expect(&fixture, 0, OUTCOME_NO_STORE, 0);
	end(&fixture);
}
END_TEST

START_TEST(test_ccw_address_elsewhere_names_no_ccw)
{
	static const uint32_t addresses[] = { 0, IOVA, IOVA + 4, IOVA - 8, IOVA + 24, 0x7ffffff8 };
	struct fixture fixture = begin();

	ck_assert_int_ge(ccwb_program_add(fixture.program, 0x03, 0), 0);
	ck_assert_int_ge(ccwb_program_add(fixture.program, 0x03, 0), 0);
	run(&fixture, 1, 0);
	ck_assert_int_eq(ccwb_program_last(fixture.program, &fixture.irb, IOVA), 1);
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		fixture.irb.ccw_address = addresses[i];
		ck_assert_int_eq(ccwb_program_last(fixture.program, &fixture.irb, IOVA), -1);
	}
	end(&fixture);
}
END_TEST

START_TEST(test_the_pattern_is_never_the_same)
{
	struct fixture one = begin(), two = begin();

	ck_assert_int_ge(ccwb_program_add_read(one.program, 0x02, 0, 65535), 0);
	ck_assert_int_ge(ccwb_program_add_read(two.program, 0x02, 0, 65535), 0);
	run(&one, 0, 0);
	run(&two, 0, 0);
	ck_assert_mem_ne(one.before + 8, two.before + 8, 65535);
	end(&one);
	end(&two);
}
END_TEST

CHECK_MAIN("outcome", test_the_last_ccw_has_a_residual, test_an_earlier_ccw_without_sli_was_filled,
	   test_an_earlier_ccw_with_sli_is_known_in_part, test_a_chained_piece_was_filled,
	   test_what_was_not_reached_shows_nothing, test_without_residual_memory_tells,
	   test_read_backward_grows_downwards, test_skip_stores_nothing,
	   test_ccw_address_elsewhere_names_no_ccw, test_the_pattern_is_never_the_same)
