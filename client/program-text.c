/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way a channel program is written on a command line. Refuses what the channel would
 * refuse anyway when it is certain from the words alone, because here the message can be better.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "io.h"
#include "program-text.h"

#define TIC_PREFIX "tic:"

struct parse {
	struct ccwb_program *program;
	unsigned int n;	  /* CCWs there will be */
	unsigned int i;	  /* the one being read */
	const char *word; /* its text */
	char *error;
};

static const struct {
	const char *name;
	uint8_t flag;
} flag_names[] = {
	{ "sli", CCWB_SLI },
	{ "skip", CCWB_SKIP },
	{ "cd", CCWB_CD },
	{ "pci", CCWB_PCI },
};

/* Says once what is wrong with which CCW; gives error back. */
_printf_(3, 4) static int fail(struct parse *parse, int error, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return -ENOMEM;
	}
	if (asprintf(&parse->error, "CCW %u, \"%s\": %s", parse->i, parse->word, text) < 0) {
		parse->error = NULL;
		return -ENOMEM;
	}
	return error;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -EINVAL;
}

/* A decimal number of at most max; -ERANGE when it is larger. */
static int parse_number(const char *text, unsigned int max, unsigned int *ret)
{
	unsigned int value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		value = value * 10 + (unsigned int)(*text - '0');
		if (value > max)
			return -ERANGE;
	}
	*ret = value;
	return 0;
}

static int parse_flag(struct parse *parse, const char *name, size_t length, uint8_t *flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (strlen(flag_names[i].name) != length ||
		    strncmp(flag_names[i].name, name, length))
			continue;
		if (*flags & flag_names[i].flag)
			return fail(parse, -EINVAL, "the flag %s stands there twice",
				    flag_names[i].name);
		*flags |= flag_names[i].flag;
		return 0;
	}
	return fail(parse, -EINVAL, "no flag is called \"%.*s\"; there are sli, skip, cd and pci",
		    (int)length, name);
}

/* CMD[,FLAG]... of the given length */
static int parse_head(struct parse *parse, size_t length, uint8_t *ret_command, uint8_t *ret_flags)
{
	const char *end = parse->word + length, *at = parse->word + 2;
	int high = length >= 2 ? hex_value(parse->word[0]) : -EINVAL;
	int low = length >= 2 ? hex_value(parse->word[1]) : -EINVAL;
	uint8_t flags = 0;
	int r;

	if (high < 0 || low < 0 || (at < end && *at != ','))
		return fail(parse, -EINVAL,
			    "it must begin with a command of two hexadecimal digits");
	while (at < end) {
		size_t n = strcspn(++at, ",:=");

		r = parse_flag(parse, at, n, &flags);
		if (r < 0)
			return r;
		at += n;
	}
	*ret_command = (uint8_t)(high << 4 | low);
	*ret_flags = flags;
	if (*ret_command == CCWB_PROGRAM_TIC)
		return fail(parse, -EINVAL, "a transfer in channel is written tic:N");
	return 0;
}

static int add_file(struct parse *parse, uint8_t command, uint8_t flags, const char *path)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r;

	r = io_read_at(AT_FDCWD, path, CCWB_PROGRAM_BYTES_MAX, &data, &size);
	if (r == -EFBIG)
		return fail(parse, -EINVAL, "the file has more than %d bytes",
			    CCWB_PROGRAM_BYTES_MAX);
	if (r < 0)
		return fail(parse, r, "cannot read the file: %s", strerror(-r));
	if (!size)
		return fail(parse, -EINVAL,
			    "the file is empty; for no data write the command alone");
	return ccwb_program_add_write(parse->program, command, flags, (const uint8_t *)data, size);
}

static int add_hex(struct parse *parse, uint8_t command, uint8_t flags, const char *hex)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t digits = strlen(hex);

	if (!digits)
		return fail(parse, -EINVAL,
			    "no bytes follow the \"=\"; for no data write the command alone");
	if (digits % 2)
		return fail(parse, -EINVAL,
			    "a byte is two hexadecimal digits, here one is left over");
	if (digits / 2 > CCWB_PROGRAM_BYTES_MAX)
		return fail(parse, -EINVAL, "a CCW takes at most %d bytes", CCWB_PROGRAM_BYTES_MAX);
	data = malloc(digits / 2);
	if (!data)
		return -ENOMEM;
	for (size_t i = 0; i < digits; i += 2) {
		int high = hex_value(hex[i]), low = hex_value(hex[i + 1]);

		if (high < 0 || low < 0)
			return fail(parse, -EINVAL, "\"%.2s\" is no hexadecimal byte", hex + i);
		data[i / 2] = (uint8_t)(high << 4 | low);
	}
	return ccwb_program_add_write(parse->program, command, flags, data, digits / 2);
}

