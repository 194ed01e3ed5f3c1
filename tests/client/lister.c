/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A real client of two devices: for each line that it reads from its standard input it reads a card and prints it. So
 * somebody else says when something happens. For the emulated machine; installed nowhere.
 *   lister READER PRINTER
 */
#include <libccwbroker.h>
#include <stdio.h>

#include "macro.h"

enum {
	LISTER_READ = 0x02,
	LISTER_PRINT = 0x09, /* and go to the next line */
	LISTER_CARD_SIZE = 80,
	LISTER_LIMIT_MS = 60000,
};

/* A device and its lease. */
struct unit {
	struct ccwb_lease *lease;
	struct ccwb_device *device;
};

static int unit_open(struct ccwb_connection *connection, const char *id, struct unit *unit,
		     struct ccwb_error *error)
{
	const struct ccwb_lease_options options = { .size = sizeof(options), .who = "lister" };
	int r;

	r = ccwb_lease_new(connection, id, &options, &unit->lease, error);
	return r < 0 ? r : ccwb_device_new(unit->lease, NULL, &unit->device, error);
}

static void unit_close(struct unit *unit)
{
	(void)ccwb_device_free(unit->device);
	(void)ccwb_lease_free(unit->lease);
}

/* A bad end is an error, in words. */
static int run(const struct unit *unit, struct ccwb_program *program, struct ccwb_error *error)
{
	char words[256];
	struct ccwb_irb irb;
	int r;

	r = ccwb_device_run(unit->device, program, LISTER_LIMIT_MS, &irb, error);
	if (r < 0 || ccwb_irb_is_clean(&irb))
		return r;
	(void)ccwb_irb_format(&irb, ccwb_lease_info(unit->lease, "device-type"), words,
			      sizeof(words)); /* what does not fit is cut */
	(void)snprintf(error->text, sizeof(error->text), "%s: %.200s",
		       ccwb_lease_device(unit->lease), words);
	return -1;
}

static int list_one(const struct unit *reader, const struct unit *printer, struct ccwb_error *error)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *card = NULL, *line = NULL;
	int r;

	r = ccwb_program_new(&card);
	if (r >= 0)
		r = ccwb_program_new(&line);
	if (r >= 0)
		r = ccwb_program_add_read(card, LISTER_READ, 0, LISTER_CARD_SIZE);
	if (r >= 0)
		r = run(reader, card, error);
	if (r >= 0)
		r = ccwb_program_add_write(line, LISTER_PRINT, 0, ccwb_program_data(card, 0, NULL),
					   LISTER_CARD_SIZE);
	return r < 0 ? r : run(printer, line, error);
}

int main(int argc, char **argv)
{
	_cleanup_(ccwb_connection_freep) struct ccwb_connection *connection = NULL;
	struct ccwb_error error = { .text = "usage: lister READER PRINTER" };
	struct unit reader = {}, printer = {};
	char line[16];
	int r = argc == 3 ? 0 : -1;

	if (r >= 0)
		r = ccwb_connection_new(NULL, &connection, &error);
	if (r >= 0)
		r = unit_open(connection, argv[1], &reader, &error);
	if (r >= 0)
		r = unit_open(connection, argv[2], &printer, &error);
	while (r >= 0 && fgets(line, sizeof(line), stdin))
		r = list_one(&reader, &printer, &error);
	if (r < 0)
		fprintf(stderr, "lister: %s\n", error.text);
	unit_close(&printer);
	unit_close(&reader);
	return r < 0 ? 1 : 0;
}
