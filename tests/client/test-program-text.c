/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/program-text.c: every form of a CCW, every way to get it wrong, limits. */
#include <errno.h>
#include <fcntl.h>
#include <libccwbroker.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check-main.h"
#include "macro.h"
#include "program-text.h"

#define WORDS(...) ((const char *[]){ __VA_ARGS__ }), ARRAY_SIZE(((const char *[]){ __VA_ARGS__ }))

static struct ccwb_program *good(const char *const *words, size_t n)
{
	_cleanup_free_ char *error = NULL;
	struct ccwb_program *program = NULL;

	ck_assert_msg(!program_text_parse(words, (unsigned int)n, &program, &error), "%s",
		      error ? error : "?");
	ck_assert_ptr_null(error);
	ck_assert_uint_eq(ccwb_program_count(program), n);
	return program;
}

/* The words must be refused with a message that has this text in it. */
static void bad(const char *text, const char *const *words, size_t n)
{
	_cleanup_free_ char *error = NULL;
	struct ccwb_program *program = NULL;

	ck_assert_int_eq(program_text_parse(words, (unsigned int)n, &program, &error), -EINVAL);
	ck_assert_ptr_null(program);
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(strstr(error, text) != NULL, "no \"%s\" in \"%s\"", text, error);
}

START_TEST(test_the_example_of_the_manual)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = good(WORDS("07", "02,sli:80"));
	const struct ccwb_ccw *ccw = ccwb_program_get(program, 0);

	ck_assert_uint_eq(ccw->command, 0x07);
	ck_assert_uint_eq(ccw->count, 0);
	ck_assert_uint_eq(ccw->flags, 0);
	ccw = ccwb_program_get(program, 1);
	ck_assert_uint_eq(ccw->command, 0x02);
	ck_assert_uint_eq(ccw->count, 80);
	ck_assert_uint_eq(ccw->flags, CCWB_SLI);
	ck_assert_int_eq(ccw->direction, CCWB_DIRECTION_READ);
}
END_TEST

START_TEST(test_hexadecimal_data_of_either_case)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = good(WORDS("Bf,pci=0aFF7e"));
	const struct ccwb_ccw *ccw = ccwb_program_get(program, 0);

	ck_assert_uint_eq(ccw->command, 0xbf);
	ck_assert_uint_eq(ccw->flags, CCWB_PCI);
	ck_assert_uint_eq(ccw->count, 3);
	ck_assert_mem_eq(ccw->data, "\x0a\xff\x7e", 3);
}
END_TEST

START_TEST(test_all_flags_in_any_order)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program =
		good(WORDS("02,cd,pci,skip,sli:1", "00,sli,skip:1"));

	ck_assert_uint_eq(ccwb_program_get(program, 0)->flags,
			  CCWB_CD | CCWB_PCI | CCWB_SKIP | CCWB_SLI);
	ck_assert_uint_eq(ccwb_program_get(program, 1)->flags, CCWB_SKIP | CCWB_SLI);
}
END_TEST

START_TEST(test_tic)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program =
		good(WORDS("31=0000000003", "tic:0", "06,sli:80"));

	ck_assert(ccwb_program_get(program, 1)->command == CCWB_PROGRAM_TIC);
	ck_assert_uint_eq(ccwb_program_get(program, 1)->target, 0);
}
END_TEST

START_TEST(test_wrong_tics)
{
	bad("cannot begin with a tic", WORDS("tic:0"));
	bad("0 to 1", WORDS("03", "tic:2"));
	bad("0 to 1", WORDS("03", "tic:"));
	bad("0 to 1", WORDS("03", "tic:-1"));
	bad("0 to 1", WORDS("03", "tic:99999999999999999999"));
	bad("a tic cannot lead to a tic", WORDS("03", "tic:1"));
	bad("a tic cannot lead to a tic", WORDS("03", "tic:2", "tic:0"));
	bad("written tic:N", WORDS("08:0"));
}
END_TEST

START_TEST(test_wrong_commands)
{
	static const char *const commands[] = { "",	  "0",	  "zz",	     "0x02", "002",
						"2:80",	  "g1:1", ",sli",    ":80",  "=00",
						"02 :80", "-2",	  "02;sli:1" };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		bad("two hexadecimal digits", WORDS(commands[i]));
	bad("CCW 1, \"zz\"", WORDS("03", "zz"));
}
END_TEST

