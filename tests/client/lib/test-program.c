/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/program.c: limits, data chains, and every byte of the layout. */
#include <errno.h>
#include <libccwbroker.h>
#include <string.h>

#include "check-main.h"
#include "macro.h"

#define IOVA 0x00010000U

static struct ccwb_program *new_program(void)
{
	struct ccwb_program *program;

	ck_assert_int_eq(ccwb_program_new(&program), 0);
	return program;
}

/* Lays the program out and compares the CCWs with the bytes given. */
static void expect_ccws(struct ccwb_program *program, const uint8_t *bytes, size_t size)
{
	size_t total = ccwb_program_place(program);
	_cleanup_free_ uint8_t *memory = calloc(1, total);

	ck_assert_ptr_nonnull(memory);
	ck_assert_uint_eq(size, (size_t)ccwb_program_count(program) * CCWB_PROGRAM_CCW_SIZE);
	ccwb_program_write(program, memory, IOVA);
	ck_assert_mem_eq(memory, bytes, size);
}

START_TEST(test_commands_are_chained_but_the_last)
{
	static const uint8_t bytes[] = { 0x07, 0x40, 0, 0,  0x00, 0x01, 0x00, 0x00,
					 0x02, 0x20, 0, 80, 0x00, 0x01, 0x00, 0x10 };
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	ck_assert_int_ge(ccwb_program_add(program, 0x07, 0), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_SLI, 80), 0);
	expect_ccws(program, bytes, sizeof(bytes));
	ck_assert_uint_eq(ccwb_program_place(program), 2 * 8 + 80);
}
END_TEST

START_TEST(test_every_flag_has_its_bit)
{
	static const uint8_t bytes[] = {
		0x02, 0x60, 0,	  8,	0,    1,    0, 0x28, 0x02, 0x50, 0,    8,    0, 1,
		0,    0x30, 0x02, 0x80, 0,    8,    0, 1,    0,	   0x38, 0x02, 0x48, 0, 8,
		0,    1,    0,	  0x40, 0x02, 0x38, 0, 8,    0,	   1,	 0,    0x48,
	};
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_SLI, 8), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_SKIP, 8), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_CD, 8), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_PCI, 8), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_SLI | CCWB_SKIP | CCWB_PCI, 8),
			 0);
	expect_ccws(program, bytes, sizeof(bytes));
}
END_TEST

START_TEST(test_search_loop)
{
	static const uint8_t bytes[] = {
		0x07, 0x40, 0, 6, 0, 1, 0, 0x20, 0x31, 0x40, 0, 5,  0, 1, 0, 0x28,
		0x08, 0x00, 0, 0, 0, 1, 0, 0x08, 0x06, 0x20, 0, 80, 0, 1, 0, 0x30,
	};
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();
	uint8_t memory[256] = {};

	ck_assert_int_ge(
		ccwb_program_add_write(program, 0x07, 0, (const uint8_t *)"\0\0\0\1\0\2", 6), 0);
	ck_assert_int_ge(ccwb_program_add_write(program, 0x31, 0, (const uint8_t *)"\0\1\0\2\3", 5),
			 0);
	ck_assert_int_ge(ccwb_program_add_tic(program, 1), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x06, CCWB_SLI, 80), 0);
	expect_ccws(program, bytes, sizeof(bytes));
	ccwb_program_write(program, memory, IOVA);
	ck_assert_mem_eq(memory + 0x20, "\0\0\0\1\0\2", 6);
	ck_assert_mem_eq(memory + 0x28, "\0\1\0\2\3", 5);
}
END_TEST

START_TEST(test_read_backward_names_its_last_byte)
{
	static const uint8_t bytes[] = { 0x0c, 0x80, 0, 16, 0, 1, 0, 0x1f,
					 0x00, 0x20, 0, 10, 0, 1, 0, 0x29 };
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	ck_assert_int_ge(ccwb_program_add_read(program, 0x0c, CCWB_CD, 16), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x00, CCWB_SLI, 10), 0);
	expect_ccws(program, bytes, sizeof(bytes));
	ck_assert(ccwb_program_get(program, 1)->is_backward);
}
END_TEST

