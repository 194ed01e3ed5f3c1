/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl top`: what the devices that are leased do, as a table that is made anew each second. The terminal is
 * left in its usual mode all the time, so that Ctrl-C needs nothing to be put right.
 */
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "lease-list.h"
#include "load.h"
#include "names.h"
#include "show.h"

#define CLEAR_SCREEN "\x1b[H\x1b[2J"
#define NUMBER_SIZE  32
#define COLUMNS	     8

struct top {
	sd_bus *bus;
	const struct options *options;
	bool is_screen;
	struct load *loads, *before;
	size_t n, n_before;
};

static const char *const headings[COLUMNS + 1] = { "DEVICE", "USER",	"PROGRAMS", "PROG/S",
						   "READ/S", "WRITE/S", "ERRORS",   "WHO" };

static uint64_t now_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* Of a lease that has just ended, and by the kernel's vfio_ccw, there are none. */
static int fetch_load(sd_bus *bus, const struct lease_row *row, struct load *ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	*ret = (struct load){};
	(void)snprintf(ret->lease, sizeof(ret->lease), "%s", row->id); /* what is longer is cut */
	if (sd_bus_call_method(bus, CCWB_BUS_NAME, row->path, CCWB_IFACE_LEASE, "GetStatistics",
			       NULL, &reply, "t", (uint64_t)0) < 0)
		return 0;
	ret->at_usec = now_usec();
	return load_read(reply, ret);
}

static int add_cells(struct show_table *table, const struct lease_row *row, const struct load *load,
		     const struct load *before)
{
	char programs[NUMBER_SIZE], errors[NUMBER_SIZE], rates[3][NUMBER_SIZE];
	struct load_rate rate;
	bool has_rate = load_compare(before, load, &rate);
	const char *const cells[COLUMNS] = {
		row->device,
		row->user,
		load->is_counted ? programs : NULL,
		has_rate ? rates[0] : NULL,
		has_rate ? rates[1] : NULL,
		has_rate ? rates[2] : NULL,
		load->is_counted ? errors : NULL,
		row->who,
	};
	int r = 0;

	load_format(load->programs, programs, NUMBER_SIZE);
	load_format(load->errors + load->refused, errors, NUMBER_SIZE);
	if (has_rate) {
		load_format(rate.programs, rates[0], NUMBER_SIZE);
		load_format(rate.bytes_read, rates[1], NUMBER_SIZE);
		load_format(rate.bytes_written, rates[2], NUMBER_SIZE);
	}
	for (unsigned int i = 0; r >= 0 && i < COLUMNS; i++)
		r = show_table_add(table, cells[i]);
	return r;
}

static int add_json(struct json_object *array, const struct lease_row *row, const struct load *load)
{
	struct json_object *object = lease_list_row_to_json(row);
	const struct {
		const char *key;
		uint64_t value;
	} numbers[] = {
		{ "programs", load->programs },
		{ "bytes_read", load->bytes_read },
		{ "bytes_written", load->bytes_written },
		{ "refused", load->refused },
		{ "errors", load->errors },
	};

	if (!object)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		json_object_object_add(object, numbers[i].key,
				       load->is_counted ? json_object_new_uint64(numbers[i].value)
							: NULL);
	return json_object_array_add(array, object);
}

static enum exit_code fetch(struct top *top, const struct lease_list *leases)
{
	int r = 0;

	free(top->before);
	top->before = top->loads;
	top->n_before = top->n;
	top->n = 0;
	top->loads = calloc(leases->n + 1, sizeof(*top->loads));
	if (!top->loads)
		r = -ENOMEM;
	for (size_t i = 0; r >= 0 && i < leases->n; i++)
		r = fetch_load(top->bus, &leases->rows[i], &top->loads[top->n++]);
	return r < 0 ? call_bad_reply("look at leases", r) : EXIT_CODE_OK;
}

static enum exit_code print_json(const struct top *top, const struct lease_list *leases)
{
	struct json_object *array = json_object_new_array();
	int r = array ? 0 : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < leases->n; i++)
		r = add_json(array, &leases->rows[i], &top->loads[i]);
	if (r >= 0)
		return show_json(stdout, array, top->options->json);
	json_object_put(array);
	return call_bad_reply("look at leases", r);
}

/* So many as a screen has; UINT_MAX where there is none. */
static unsigned int rows_of_screen(const struct top *top)
{
	struct winsize size;

	if (!top->is_screen)
		return UINT_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 5)
		return 24 - 3;
	return size.ws_row - 3;
}

static enum exit_code print_table(const struct top *top, const struct lease_list *leases)
{
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	unsigned int rows = rows_of_screen(top);
	int r;

	r = show_table_new(headings, &table);
	for (size_t i = 0; r >= 0 && i < leases->n && i < rows; i++)
		r = add_cells(table, &leases->rows[i], &top->loads[i],
			      load_find(top->before, top->n_before, leases->rows[i].id));
	if (r < 0)
		return call_bad_reply("look at leases", r);
	if (top->is_screen)
		printf(CLEAR_SCREEN "Leases: %zu%s. Ctrl-C ends this.\n", leases->n,
		       leases->n > rows ? ", the first are shown" : "");
	show_table_print(table, stdout, top->options->no_legend);
	return EXIT_CODE_OK;
}

static enum exit_code look(struct top *top)
{
	_cleanup_(lease_list_freep) struct lease_list *leases = NULL;
	enum exit_code code;

	code = lease_list_fetch(top->bus, &leases);
	if (!code)
		code = fetch(top, leases);
	if (code)
		return code;
	return top->options->json ? print_json(top, leases) : print_table(top, leases);
}

/* Whoever reads what we write may have gone, which main() tells. */
static bool is_written(void)
{
	return fflush(stdout) >= 0 && !ferror(stdout);
}

enum exit_code verb_top(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	const struct timespec second = { .tv_sec = 1 };
	unsigned int count = options->once ? 1 : options->count;
	struct top top = {
		.options = options,
		.is_screen = !count && !options->json && isatty(STDOUT_FILENO),
	};
	enum exit_code code;

	code = call_open(&bus);
	top.bus = bus;
	for (unsigned int i = 0; !code; i++) {
		code = look(&top);
		if (code || !is_written() || (count && i + 1 >= count))
			break;
		(void)nanosleep(&second, NULL); /* a signal that does not end us only shortens it */
		if (!top.is_screen && !options->json)
			putchar('\n');
	}
	free(top.loads);
	free(top.before);
	return code;
}