START_TEST(test_wrong_flags)
{
	bad("\"cc\"", WORDS("02,cc:80"));
	bad("\"\"", WORDS("02,:80"));
	bad("\"\"", WORDS("02,sli,:80"));
	bad("\"slix\"", WORDS("02,slix:80"));
	bad("\"SLI\"", WORDS("02,SLI:80"));
	bad("sli stands there twice", WORDS("02,sli,sli:80"));
	bad("cd needs data", WORDS("03,cd", "02:1"));
	bad("cd stands at the last CCW", WORDS("02,cd:1"));
}
END_TEST

START_TEST(test_wrong_counts)
{
	bad("decimal number", WORDS("02:"));
	bad("decimal number", WORDS("02:-1"));
	bad("decimal number", WORDS("02:0x10"));
	bad("decimal number", WORDS("02:8 "));
	bad("at most 65535", WORDS("02:65536"));
	bad("at most 65535", WORDS("02:18446744073709551617"));
	ccwb_program_free(good(WORDS("02:65535")));
	ccwb_program_free(good(WORDS("02:0")));
}
END_TEST

START_TEST(test_wrong_data)
{
	bad("no bytes follow", WORDS("01="));
	bad("one is left over", WORDS("01=000"));
	bad("\"0g\"", WORDS("01=000g"));
	bad("\"x1\"", WORDS("01=x1"));
}
END_TEST

START_TEST(test_direction_must_fit_the_command)
{
	bad("01 sends data", WORDS("01:80"));
	bad("02 reads from", WORDS("02=00"));
	bad("02 reads from", WORDS("02,cd:8", "01=00"));
	ccwb_program_free(good(WORDS("02,cd:8", "01:8")));
	ccwb_program_free(good(WORDS("01,cd=00", "02=00")));
	/* no direction in the code: the channel will say what it thinks of it */
	ccwb_program_free(good(WORDS("00:8")));
	ccwb_program_free(good(WORDS("00=00")));
}
END_TEST

START_TEST(test_255_ccws_are_the_most)
{
	const char *words[CCWB_PROGRAM_CCWS_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = "03";
	ccwb_program_free(good(words, CCWB_PROGRAM_CCWS_MAX));
	bad("256 CCWs are too many", words, CCWB_PROGRAM_CCWS_MAX + 1);
}
END_TEST

START_TEST(test_65535_bytes_of_hex_are_the_most)
{
	_cleanup_free_ char *word = calloc(1, 3 + 2 * (CCWB_PROGRAM_BYTES_MAX + 1) + 1);
	struct ccwb_program *program;

	ck_assert_ptr_nonnull(word);
	memset(word, '5', 3 + 2 * CCWB_PROGRAM_BYTES_MAX);
	memcpy(word, "01=", 3);
	program = good(WORDS(word));
	ck_assert_uint_eq(ccwb_program_get(program, 0)->count, 65535);
	ccwb_program_free(program);
	strcat(word, "55");
	bad("at most 65535", WORDS(word));
}
END_TEST

static void write_file(const char *path, size_t size)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	uint8_t byte = 0x81;

	ck_assert_int_ge(fd, 0);
	for (size_t i = 0; i < size; i++)
		ck_assert_int_eq(write(fd, &byte, 1), 1);
}

START_TEST(test_data_from_a_file)
{
	char path[] = "test-program-text.XXXXXX", word[64], missing[64];
	_cleanup_close_ int fd = mkstemp(path);
	_cleanup_free_ char *error = NULL;
	struct ccwb_program *program;

	ck_assert_int_ge(fd, 0);
	snprintf(word, sizeof(word), "01,sli=@%s", path);
	snprintf(missing, sizeof(missing), "01=@%s.none", path);
	bad("the file is empty", WORDS(word));
	write_file(path, CCWB_PROGRAM_BYTES_MAX);
	program = good(WORDS(word));
	ck_assert_uint_eq(ccwb_program_get(program, 0)->count, 65535);
	ck_assert_uint_eq(ccwb_program_get(program, 0)->data[65534], 0x81);
	ccwb_program_free(program);
	write_file(path, CCWB_PROGRAM_BYTES_MAX + 1);
	bad("more than 65535", WORDS(word));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(program_text_parse(WORDS(missing), &program, &error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error, "No such file"));
}
END_TEST

CHECK_MAIN("program-text", test_the_example_of_the_manual, test_hexadecimal_data_of_either_case,
	   test_all_flags_in_any_order, test_tic, test_wrong_tics, test_wrong_commands,
	   test_wrong_flags, test_wrong_counts, test_wrong_data,
	   test_direction_must_fit_the_command, test_255_ccws_are_the_most,
	   test_65535_bytes_of_hex_are_the_most, test_data_from_a_file)