START_TEST(test_store_areas_are_left_alone)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();
	uint8_t memory[8 + 16];

	memset(memory, 0xa5, sizeof(memory));
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, 0, 9), 0);
	ck_assert_uint_eq(ccwb_program_place(program), sizeof(memory));
	ccwb_program_write(program, memory, IOVA);
	for (size_t i = 8; i < sizeof(memory); i++)
		ck_assert_uint_eq(memory[i], 0xa5);
}
END_TEST

START_TEST(test_255_ccws_are_the_most)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	for (unsigned int i = 0; i < CCWB_PROGRAM_CCWS_MAX; i++)
		ck_assert_int_ge(ccwb_program_add(program, 0x03, 0), 0);
	ck_assert_int_ge(ccwb_program_add(program, 0x03, 0), -E2BIG);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, 0, 1), -E2BIG);
	ck_assert_int_ge(ccwb_program_add_write(program, 0x01, 0, (const uint8_t *)"x", 1), -E2BIG);
	ck_assert_int_ge(ccwb_program_add_tic(program, 0), -E2BIG);
	ck_assert_uint_eq(ccwb_program_count(program), 255);
	ck_assert_uint_eq(ccwb_program_place(program), 255 * 8);
}
END_TEST

START_TEST(test_65535_bytes_are_the_most)
{
	static uint8_t data[CCWB_PROGRAM_BYTES_MAX + 1];
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, 0, 65535), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, 0, 65536), -E2BIG);
	ck_assert_int_ge(ccwb_program_add_write(program, 0x01, 0, data, 65535), 0);
	ck_assert_int_ge(ccwb_program_add_write(program, 0x01, 0, data, 65536), -E2BIG);
	ck_assert_uint_eq(ccwb_program_count(program), 2);
	ck_assert_uint_eq(ccwb_program_place(program), 16 + 2 * 65536);
}
END_TEST

START_TEST(test_direction_follows_the_command)
{
	ck_assert_int_eq(ccwb_program_direction(0x01), CCWB_DIRECTION_WRITE);
	ck_assert_int_eq(ccwb_program_direction(0x07), CCWB_DIRECTION_WRITE);
	ck_assert_int_eq(ccwb_program_direction(0xe3), CCWB_DIRECTION_WRITE);
	ck_assert_int_eq(ccwb_program_direction(0x02), CCWB_DIRECTION_READ);
	ck_assert_int_eq(ccwb_program_direction(0x06), CCWB_DIRECTION_READ);
	ck_assert_int_eq(ccwb_program_direction(0x04), CCWB_DIRECTION_READ);
	ck_assert_int_eq(ccwb_program_direction(0xe4), CCWB_DIRECTION_READ);
	ck_assert_int_eq(ccwb_program_direction(0x0c), CCWB_DIRECTION_READ);
	ck_assert_int_eq(ccwb_program_direction(0x00), CCWB_DIRECTION_NONE);
	ck_assert_int_eq(ccwb_program_direction(0x08), CCWB_DIRECTION_NONE);
}
END_TEST

START_TEST(test_a_data_chain_keeps_its_command)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_CD, 1), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x55, CCWB_CD, 1), 0);
	ck_assert_int_ge(ccwb_program_add_tic(program, 4), 0);
	ck_assert_int_ge(ccwb_program_add(program, 0x03, 0), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x77, 0, 1), 0);
	ck_assert_uint_eq(ccwb_program_command(program, 0), 0x02);
	ck_assert_uint_eq(ccwb_program_command(program, 1), 0x02);
	ck_assert_uint_eq(ccwb_program_command(program, 3), 0x03);
	ck_assert_uint_eq(ccwb_program_command(program, 4), 0x02);
}
END_TEST

START_TEST(test_a_data_chain_in_a_circle_ends)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_CD, 1), 0);
	ck_assert_int_ge(ccwb_program_add_read(program, 0x02, CCWB_CD, 1), 0);
	ck_assert_int_ge(ccwb_program_add_tic(program, 0), 0);
	ck_assert_uint_eq(ccwb_program_command(program, 0), 0x02);
	ck_assert_uint_eq(ccwb_program_command(program, 1), 0x02);
}
END_TEST

START_TEST(test_free_takes_null)
{
	ck_assert_ptr_null(ccwb_program_free(NULL));
}
END_TEST

