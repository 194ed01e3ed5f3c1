/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl io`: one channel program on one device, from the words to the report.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "grant.h"
#include "outcome.h"
#include "program-text.h"
#include "program.h"
#include "report-json.h"
#include "report.h"
#include "session.h"

#define USAGE "io DEV CCW...     (CCW: CMD[,FLAG]...[:COUNT|=HEX|=@FILE] or tic:N)"

#define COMMAND_SENSE 0x04

static int sense_program(struct program **ret)
{
	_cleanup_(program_freep) struct program *program = NULL;
	int r;

	r = program_new(&program);
	if (r >= 0)
		r = program_add_store(program, COMMAND_SENSE, PROGRAM_SLI, IRB_SENSE_BYTES);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(program);
	return 0;
}

/* Asks for the sense data that should have come with the unit check; without luck there is none. */
static void fetch_sense(struct session *session, struct report *report)
{
	_cleanup_(program_freep) struct program *program = NULL;
	struct session_refusal refusal;
	struct irb irb;
	uint8_t *memory;
	uint32_t iova;
	size_t size;

	if (sense_program(&program) < 0)
		return;
	size = program_place(program);
	if (session_map(session, size, &memory, &iova) < 0)
		return;
	program_write(program, memory, iova);
	if (session_run(session, iova, report->timeout_ms, &irb, &refusal) < 0)
		return;
	if (!irb_is_clean(&irb) || !irb.has_residual || irb.residual > IRB_SENSE_BYTES)
		return;
	report->sense_size = IRB_SENSE_BYTES - irb.residual;
	memcpy(report->sense, memory + program_get(program, 0)->offset, report->sense_size);
	report->sense_source = REPORT_SENSE_COMMAND;
}

static void add_sense(struct session *session, struct report *report)
{
	if (report->error || !irb_is_unit_check(&report->irb))
		return;
	if (!report->irb.sense_size) {
		fetch_sense(session, report);
		return;
	}
	report->sense_size = report->irb.sense_size;
	memcpy(report->sense, report->irb.sense, report->sense_size);
	report->sense_source = REPORT_SENSE_CONCURRENT;
}

/* Status and data go out together: what report borrows lives only here. */
static enum exit_code run_and_report(struct session *session, const struct options *options,
				     const struct program *program, size_t size,
				     struct report *report)
{
	_cleanup_free_ uint8_t *before = malloc(size);
	enum exit_code code = EXIT_CODE_OK;
	uint8_t *memory;
	int r;

	r = before ? session_map(session, size, &memory, &report->iova) : -ENOMEM;
	if (r >= 0)
		r = outcome_prepare(program, memory);
	if (r < 0) {
		call_complain("%s: cannot set up the program: %s", report->device, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	program_write(program, memory, report->iova);
	memcpy(before, memory, size);
	report->before = before;
	report->after = memory;
	report->error = session_run(session, report->iova, options->timeout_ms, &report->irb,
				    &report->refusal);
	add_sense(session, report);
	if (options->json)
		code = report_json_print(report, stdout, options->ebcdic, options->json);
	else
		report_print_text(report, stdout, options->ebcdic);
	return code ? code : report_exit_code(report);
}

static enum exit_code use_device(const struct options *options, struct program *program,
				 const struct grant *grant)
{
	_cleanup_(session_freep) struct session *session = NULL;
	size_t size = program_place(program);
	struct report report = {
		.device = grant->id,
		.device_type = grant->device_type,
		.program = program,
		.timeout_ms = options->timeout_ms,
	};
	int r;

	if (grant->fds[GRANT_FD_IOMMUFD] >= 0)
		r = session_new_iommufd(grant->fds[GRANT_FD_IOMMUFD], grant->fds[GRANT_FD_DEVICE],
					&session);
	else
		r = session_new(grant->fds[GRANT_FD_CONTAINER], grant->fds[GRANT_FD_DEVICE],
				&session);
	if (r < 0) {
		call_complain("%s: the broker's file descriptors are of no use: %s", grant->id,
			      strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	return run_and_report(session, options, program, size, &report);
}

static enum exit_code parse_program(const struct arguments *arguments, struct program **ret)
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

enum exit_code verb_io(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(program_freep) struct program *program = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	const struct grant_wish wish = {
		.who = options->who ? options->who : "ccwctl io",
		.iommu = options->iommu,
		.backend = options->backend,
		.force = options->force,
	};
	struct grant *grant;
	char id[CCW_ID_STRING_SIZE];
	enum exit_code code, back;

	code = call_device_id(arguments->words[0], id);
	if (code)
		return call_usage(USAGE);
	code = parse_program(arguments, &program);
	if (!code)
		code = call_open(&bus);
	if (!code)
		code = grant_acquire(bus, id, &wish, &grant);
	if (code)
		return code;
	code = use_device(options, program, grant);
	(void)fflush(stdout); /* main() looks for write errors at the end */
	back = grant_give_back(bus, grant);
	return code ? code : back;
}
