/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The XML files are the contract: what the daemon introspects to says the same, element by element,
 * and every error that the XML names is one of names.h and the other way round.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "fault.h"
#include "io.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;

#define MEMBERS_MAX 256

struct words {
	char text[32768];
};

/* The value of an attribute in the tag that starts at tag, or "". */
static const char *attribute(const char *tag, const char *name, char *buffer, size_t size)
{
	const char *end = strchr(tag, '>'), *at;
	char wanted[32];

	snprintf(wanted, sizeof(wanted), " %s=\"", name);
	at = strstr(tag, wanted);
	if (!at || at > end) {
		*buffer = '\0';
		return buffer;
	}
	at += strlen(wanted);
	snprintf(buffer, size, "%.*s", (int)strcspn(at, "\""), at);
	return buffer;
}

static void append_tag(struct words *words, const char *tag, bool is_signal)
{
	char name[64], type[64], access[64], value[64];
	size_t length = strlen(words->text);

	attribute(tag, "name", name, sizeof(name));
	attribute(tag, "type", type, sizeof(type));
	attribute(tag, "access", access, sizeof(access));
	attribute(tag, "value", value, sizeof(value));
	snprintf(words->text + length, sizeof(words->text) - length, "%.*s %s %s %s %s",
		 (int)strcspn(tag, " />"), tag, name, type, access, value);
	/* arguments of signals go out, said or not */
	if (strncmp(tag, "arg", 3) == 0 && !is_signal)
		strcat(strcat(words->text, " "), attribute(tag, "direction", type, sizeof(type)));
	strcat(words->text, "\n");
}

static bool is_tag(const char *at, const char *name)
{
	return strncmp(at, name, strlen(name)) == 0 && strchr(" />", at[strlen(name)]);
}

static int compare_blocks(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Members in the order of their names: the bus has another order than people. */
static void sort_members(struct words *words)
{
	static struct words copy;
	char *blocks[MEMBERS_MAX], *line;
	size_t count = 0, n;

	copy = *words;
	for (line = copy.text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
		if (strncmp(line, "arg", 3) == 0 || strncmp(line, "annotation", 10) == 0)
			continue;
		ck_assert_uint_lt(count, MEMBERS_MAX);
		if (line > copy.text)
			line[-1] = '\0';
		blocks[count++] = line;
	}
	qsort(blocks, count, sizeof(*blocks), compare_blocks);
	*words->text = '\0';
	for (n = 0; n < count; n++)
		strcat(strcat(words->text, blocks[n]),
		       blocks[n][strlen(blocks[n]) - 1] == '\n' ? "" : "\n");
}

/* The elements of one interface, a line each, comments and layout left out. */
static void normalize(const char *xml, const char *interface, struct words *ret)
{
	char name[64];
	bool is_in = false, is_signal = false;
	const char *at = xml;

	*ret->text = '\0';
	while ((at = strchr(at, '<'))) {
		if (strncmp(at, "<!--", 4) == 0) {
			at = strstr(at, "-->");
			ck_assert_ptr_nonnull(at);
			continue;
		}
		at++;
		if (is_tag(at, "interface"))
			is_in = strcmp(attribute(at, "name", name, sizeof(name)), interface) == 0;
		else if (is_tag(at, "/interface"))
			is_in = false;
		if (is_tag(at, "signal") || is_tag(at, "method"))
			is_signal = is_tag(at, "signal");
		if (is_in && *at != '/' && !is_tag(at, "interface"))
			append_tag(ret, at, is_signal);
	}
	sort_members(ret);
}

static char *read_contract(const char *interface)
{
	_cleanup_free_ char *path = NULL;
	char *text;

	ck_assert_int_ge(asprintf(&path, "%s/dbus/%s.xml", getenv("top_srcdir"), interface), 0);
	ck_assert_int_ge(io_read_at(AT_FDCWD, path, 65536, &text, NULL), 0);
	return text;
}

static char *introspect(const char *path)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *text;

	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, path,
					    "org.freedesktop.DBus.Introspectable", "Introspect",
					    NULL, &reply, ""),
			 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &text), 0);
	return strdup(text);
}

static void compare(const char *interface, const char *path)
{
	_cleanup_free_ char *contract = read_contract(interface), *live = introspect(path);
	static struct words wanted, found;

	normalize(contract, interface, &wanted);
	normalize(live, interface, &found);
	ck_assert_str_ne(wanted.text, "");
	ck_assert_str_eq(found.text, wanted.text);
}

START_TEST(test_introspection_is_the_contract)
{
	struct grant grant;

	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	compare(CCWB_IFACE_MANAGER, CCWB_PATH);
	compare(CCWB_IFACE_DEVICE, "/org/ccwbroker1/device/_30_2e0_2e0580");
	compare(CCWB_IFACE_LEASE, grant.path);
	broker_bus_behave(&bb, "wait");
	ck_assert_int_ge(broker_bus_call(bus, "BindDevice", NULL, NULL, "sst", BROKER_BUS_DISK,
					 "tape_34xx", (uint64_t)0),
			 0);
	compare(CCWB_IFACE_JOB, CCWB_PATH_JOB "/1");
	compare(CCWB_IFACE_LOG, CCWB_PATH_LOG);
	/* or the daemon would not stop before its end */
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH_JOB "/1", CCWB_IFACE_JOB,
					    "Cancel", NULL, NULL, "t", (uint64_t)0),
			 0);
	broker_bus_drop(&grant);
	sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}
END_TEST

/* Whether word stands in text as a whole. */
static bool names_word(const char *text, const char *word)
{
	size_t length = strlen(word);
	const char *at = text;

	while ((at = strstr(at, word))) {
		if (at > text && at[-1] == '.' && strchr(" ,.\n(", at[length]))
			return true;
		at += length;
	}
	return false;
}

START_TEST(test_the_contract_names_every_error_that_a_method_can_give)
{
	_cleanup_free_ char *manager = read_contract(CCWB_IFACE_MANAGER);
	int code;

	for (code = FAULT_NONE + 1; code < _FAULT_CODE_MAX; code++)
		ck_assert_msg(names_word(manager, fault_code_to_string(code)), "%s",
			      fault_code_to_string(code));
}
END_TEST

START_TEST(test_a_difference_would_be_seen)
{
	static struct words one, other;

	normalize("<interface name=\"i\"><method name=\"M\"><arg type=\"s\" name=\"a\" "
		  "direction=\"in\"/></method></interface>",
		  "i", &one);
	normalize("<interface name=\"i\"> <!-- <x> --> <method name=\"M\">\n<arg direction=\"in\" "
		  "name=\"a\" type=\"s\"/></method></interface><interface name=\"j\">"
		  "<method name=\"N\"/></interface>",
		  "i", &other);
	ck_assert_str_eq(one.text, other.text);
	normalize("<interface name=\"i\"><method name=\"M\"><arg type=\"s\" name=\"a\" "
		  "direction=\"out\"/></method></interface>",
		  "i", &other);
	ck_assert_str_ne(one.text, other.text);
}
END_TEST

CHECK_MAIN("contract", test_introspection_is_the_contract,
	   test_the_contract_names_every_error_that_a_method_can_give,
	   test_a_difference_would_be_seen)