START_TEST(test_ccws_are_numbered_as_they_come)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	ck_assert_int_eq(ccwb_program_add(program, 0x07, 0), 0);
	ck_assert_int_eq(ccwb_program_add_read(program, 0x02, CCWB_SLI, 80), 1);
	ck_assert_int_eq(ccwb_program_add_tic(program, 1), 2);
	ck_assert_uint_eq(ccwb_program_count(program), 3);
	ck_assert_int_eq(ccwb_program_get(program, 2)->command, CCWB_PROGRAM_TIC);
	ck_assert_ptr_null(ccwb_program_data(program, 1, NULL));
	ck_assert_ptr_null(ccwb_program_memory(program));
	ck_assert_uint_eq(ccwb_program_iova(program), 0);
}
END_TEST

START_TEST(test_data_of_ones_own_lies_where_it_is_said)
{
	static const uint8_t bytes[] = { 0x02, 0x60, 0, 80, 0x12, 0x34, 0x50, 0x00,
					 0x01, 0x04, 0, 8,  0x00, 0x20, 0x00, 0x08 };
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();

	ck_assert_int_ge(ccwb_program_add_at(program, 0x02, CCWB_SLI, 0x12345000, 80), 0);
	ck_assert_int_ge(ccwb_program_add_at(program, 0x01, CCWB_IDA, 0x200008, 8), 0);
	ck_assert_int_eq(ccwb_program_get(program, 0)->direction, CCWB_DIRECTION_READ);
	ck_assert_int_eq(ccwb_program_get(program, 1)->direction, CCWB_DIRECTION_WRITE);
	expect_ccws(program, bytes, sizeof(bytes));
	ck_assert_uint_eq(ccwb_program_place(program), sizeof(bytes));
	ck_assert_int_eq(ccwb_program_add_at(program, 0x02, 0, 0x20000, CCWB_PROGRAM_BYTES_MAX + 1),
			 -E2BIG);
}
END_TEST

START_TEST(test_the_first_error_is_kept_until_the_program_is_loaded)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();
	struct ccwb_error error;

	/* an empty one is refused before any space is looked at */
	ck_assert_int_eq(ccwb_program_load(program, NULL, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "empty"));
	ck_assert_int_eq(ccwb_program_add(program, 0x07, 0x40), -EINVAL);
	ck_assert_int_eq(ccwb_program_add_read(program, 0x02, CCWB_IDA, 8), -EINVAL);
	ck_assert_int_eq(ccwb_program_add_read(program, 0x02, 0, CCWB_PROGRAM_BYTES_MAX + 1),
			 -E2BIG);
	ck_assert_int_eq(ccwb_program_add(program, 0x07, 0), 0);
	ck_assert_int_eq(ccwb_program_load(program, NULL, &error), -EINVAL);
	ck_assert_int_eq(error.number, -EINVAL);
	ck_assert_str_eq(error.name, "");
	ck_assert_int_eq(ccwb_program_load(program, NULL, NULL), -EINVAL);
}
END_TEST

START_TEST(test_the_last_ccw_is_known_by_its_address)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = new_program();
	struct ccwb_irb irb = { .has_ccw_address = true, .ccw_address = IOVA + 8 };

	ck_assert_int_ge(ccwb_program_add(program, 0x03, 0), 0);
	ck_assert_int_eq(ccwb_program_last(program, &irb, IOVA), 0);
	irb.ccw_address = IOVA + 16;
	ck_assert_int_eq(ccwb_program_last(program, &irb, IOVA), -1);
	irb.ccw_address = IOVA + 4;
	ck_assert_int_eq(ccwb_program_last(program, &irb, IOVA), -1);
	irb.ccw_address = IOVA;
	ck_assert_int_eq(ccwb_program_last(program, &irb, IOVA), -1);
	irb = (struct ccwb_irb){ .ccw_address = IOVA + 8 };
	ck_assert_int_eq(ccwb_program_last(program, &irb, IOVA), -1);
}
END_TEST

CHECK_MAIN("program", test_commands_are_chained_but_the_last, test_every_flag_has_its_bit,
	   test_search_loop, test_read_backward_names_its_last_byte,
	   test_store_areas_are_left_alone, test_255_ccws_are_the_most,
	   test_65535_bytes_are_the_most, test_direction_follows_the_command,
	   test_a_data_chain_keeps_its_command, test_a_data_chain_in_a_circle_ends,
	   test_ccws_are_numbered_as_they_come, test_data_of_ones_own_lies_where_it_is_said,
	   test_the_first_error_is_kept_until_the_program_is_loaded,
	   test_the_last_ccw_is_known_by_its_address, test_free_takes_null)
