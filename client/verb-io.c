/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl io`: one channel program on one device, from the words to the report.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "grant.h"
#include "inquiry.h"
#include "names.h"
#include "outcome.h"
#include "program-text.h"
#include "report-json.h"
#include "report.h"
#include "selection.h"
#include "show.h"

#define USAGE "io DEV CCW...     (CCW: CMD[,FLAG]...[:COUNT|=HEX|=@FILE] or tic:N)"

#define COMMAND_SENSE 0x04

/* Asks for the sense data that should have come with the unit check; without luck there is none. */
static void fetch_sense(struct ccwb_device *device, struct report *report)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = NULL;
	struct ccwb_irb irb;

	if (ccwb_program_new(&program) < 0 ||
	    ccwb_program_add_read(program, COMMAND_SENSE, CCWB_SLI, CCWB_IRB_SENSE_BYTES) < 0 ||
	    ccwb_device_run(device, program, report->timeout_ms, &irb, NULL) < 0)
		return;
	if (!ccwb_irb_is_clean(&irb) || !irb.has_residual || irb.residual > CCWB_IRB_SENSE_BYTES)
		return;
	report->sense_size = CCWB_IRB_SENSE_BYTES - irb.residual;
	memcpy(report->sense, ccwb_program_data(program, 0, NULL), report->sense_size);
	report->sense_source = REPORT_SENSE_COMMAND;
}

static void add_sense(struct ccwb_device *device, struct report *report)
{
	if (report->failure.number || !ccwb_irb_is_unit_check(&report->irb))
		return;
	if (!report->irb.sense_size) {
		fetch_sense(device, report);
		return;
	}
	report->sense_size = report->irb.sense_size;
	memcpy(report->sense, report->irb.sense, report->sense_size);
	report->sense_source = REPORT_SENSE_CONCURRENT;
}

/* Status and data go out together: what report borrows lives only here. */
static enum exit_code run_and_report(struct ccwb_device *device, const struct options *options,
				     struct ccwb_program *program, struct report *report)
{
	size_t size = ccwb_program_place(program);
	_cleanup_free_ uint8_t *before = malloc(size);
	enum exit_code code = EXIT_CODE_OK;
	uint8_t *memory;
	int r;

	r = before ? ccwb_program_load(program, ccwb_device_space(device), NULL) : -ENOMEM;
	if (r >= 0) {
		memory = ccwb_program_memory(program);
		r = outcome_prepare(program, memory);
	}
	if (r < 0) {
		call_complain("%s: cannot set up the program: %s", report->device, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	memcpy(before, memory, size);
	report->iova = ccwb_program_iova(program);
	report->before = before;
	report->after = memory;
	r = ccwb_device_run(device, program, options->timeout_ms, &report->irb, &report->failure);
	if (r >= 0)
		add_sense(device, report);
	if (options->json)
		code = report_json_print(report, stdout, options->ebcdic, options->json);
	else
		report_print_text(report, stdout, options->ebcdic);
	return code ? code : report_exit_code(report);
}

static enum exit_code use_device(const struct options *options, struct ccwb_program *program,
				 const struct ccwb_lease *lease)
{
	_cleanup_(ccwb_device_freep) struct ccwb_device *device = NULL;
	struct report report = {
		.device = ccwb_lease_device(lease),
		.device_type = ccwb_lease_info(lease, CCWB_INFO_DEVICE_TYPE),
		.program = program,
		.timeout_ms = options->timeout_ms,
	};
	struct ccwb_error error;

	if (ccwb_device_new(lease, NULL, &device, &error) < 0) {
		call_complain("%s", error.text);
		return EXIT_CODE_FAILURE;
	}
	return run_and_report(device, options, program, &report);
}

static enum exit_code parse_program(const struct arguments *arguments, struct ccwb_program **ret)
{
	_cleanup_free_ char *error = NULL;
	int r;

	r = program_text_parse((const char *const *)arguments->words + 1, arguments->n_words - 1,
			       ret, &error);
	if (r >= 0)
		return EXIT_CODE_OK;
	call_complain("%s", error ? error : strerror(-r));
	return r == -EINVAL ? call_usage(USAGE) : EXIT_CODE_FAILURE;
}

static enum exit_code rehearse(sd_bus *bus, const struct options *options, const char *id,
			       const struct ccwb_program *program)
{
	enum exit_code code = inquiry_rehearse(bus, id, options, false);

	if (!code)
		show_line(stdout, "would run a program of %u CCWs on %s",
			  ccwb_program_count(program), id);
	return code;
}

static enum exit_code carry_out(sd_bus *bus, const struct options *options, const char *id,
				struct ccwb_program *program)
{
	_cleanup_(ccwb_connection_freep) struct ccwb_connection *connection = NULL;
	struct ccwb_lease *lease;
	enum exit_code code, back;

	code = grant_confirm(options, id, 1);
	if (!code)
		code = grant_connect(bus, &connection);
	if (!code)
		code = grant_acquire(connection, id, options, "ccwctl io", &lease);
	if (code)
		return code;
	code = use_device(options, program, lease);
	(void)fflush(stdout); /* main() looks for write errors at the end */
	back = grant_give_back(lease);
	return code ? code : back;
}

enum exit_code verb_io(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(selection_freep) struct selection *selection = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = NULL;
	enum exit_code code;

	code = selection_new(&row_io, options, arguments->words, 1, 1, &selection);
	if (!code)
		code = parse_program(arguments, &program);
	if (!code)
		code = call_open(&bus);
	if (!code)
		code = selection_resolve(selection, bus);
	if (code)
		return code;
	return options->dry_run ? rehearse(bus, options, selection_get(selection, 0), program)
				: carry_out(bus, options, selection_get(selection, 0), program);
}
