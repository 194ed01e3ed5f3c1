/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/program.c: limits, data chains, and every byte of the layout. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "program.h"

#define IOVA 0x00010000U

static struct program *new_program(void)
{
	struct program *program;

	ck_assert_int_eq(program_new(&program), 0);
	return program;
}

/* Lays the program out and compares the CCWs with the bytes given. */
static void expect_ccws(struct program *program, const uint8_t *bytes, size_t size)
{
	size_t total = program_place(program);
	_cleanup_free_ uint8_t *memory = calloc(1, total);

	ck_assert_ptr_nonnull(memory);
	ck_assert_uint_eq(size, (size_t)program_count(program) * PROGRAM_CCW_SIZE);
	program_write(program, memory, IOVA);
	ck_assert_mem_eq(memory, bytes, size);
}

START_TEST(test_commands_are_chained_but_the_last)
{
	static const uint8_t bytes[] = { 0x07, 0x40, 0, 0,  0x00, 0x01, 0x00, 0x00,
					 0x02, 0x20, 0, 80, 0x00, 0x01, 0x00, 0x10 };
	_cleanup_(program_freep) struct program *program = new_program();

	ck_assert_int_eq(program_add_plain(program, 0x07, 0), 0);
	ck_assert_int_eq(program_add_store(program, 0x02, PROGRAM_SLI, 80), 0);
	expect_ccws(program, bytes, sizeof(bytes));
	ck_assert_uint_eq(program_place(program), 2 * 8 + 80);
}
END_TEST

START_TEST(test_every_flag_has_its_bit)
{
	static const uint8_t bytes[] = {
		0x02, 0x60, 0,	  8,	0,    1,    0, 0x28, 0x02, 0x50, 0,    8,    0, 1,
		0,    0x30, 0x02, 0x80, 0,    8,    0, 1,    0,	   0x38, 0x02, 0x48, 0, 8,
		0,    1,    0,	  0x40, 0x02, 0x38, 0, 8,    0,	   1,	 0,    0x48,
	};
	_cleanup_(program_freep) struct program *program = new_program();

	ck_assert_int_eq(program_add_store(program, 0x02, PROGRAM_SLI, 8), 0);
	ck_assert_int_eq(program_add_store(program, 0x02, PROGRAM_SKIP, 8), 0);
	ck_assert_int_eq(program_add_store(program, 0x02, PROGRAM_CD, 8), 0);
	ck_assert_int_eq(program_add_store(program, 0x02, PROGRAM_PCI, 8), 0);
	ck_assert_int_eq(
		program_add_store(program, 0x02, PROGRAM_SLI | PROGRAM_SKIP | PROGRAM_PCI, 8), 0);
	expect_ccws(program, bytes, sizeof(bytes));
}
END_TEST

START_TEST(test_search_loop)
{
	static const uint8_t bytes[] = {
		0x07, 0x40, 0, 6, 0, 1, 0, 0x20, 0x31, 0x40, 0, 5,  0, 1, 0, 0x28,
		0x08, 0x00, 0, 0, 0, 1, 0, 0x08, 0x06, 0x20, 0, 80, 0, 1, 0, 0x30,
	};
	_cleanup_(program_freep) struct program *program = new_program();
	uint8_t memory[256] = {};

	ck_assert_int_eq(program_add_fetch(program, 0x07, 0, (const uint8_t *)"\0\0\0\1\0\2", 6),
			 0);
	ck_assert_int_eq(program_add_fetch(program, 0x31, 0, (const uint8_t *)"\0\1\0\2\3", 5), 0);
	ck_assert_int_eq(program_add_tic(program, 1), 0);
	ck_assert_int_eq(program_add_store(program, 0x06, PROGRAM_SLI, 80), 0);
	ck_assert(program_has_tic(program));
	expect_ccws(program, bytes, sizeof(bytes));
	program_write(program, memory, IOVA);
	ck_assert_mem_eq(memory + 0x20, "\0\0\0\1\0\2", 6);
	ck_assert_mem_eq(memory + 0x28, "\0\1\0\2\3", 5);
}
END_TEST

START_TEST(test_read_backward_names_its_last_byte)
{
	static const uint8_t bytes[] = { 0x0c, 0x80, 0, 16, 0, 1, 0, 0x1f,
					 0x00, 0x20, 0, 10, 0, 1, 0, 0x29 };
	_cleanup_(program_freep) struct program *program = new_program();

	ck_assert_int_eq(program_add_store(program, 0x0c, PROGRAM_CD, 16), 0);
	ck_assert_int_eq(program_add_store(program, 0x00, PROGRAM_SLI, 10), 0);
	expect_ccws(program, bytes, sizeof(bytes));
	ck_assert(program_get(program, 1)->is_backward);
}
END_TEST

START_TEST(test_store_areas_are_left_alone)
{
	_cleanup_(program_freep) struct program *program = new_program();
	uint8_t memory[8 + 16];

	memset(memory, 0xa5, sizeof(memory));
	ck_assert_int_eq(program_add_store(program, 0x02, 0, 9), 0);
	ck_assert_uint_eq(program_place(program), sizeof(memory));
	program_write(program, memory, IOVA);
	for (size_t i = 8; i < sizeof(memory); i++)
		ck_assert_uint_eq(memory[i], 0xa5);
}
END_TEST

