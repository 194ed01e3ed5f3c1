/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What is written of the contract besides the XML says the same: the list of errors, the man page,
 * the bus policy, which is tried on a bus as well.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "fault.h"
#include "io.h"
#include "names.h"

#define WORDS_MAX 256
#define WORD_SIZE 96

/* A set of words in the order of finding. */
struct words {
	char text[WORDS_MAX][WORD_SIZE];
	size_t count;
};

static bool has(const struct words *words, const char *word)
{
	size_t n;

	for (n = 0; n < words->count; n++)
		if (strcmp(words->text[n], word) == 0)
			return true;
	return false;
}

static void add(struct words *words, const char *prefix, const char *word, size_t length)
{
	char text[WORD_SIZE];

	snprintf(text, sizeof(text), "%s%s%.*s", prefix, *prefix ? "." : "", (int)length, word);
	ck_assert_uint_lt(words->count, WORDS_MAX);
	if (!has(words, text))
		strcpy(words->text[words->count++], text);
}

static char *read_from(const char *variable, const char *name)
{
	_cleanup_free_ char *path = NULL;
	char *text;

	ck_assert_int_ge(asprintf(&path, "%s/%s", getenv(variable), name), 0);
	return io_read_at(AT_FDCWD, path, 262144, &text, NULL) < 0 ? NULL : text;
}

static char *read_source(const char *name)
{
	char *text = read_from("top_srcdir", name);

	ck_assert_msg(text != NULL, "%s", name);
	return text;
}

/* What stands between before and the next quote, each time. */
static void collect(struct words *words, const char *prefix, const char *text, const char *before)
{
	const char *at = text;

	while ((at = strstr(at, before))) {
		at += strlen(before);
		add(words, prefix, at, strcspn(at, "\""));
	}
}

static void compare(const struct words *found, const struct words *wanted, const char *what)
{
	size_t n;

	ck_assert_uint_gt(wanted->count, 4);
	for (n = 0; n < wanted->count; n++)
		ck_assert_msg(has(found, wanted->text[n]), "%s does not have %s", what,
			      wanted->text[n]);
	for (n = 0; n < found->count; n++)
		ck_assert_msg(has(wanted, found->text[n]), "%s has %s", what, found->text[n]);
}

START_TEST(test_the_list_of_errors_is_that_of_the_names)
{
	_cleanup_free_ char *names = read_source("dbus/names.h"),
			    *list = read_source("dbus/errors");
	static struct words wanted, found;
	const char *line;

	collect(&wanted, "org.ccwbroker1.Error", names, "\"org.ccwbroker1.Error.");
	collect(&wanted, "org.freedesktop.DBus.Error", names, "\"org.freedesktop.DBus.Error.");
	for (line = list; line && *line; line = strchr(line, '\n'), line += line != NULL)
		if (*line != '#')
			add(&found, "", line, strcspn(line, "\t\n"));
	compare(&found, &wanted, "dbus/errors");
}
END_TEST

static void collect_xml(struct words *words, const char *tag, bool with_interface)
{
	_cleanup_free_ char *pattern = NULL;
	glob_t files;
	size_t n;

	ck_assert_int_ge(asprintf(&pattern, "%s/dbus/org.ccwbroker1.*.xml", getenv("top_srcdir")),
			 0);
	ck_assert_int_eq(glob(pattern, 0, NULL, &files), 0);
	for (n = 0; n < files.gl_pathc; n++) {
		const char *base = strrchr(files.gl_pathv[n], '/') + 1;
		_cleanup_free_ char *interface = strndup(base, strlen(base) - strlen(".xml"));
		char *text;

		ck_assert_int_ge(io_read_at(AT_FDCWD, files.gl_pathv[n], 262144, &text, NULL), 0);
		collect(words, with_interface ? interface : "", text, tag);
		free(text);
	}
	globfree(&files);
}

