/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The files of definitions: what is written comes back, and what is not ours is left alone. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check-main.h"
#include "definition.h"
#include "limits.h"
#include "scratch.h"

#define TAPE "devices.d/0.0.0580.json"

static struct scratch work;
static struct definitions *definitions;
static struct fault fault;
static char told[1024];
static unsigned int n_told;

static const struct definition tape = { .id = { 0, 0, 0x580 }, .is_autostart = true };
static const struct definition idle = { .id = { 0, 0, 0x580 }, .is_autostart = false };

static void on_bad(const char *file, const char *why, void *userdata)
{
	snprintf(told, sizeof(told), "%s %s", file, why);
	n_told++;
}

static void load(void)
{
	_cleanup_free_ char *directory = scratch_path(&work, "devices.d");

	definitions_free(definitions);
	n_told = 0;
	ck_assert_int_ge(definitions_new(directory, &definitions), 0);
	ck_assert_int_ge(definitions_load(definitions, on_bad, NULL), 0);
}

static void setup(void)
{
	scratch_init(&work);
	load();
}

static void teardown(void)
{
	definitions_free(definitions);
	definitions = NULL;
	scratch_deinit(&work);
}

static void put(const char *name, const char *text)
{
	scratch_write(&work, name, text);
}

START_TEST(test_a_definition_comes_back_as_it_was)
{
	setup();
	ck_assert_int_eq(definitions_set(definitions, &tape, &fault), 0);
	load();
	ck_assert_uint_eq(n_told, 0);
	ck_assert_uint_eq(definitions_count(definitions), 1);
	ck_assert(definitions_find(definitions, tape.id)->is_autostart);
	ck_assert_int_eq(definitions_set(definitions, &idle, &fault), 0);
	load();
	ck_assert_uint_eq(definitions_count(definitions), 1);
	ck_assert(!definitions_at(definitions, 0)->is_autostart);
	ck_assert(!scratch_has(&work, TAPE ".new"));
	teardown();
}
END_TEST

START_TEST(test_one_that_is_removed_is_gone)
{
	setup();
	ck_assert_int_eq(definitions_remove(definitions, tape.id, &fault), -ENOENT);
	ck_assert_int_eq(fault.code, FAULT_NOT_DEFINED);
	ck_assert_int_eq(definitions_set(definitions, &tape, &fault), 0);
	ck_assert_int_eq(definitions_remove(definitions, tape.id, &fault), 0);
	ck_assert_ptr_null(definitions_find(definitions, tape.id));
	ck_assert(!scratch_has(&work, TAPE));
	teardown();
}
END_TEST

static const struct {
	const char *name, *text, *why;
} bad[] = {
	{ TAPE, "{ \"version\": 2, \"device\": \"0.0.0580\", \"autostart\": true }", "version" },
	{ TAPE, "{ \"version\": 0, \"device\": \"0.0.0580\", \"autostart\": true }", "version" },
	{ TAPE, "{ \"version\": 1, \"device\": \"0.0.0580\", \"autostart\": 1 }", "missing" },
	{ TAPE, "{ \"version\": 1, \"device\": \"0.0.0580\" }", "missing" },
	{ TAPE, "{ \"version\": 1, \"device\": \"580x\", \"autostart\": true }", "missing" },
	{ TAPE, "{ \"device\": \"0.0.0580\", \"autostart\": true }", "missing" },
	{ TAPE, "{ \"version\": 1, \"device\": \"0.0.0580\", \"autostart\": true, \"x\": 1 }",
	  "does not know" },
	{ TAPE, "{ \"version\": 1, \"device\": \"0.0.0581\", \"autostart\": true }", "another" },
	{ TAPE, "{ \"version\": 1,", "0.0.0580" },
	{ TAPE, "", "0.0.0580" },
	{ "devices.d/580.json", "{ \"version\": 1, \"device\": \"0.0.0580\", \"autostart\": true }",
	  "another" },
};

static void expect_left_alone(const char *name, const char *text, const char *why)
{
	_cleanup_free_ char *after = NULL;

	setup();
	put(name, text);
	load();
	ck_assert_uint_eq(n_told, 1);
	ck_assert_msg(strstr(told, why), "told: %s", told);
	ck_assert_uint_eq(definitions_count(definitions), 0);
	if (strcmp(name, TAPE) == 0) {
		ck_assert_int_eq(definitions_set(definitions, &tape, &fault), -EIO);
		ck_assert_int_eq(fault.code, FAULT_DEFINITION_FAILED);
		ck_assert_ptr_null(definitions_find(definitions, tape.id));
		ck_assert_int_eq(definitions_remove(definitions, tape.id, &fault), -ENOENT);
	}
	after = scratch_read(&work, name);
	ck_assert_str_eq(after, text);
	teardown();
}

START_TEST(test_what_is_no_definition_is_told_and_left_alone)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(bad); n++)
		expect_left_alone(bad[n].name, bad[n].text, bad[n].why);
}
END_TEST