static int add_count(struct parse *parse, uint8_t command, uint8_t flags, const char *text)
{
	unsigned int count;
	int r;

	r = parse_number(text, CCWB_PROGRAM_BYTES_MAX, &count);
	if (r == -ERANGE)
		return fail(parse, -EINVAL, "a CCW takes at most %d bytes", CCWB_PROGRAM_BYTES_MAX);
	if (r < 0)
		return fail(parse, -EINVAL, "COUNT after the \":\" must be a decimal number");
	return ccwb_program_add_read(parse->program, command, flags, count);
}

static int add_tic(struct parse *parse)
{
	unsigned int target;

	if (parse_number(parse->word + strlen(TIC_PREFIX), CCWB_PROGRAM_CCWS_MAX, &target) < 0 ||
	    target >= parse->n)
		return fail(parse, -EINVAL, "N must be the number of a CCW, 0 to %u", parse->n - 1);
	if (!parse->i)
		return fail(parse, -EINVAL, "a channel program cannot begin with a tic");
	return ccwb_program_add_tic(parse->program, target);
}

static int add_word(struct parse *parse)
{
	size_t head = strcspn(parse->word, ":=");
	const char *rest = parse->word + head;
	uint8_t command = 0, flags = 0;
	int r;

	if (!strncmp(parse->word, TIC_PREFIX, strlen(TIC_PREFIX)))
		return add_tic(parse);
	r = parse_head(parse, head, &command, &flags);
	if (r < 0)
		return r;
	if (!strncmp(rest, "=@", 2))
		return add_file(parse, command, flags, rest + 2);
	if (*rest == '=')
		return add_hex(parse, command, flags, rest + 1);
	if (*rest == ':')
		return add_count(parse, command, flags, rest + 1);
	return ccwb_program_add(parse->program, command, flags);
}

static int check_direction(struct parse *parse, const struct ccwb_ccw *ccw)
{
	uint8_t command = ccwb_program_command(parse->program, parse->i);
	enum ccwb_direction direction = ccwb_program_direction(command);

	if (!ccw->count || direction == CCWB_DIRECTION_NONE || direction == ccw->direction)
		return 0;
	if (direction == CCWB_DIRECTION_WRITE)
		return fail(parse, -EINVAL,
			    "command %02x sends data to the device: write the bytes after a \"=\"",
			    command);
	return fail(parse, -EINVAL,
		    "command %02x reads from the device: write a count after a \":\"", command);
}

/* What only shows when all CCWs are there */
static int check_word(struct parse *parse)
{
	const struct ccwb_ccw *ccw = ccwb_program_get(parse->program, parse->i);

	if (ccw->command == CCWB_PROGRAM_TIC) {
		if (ccwb_program_get(parse->program, ccw->target)->command == CCWB_PROGRAM_TIC)
			return fail(parse, -EINVAL, "a tic cannot lead to a tic");
		return 0;
	}
	if (ccw->flags & CCWB_CD && !ccw->count)
		return fail(parse, -EINVAL, "cd needs data in this CCW");
	if (ccw->flags & CCWB_CD && parse->i + 1 == parse->n)
		return fail(parse, -EINVAL,
			    "cd stands at the last CCW, there is none to go on with");
	return check_direction(parse, ccw);
}

static int parse_all(struct parse *parse, const char *const *words)
{
	int r;

	for (parse->i = 0; parse->i < parse->n; parse->i++) {
		parse->word = words[parse->i];
		r = add_word(parse);
		if (r < 0)
			return r;
	}
	for (parse->i = 0; parse->i < parse->n; parse->i++) {
		parse->word = words[parse->i];
		r = check_word(parse);
		if (r < 0)
			return r;
	}
	return 0;
}

int program_text_parse(const char *const *words, unsigned int n, struct ccwb_program **ret,
		       char **ret_error)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = NULL;
	struct parse parse = { .n = n };
	int r;

	*ret_error = NULL;
	if (n > CCWB_PROGRAM_CCWS_MAX) {
		r = asprintf(ret_error, "%u CCWs are too many, a program has at most %d", n,
			     CCWB_PROGRAM_CCWS_MAX);
		if (r < 0)
			*ret_error = NULL;
		return -EINVAL;
	}
	r = ccwb_program_new(&program);
	if (r < 0)
		return r;
	parse.program = program;
	r = parse_all(&parse, words);
	if (r < 0) {
		*ret_error = parse.error;
		return r;
	}
	*ret = TAKE_PTR(program);
	return 0;
}