START_TEST(test_the_man_page_has_every_member_and_error)
{
	_cleanup_free_ char *page = read_from("top_builddir", "dbus/org.ccwbroker1.5"),
			    *wanted = NULL;
	static const char *const tags[] = { "<method name=\"", "<property name=\"",
					    "<signal name=\"" };
	static struct words members;
	size_t n;
	int code;

	if (!page)
		page = read_from("top_srcdir", "dbus/org.ccwbroker1.5"); /* of a release */
	ck_assert_ptr_nonnull(page);
	for (n = 0; n < ARRAY_SIZE(tags); n++)
		collect_xml(&members, tags[n], false);
	ck_assert_uint_gt(members.count, 40);
	for (n = 0; n < members.count; n++) {
		free(wanted);
		ck_assert_int_ge(asprintf(&wanted, "\n\\fB%s\\fR", members.text[n]), 0);
		ck_assert_msg(strstr(page, wanted) != NULL, "%s", members.text[n]);
	}
	for (code = FAULT_NONE + 1; code < _FAULT_CODE_MAX; code++) {
		free(wanted);
		ck_assert_int_ge(asprintf(&wanted, "Error.%s\\fR\n", fault_code_to_string(code)),
				 0);
		ck_assert_msg(strstr(page, wanted) != NULL, "%s", fault_code_to_string(code));
	}
}
END_TEST

/* "INTERFACE.MEMBER" of each line that allows one; nothing else is allowed to everybody. */
static void collect_policy(struct words *words)
{
	_cleanup_free_ char *text = read_source("dbus/org.ccwbroker1.conf");
	const char *at = strstr(text, "<policy context=\"default\">"), *end;
	char interface[WORD_SIZE], member[WORD_SIZE];

	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(strstr(at, "<deny send_destination=\"org.ccwbroker1\"/>"));
	while ((at = strstr(at, "<allow "))) {
		end = strstr(at, "/>");
		ck_assert_ptr_nonnull(end);
		ck_assert_msg(sscanf(at,
				     "<allow send_destination=\"org.ccwbroker1\" "
				     "send_interface=\"%95[^\"]\" send_member=\"%95[^\"]\"/>",
				     interface, member) == 2,
			      "%.*s", (int)(end - at), at);
		add(words, interface, member, strlen(member));
		at = end;
	}
}

START_TEST(test_the_bus_policy_allows_every_method_and_nothing_else)
{
	static const char *const standard[] = {
		"org.freedesktop.DBus.Introspectable.Introspect",
		"org.freedesktop.DBus.ObjectManager.GetManagedObjects",
		"org.freedesktop.DBus.Peer.GetMachineId",
		"org.freedesktop.DBus.Peer.Ping",
		"org.freedesktop.DBus.Properties.Get",
		"org.freedesktop.DBus.Properties.GetAll",
	};
	static struct words wanted, found;
	size_t n;

	collect_xml(&wanted, "<method name=\"", true);
	for (n = 0; n < ARRAY_SIZE(standard); n++)
		add(&wanted, "", standard[n], strlen(standard[n]));
	collect_policy(&found);
	compare(&found, &wanted, "dbus/org.ccwbroker1.conf");
}
END_TEST

/* The bus itself denies, so the message is the bus's. */
static void expect_denied(sd_bus *bus, const char *path, const char *interface,
			  const char *property)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

	if (sd_bus_set_property(bus, CCWB_BUS_NAME, path, interface, property, &error, "s", "x") >=
		    0 ||
	    !sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED))
		_exit(2);
}

static void client_of_a_system(const struct broker_bus *bb, sd_bus *bus)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_free_ char *version = NULL;

	if (broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 0, (uint64_t)0) < 0 ||
	    sd_bus_get_property_string(bus, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER, "Version",
				       NULL, &version) < 0)
		_exit(1);
	expect_denied(bus, CCWB_PATH_LOG, CCWB_IFACE_LOG, "LogLevel");
	if (sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER, "NoSuchMethod",
			       &error, NULL, "") >= 0 ||
	    !sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED))
		_exit(3);
}

START_TEST(test_the_bus_takes_the_policy_and_holds_everybody_to_it)
{
	const char *kind = getenv("CCWB_TEST_BUS");
	struct broker_bus bb;

	if (geteuid() != 0 || kind)
		return; /* the name is root's; launch-broker reads no configuration */
	broker_bus_init_as(&bb, true);
	ck_assert(broker_bus_as_nobody(&bb, client_of_a_system));
	broker_bus_deinit(&bb);
}
END_TEST

CHECK_MAIN("contract-text", test_the_list_of_errors_is_that_of_the_names,
	   test_the_man_page_has_every_member_and_error,
	   test_the_bus_policy_allows_every_method_and_nothing_else,
	   test_the_bus_takes_the_policy_and_holds_everybody_to_it)