START_TEST(test_links_and_files_of_others_are_not_read)
{
	setup();
	ck_assert_int_eq(definitions_set(definitions, &tape, &fault), 0);
	ck_assert_int_eq(fchmodat(work.fd, TAPE, 0620, 0), 0);
	load();
	ck_assert_uint_eq(n_told, 1);
	ck_assert_ptr_nonnull(strstr(told, "only root"));
	ck_assert_int_eq(renameat(work.fd, TAPE, work.fd, "elsewhere"), 0);
	ck_assert_int_eq(fchmodat(work.fd, "elsewhere", 0600, 0), 0);
	ck_assert_int_eq(symlinkat("../elsewhere", work.fd, TAPE), 0);
	load();
	ck_assert_uint_eq(n_told, 1);
	ck_assert_uint_eq(definitions_count(definitions), 0);
	ck_assert_int_eq(definitions_set(definitions, &tape, &fault), -EIO);
	teardown();
}
END_TEST

static void put_many(unsigned int count)
{
	char name[64], text[128];
	unsigned int n;

	for (n = 0; n < count; n++) {
		snprintf(name, sizeof(name), "devices.d/0.1.%04x.json", n);
		snprintf(text, sizeof(text),
			 "{ \"version\": 1, \"device\": \"0.1.%04x\", \"autostart\": false }", n);
		put(name, text);
	}
}

START_TEST(test_so_many_definitions_and_no_more)
{
	setup();
	put_many(LIMIT_DEFINITIONS - 1);
	load();
	ck_assert_uint_eq(n_told, 0);
	ck_assert_int_eq(definitions_set(definitions, &tape, &fault), 0);
	ck_assert_int_eq(definitions_set(definitions, &(struct definition){ .id = { 0, 2, 1 } },
					 &fault),
			 -ENOBUFS);
	ck_assert_int_eq(fault.code, FAULT_LIMITS_EXCEEDED);
	ck_assert_int_eq(definitions_set(definitions, &idle, &fault), 0);
	put_many(LIMIT_DEFINITIONS);
	load();
	ck_assert_uint_eq(n_told, 1);
	ck_assert_uint_eq(definitions_count(definitions), LIMIT_DEFINITIONS);
	teardown();
}
END_TEST

START_TEST(test_a_file_of_the_limit_is_read_and_one_byte_more_is_not)
{
	static const char text[] =
		"{ \"version\": 1, \"device\": \"0.0.0580\", \"autostart\": true }";
	char padded[LIMIT_DEFINITION_BYTES + 2];

	setup();
	memset(padded, ' ', sizeof(padded));
	memcpy(padded, text, sizeof(text) - 1);
	padded[LIMIT_DEFINITION_BYTES] = '\0';
	put(TAPE, padded);
	load();
	ck_assert_uint_eq(definitions_count(definitions), 1);
	padded[LIMIT_DEFINITION_BYTES] = ' ';
	padded[LIMIT_DEFINITION_BYTES + 1] = '\0';
	put(TAPE, padded);
	load();
	ck_assert_uint_eq(definitions_count(definitions), 0);
	ck_assert_uint_eq(n_told, 1);
	teardown();
}
END_TEST

/* A file that may not grow is what a full disk is to the writer. */
START_TEST(test_a_disk_that_is_full_leaves_the_old_file)
{
	const struct rlimit none = { .rlim_cur = 8, .rlim_max = RLIM_INFINITY };
	const struct rlimit all = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };

	int r;

	setup();
	ck_assert_int_eq(definitions_set(definitions, &tape, &fault), 0);
	signal(SIGXFSZ, SIG_IGN);
	r = setrlimit(RLIMIT_FSIZE, &none);
	r = r < 0 ? r : definitions_set(definitions, &idle, &fault);
	(void)setrlimit(RLIMIT_FSIZE, &all); /* Check itself writes files */
	ck_assert_int_eq(r, -EIO);
	ck_assert_int_eq(fault.code, FAULT_DEFINITION_FAILED);
	ck_assert(definitions_find(definitions, tape.id)->is_autostart);
	ck_assert(!scratch_has(&work, TAPE ".new"));
	load();
	ck_assert(definitions_find(definitions, tape.id)->is_autostart);
	teardown();
}
END_TEST

START_TEST(test_without_a_directory_there_is_no_definition)
{
	ck_assert_int_ge(definitions_new(NULL, &definitions), 0);
	ck_assert_int_ge(definitions_load(definitions, on_bad, NULL), 0);
	ck_assert_int_lt(definitions_set(definitions, &tape, &fault), 0);
	ck_assert_uint_eq(definitions_count(definitions), 0);
	definitions_free(definitions);
	definitions = NULL;
}
END_TEST

CHECK_MAIN("definition", test_a_definition_comes_back_as_it_was, test_one_that_is_removed_is_gone,
	   test_what_is_no_definition_is_told_and_left_alone,
	   test_links_and_files_of_others_are_not_read, test_so_many_definitions_and_no_more,
	   test_a_file_of_the_limit_is_read_and_one_byte_more_is_not,
	   test_a_disk_that_is_full_leaves_the_old_file,
	   test_without_a_directory_there_is_no_definition)
