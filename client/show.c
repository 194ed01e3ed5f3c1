/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how results look: tables, fields, JSON, users and times. Does not know what they are about.
 */
#include <errno.h>
#include <json-c/json.h>
#include <pwd.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "show.h"
#include "text.h"

#define COLUMN_GAP  2
#define FIELD_WIDTH 16

struct show_table {
	const char *const *headings;
	unsigned int n_columns;
	char **cells;
	size_t n_cells;
	size_t room;
};

int show_table_new(const char *const *headings, struct show_table **ret)
{
	struct show_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->headings = headings;
	while (table->n_columns < SHOW_COLUMNS_MAX && headings[table->n_columns])
		table->n_columns++;
	*ret = table;
	return 0;
}

struct show_table *show_table_free(struct show_table *table)
{
	if (!table)
		return NULL;
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
	return NULL;
}

int show_table_add(struct show_table *table, const char *text)
{
	char *cell;

	if (table->n_cells == table->room) {
		size_t room = table->room ? table->room * 2 : 64;
		char **cells = reallocarray(table->cells, room, sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		table->cells = cells;
		table->room = room;
	}
	cell = strdup(text && *text ? text : "-");
	if (!cell)
		return -ENOMEM;
	text_sanitize(cell);
	table->cells[table->n_cells++] = cell;
	return 0;
}

/* Columns on the screen: every byte that does not continue a UTF-8 character. */
static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static size_t column_width(const struct show_table *table, unsigned int column, bool has_headings)
{
	size_t width = has_headings ? text_width(table->headings[column]) : 0;

	for (size_t i = column; i < table->n_cells; i += table->n_columns) {
		size_t cell = text_width(table->cells[i]);

		if (cell > width)
			width = cell;
	}
	return width;
}

static bool may_colour(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(out)) && !(no_colour && *no_colour) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

static void print_row(const struct show_table *table, FILE *out, const char *const *cells,
		      const size_t *widths)
{
	for (unsigned int i = 0; i < table->n_columns; i++) {
		size_t pad = widths[i] - text_width(cells[i]) + COLUMN_GAP;

		fputs(cells[i], out);
		if (i + 1 < table->n_columns)
			fprintf(out, "%*s", (int)pad, "");
	}
	fputc('\n', out);
}

void show_table_print(const struct show_table *table, FILE *out, bool no_legend)
{
	bool has_headings = !no_legend && table->n_cells;
	bool is_bold = has_headings && may_colour(out);
	size_t widths[SHOW_COLUMNS_MAX] = {};

	for (unsigned int i = 0; i < table->n_columns; i++)
		widths[i] = column_width(table, i, has_headings);
	if (is_bold)
		fputs("\x1b[1m", out);
	if (has_headings)
		print_row(table, out, table->headings, widths);
	if (is_bold)
		fputs("\x1b[0m", out);
	for (size_t i = 0; i + table->n_columns <= table->n_cells; i += table->n_columns)
		print_row(table, out, (const char *const *)table->cells + i, widths);
}

void show_line(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	call_print_line(out, "", format, args);
	va_end(args);
}

void show_field(FILE *out, const char *name, const char *value)
{
	if (value && *value)
		show_line(out, "%*s: %s", FIELD_WIDTH, name, value);
}

/* The number of a character that is UTF-8 and not printable; its bytes are passed. 0: it is no UTF-8. */
static unsigned int take_unprintable(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	bool is_two = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
	bool is_three = at[0] == 0xe2 && (at[1] == 0x80 || at[1] == 0x81) && (at[2] & 0xc0) == 0x80;

	*text += is_two ? 2 : is_three ? 3 : 1;
	if (is_two)
		return at[1];
	if (is_three)
		return 0x2000U | (at[1] & 0x3fU) << 6 | (at[2] & 0x3fU);
	return at[0] == 0x7f ? at[0] : 0;
}

/*
 * json-c escapes the controls of ASCII; the others would reach the terminal as well. They stand within
 * strings only.
 */
static void put_json(FILE *out, const char *text)
{
	const char *from = text;

	for (;;) {
		size_t length = *text == '\n' ? 1 : text_character_length(text);
		unsigned int number;

		text += length;
		if (length)
			continue;
		(void)fwrite(from, 1, (size_t)(text - from),
			     out); /* main() looks for write errors */
		if (!*text)
			break;
		number = take_unprintable(&text);
		fprintf(out, number ? "\\u%04x" : "?", number);
		from = text;
	}
	fputc('\n', out);
}

int show_json_add(struct json_object *object, const char *key, struct json_object *value_take)
{
	if (json_object_object_add(object, key, value_take) >= 0)
		return 0;
	json_object_put(value_take);
	return -ENOMEM;
}

enum exit_code show_json(FILE *out, struct json_object *object, enum json_mode mode)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	if (mode == JSON_PRETTY)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	text = object ? json_object_to_json_string_ext(object, flags) : NULL;
	if (text)
		put_json(out, text);
	else
		call_complain("out of memory");
	json_object_put(object);
	return text ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

int show_user(uint32_t uid, char **ret)
{
	const struct passwd *user = getpwuid(uid);
	char *text;

	if (user)
		text = strdup(user->pw_name);
	else if (asprintf(&text, "%u", uid) < 0)
		text = NULL;
	if (!text)
		return -ENOMEM;
	text_sanitize(text); /* what JSON has must be UTF-8 */
	*ret = text;
	return 0;
}

int show_time(uint64_t usec, char **ret)
{
	time_t seconds = (time_t)(usec / 1000000);
	char text[64];
	struct tm tm;

	if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%F %T", &tm))
		return -ERANGE;
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}