START_TEST(test_255_ccws_are_the_most)
{
	_cleanup_(program_freep) struct program *program = new_program();

	for (unsigned int i = 0; i < PROGRAM_CCWS_MAX; i++)
		ck_assert_int_eq(program_add_plain(program, 0x03, 0), 0);
	ck_assert_int_eq(program_add_plain(program, 0x03, 0), -E2BIG);
	ck_assert_int_eq(program_add_store(program, 0x02, 0, 1), -E2BIG);
	ck_assert_int_eq(program_add_fetch(program, 0x01, 0, (const uint8_t *)"x", 1), -E2BIG);
	ck_assert_int_eq(program_add_tic(program, 0), -E2BIG);
	ck_assert_uint_eq(program_count(program), 255);
	ck_assert_uint_eq(program_place(program), 255 * 8);
}
END_TEST

START_TEST(test_65535_bytes_are_the_most)
{
	static uint8_t data[PROGRAM_BYTES_MAX + 1];
	_cleanup_(program_freep) struct program *program = new_program();

	ck_assert_int_eq(program_add_store(program, 0x02, 0, 65535), 0);
	ck_assert_int_eq(program_add_store(program, 0x02, 0, 65536), -E2BIG);
	ck_assert_int_eq(program_add_fetch(program, 0x01, 0, data, 65535), 0);
	ck_assert_int_eq(program_add_fetch(program, 0x01, 0, data, 65536), -E2BIG);
	ck_assert_uint_eq(program_count(program), 2);
	ck_assert_uint_eq(program_place(program), 16 + 2 * 65536);
}
END_TEST

START_TEST(test_direction_follows_the_command)
{
	ck_assert_int_eq(program_command_direction(0x01), PROGRAM_DIRECTION_FETCH);
	ck_assert_int_eq(program_command_direction(0x07), PROGRAM_DIRECTION_FETCH);
	ck_assert_int_eq(program_command_direction(0xe3), PROGRAM_DIRECTION_FETCH);
	ck_assert_int_eq(program_command_direction(0x02), PROGRAM_DIRECTION_STORE);
	ck_assert_int_eq(program_command_direction(0x06), PROGRAM_DIRECTION_STORE);
	ck_assert_int_eq(program_command_direction(0x04), PROGRAM_DIRECTION_STORE);
	ck_assert_int_eq(program_command_direction(0xe4), PROGRAM_DIRECTION_STORE);
	ck_assert_int_eq(program_command_direction(0x0c), PROGRAM_DIRECTION_STORE);
	ck_assert_int_eq(program_command_direction(0x00), PROGRAM_DIRECTION_NONE);
	ck_assert_int_eq(program_command_direction(0x08), PROGRAM_DIRECTION_NONE);
}
END_TEST

START_TEST(test_a_data_chain_keeps_its_command)
{
	_cleanup_(program_freep) struct program *program = new_program();

	ck_assert_int_eq(program_add_store(program, 0x02, PROGRAM_CD, 1), 0);
	ck_assert_int_eq(program_add_store(program, 0x55, PROGRAM_CD, 1), 0);
	ck_assert_int_eq(program_add_tic(program, 4), 0);
	ck_assert_int_eq(program_add_plain(program, 0x03, 0), 0);
	ck_assert_int_eq(program_add_store(program, 0x77, 0, 1), 0);
	ck_assert_uint_eq(program_effective_command(program, 0), 0x02);
	ck_assert_uint_eq(program_effective_command(program, 1), 0x02);
	ck_assert_uint_eq(program_effective_command(program, 3), 0x03);
	ck_assert_uint_eq(program_effective_command(program, 4), 0x02);
}
END_TEST

START_TEST(test_a_data_chain_in_a_circle_ends)
{
	_cleanup_(program_freep) struct program *program = new_program();

	ck_assert_int_eq(program_add_store(program, 0x02, PROGRAM_CD, 1), 0);
	ck_assert_int_eq(program_add_store(program, 0x02, PROGRAM_CD, 1), 0);
	ck_assert_int_eq(program_add_tic(program, 0), 0);
	ck_assert_uint_eq(program_effective_command(program, 0), 0x02);
	ck_assert_uint_eq(program_effective_command(program, 1), 0x02);
}
END_TEST

START_TEST(test_free_takes_null)
{
	ck_assert_ptr_null(program_free(NULL));
}
END_TEST

CHECK_MAIN("program", test_commands_are_chained_but_the_last, test_every_flag_has_its_bit,
	   test_search_loop, test_read_backward_names_its_last_byte,
	   test_store_areas_are_left_alone, test_255_ccws_are_the_most,
	   test_65535_bytes_are_the_most, test_direction_follows_the_command,
	   test_a_data_chain_keeps_its_command, test_a_data_chain_in_a_circle_ends,
	   test_free_takes_null)
