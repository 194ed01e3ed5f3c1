/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the reading of the command line: by the table in option.c, and by nothing else. What is wrong is said
 * in one line, and how it is right in a second one.
 *
 * Not by getopt, which reads abbreviations that a later option makes ambiguous, and for which the
 * environment decides whether options may stand behind words.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "command-line.h"
#include "help.h"
#include "option.h"

/* An option that stands on the command line */
struct use {
	const struct option_row *row; /* any of that name; which one counts, the verb says */
	const char *value;	      /* NULL: none */
};

struct reader {
	char **argv;
	int argc; /* without what follows "--" */
	int at;
	int n_words; /* they are collected from argv[1] on */
	struct use *uses;
	size_t n_uses;
};

static enum exit_code bad_usage(const struct verb *verb)
{
	return help_usage(verb);
}

static const struct option_row *find_letter(char letter)
{
	for (const struct option_row *row = option_table; row->name; row++)
		if (row->letter == letter)
			return row;
	return NULL;
}

static void use(struct reader *reader, const struct option_row *row, const char *value)
{
	reader->uses[reader->n_uses++] = (struct use){ .row = row, .value = value };
}

/* "--name", "--name=value" or "--name value" */
static bool read_long(struct reader *reader, char *word)
{
	char *value = strchr(word, '=');
	const struct option_row *row;

	if (value)
		*value++ = '\0';
	row = option_find(NULL, word + 2);
	if (!row) {
		call_complain("unrecognized option '%s'", word);
		return false;
	}
	if (value && !row->argument) {
		call_complain("option '%s' does not take a value", word);
		return false;
	}
	if (!value && row->argument)
		value = row->implied ? (char *)row->implied : reader->argv[++reader->at];
	if (row->argument && !value) {
		call_complain("option '%s' requires an argument", word);
		return false;
	}
	use(reader, row, value);
	return true;
}

/* What follows the letter in its word, or what stands for nothing there, or the next word. */
static bool read_letter_value(struct reader *reader, const struct option_row *row, const char *word)
{
	const char *value = word[1] ? word + 1 : row->implied;

	if (!value)
		value = reader->argv[++reader->at];
	if (!value) {
		call_complain("option '-%c' requires an argument", *word);
		return false;
	}
	use(reader, row, value);
	return true;
}

/* "-q", "-jpretty", "-qj", "-n 2" */
static bool read_letters(struct reader *reader, const char *word)
{
	for (word++; *word; word++) {
		const struct option_row *row = find_letter(*word);

		if (!row) {
			call_complain("unrecognized option '-%c'", *word);
			return false;
		}
		if (!row->argument) {
			use(reader, row, NULL);
			continue;
		}
		return read_letter_value(reader, row, word);
	}
	return true;
}

static bool read_words(struct reader *reader)
{
	for (reader->at = 1; reader->at < reader->argc; reader->at++) {
		char *word = reader->argv[reader->at];

		if (word[0] != '-' || !word[1]) {
			reader->argv[1 + reader->n_words++] = word;
			continue;
		}
		if (word[1] == '-' ? !read_long(reader, word) : !read_letters(reader, word))
			return false;
	}
	return true;
}

/* How many of the words name this verb: 0, 1, or 2 for one such as "policy check". */
static int match_verb(const struct verb *verb, char *const *words, int n_words)
{
	size_t length = strlen(words[0]);

	if (!strcmp(verb->name, words[0]))
		return 1;
	if (n_words < 2 || strncmp(verb->name, words[0], length) || verb->name[length] != ' ')
		return 0;
	return strcmp(verb->name + length + 1, words[1]) ? 0 : 2;
}

/* The second words that make a verb of the first, as "check, show, test"; "" when there are none. */
static void list_second_words(const char *first, char *buffer, size_t size)
{
	size_t length = strlen(first), used = 0;

	buffer[0] = '\0';
	for (const struct verb *const *verb = option_verbs; *verb; verb++) {
		if (strncmp((*verb)->name, first, length) || (*verb)->name[length] != ' ')
			continue;
		if (used < size)
			used += (size_t)snprintf(buffer + used, size - used, "%s%s",
						 used ? ", " : "", (*verb)->name + length + 1);
	}
}

static enum exit_code no_verb(const char *word)
{
	char second[128];

	list_second_words(word, second, sizeof(second));
	if (*second)
		call_complain("%s: what of it? There are: %s", word, second);
	else
		call_complain("there is no verb \"%s\"", word);
	return bad_usage(NULL);
}

static enum exit_code find_verb(const struct reader *reader, struct command_line *line)
{
	char **words = reader->argv + 1;

	line->arguments.words = words;
	line->arguments.n_words = (unsigned int)reader->n_words;
	if (!reader->n_words)
		return EXIT_CODE_OK;
	for (unsigned int i = 0; option_verbs[i]; i++) {
		int used = match_verb(option_verbs[i], words, reader->n_words);

		if (!used)
			continue;
		line->verb = option_verbs[i];
		line->number = i;
		line->arguments.words += used;
		line->arguments.n_words -= (unsigned int)used;
		return EXIT_CODE_OK;
	}
	return no_verb(words[0]);
}

static enum exit_code check_words(const struct verb *verb, const struct arguments *arguments)
{
	if (verb->takes_command && (!arguments->command || !*arguments->command))
		call_complain("%s: the command must follow after --", verb->name);
	else if (!verb->takes_command && arguments->command)
		call_complain("%s: nothing may follow after --", verb->name);
	else if (arguments->n_words < verb->words_min)
		call_complain("%s: too few arguments", verb->name);
	else if (arguments->n_words > verb->words_max && !verb->words_max)
		call_complain("%s: takes no argument such as \"%s\"", verb->name,
			      arguments->words[0]);
	else if (arguments->n_words > verb->words_max)
		call_complain("%s: too many arguments, at most %u from \"%s\" on", verb->name,
			      verb->words_max, arguments->words[0]);
	else
		return EXIT_CODE_OK;
	return bad_usage(verb);
}

static enum exit_code take_option(const struct verb *verb, const struct use *given,
				  struct options *options)
{
	const struct option_row *row = option_find(verb, given->row->name);
	char values[256];

	if (!row) {
		call_complain("%s: has no option --%s", verb->name, given->row->name);
		return bad_usage(verb);
	}
	if (option_store(row, given->value, options) >= 0)
		return EXIT_CODE_OK;
	option_describe_values(row, values, sizeof(values));
	call_complain("--%s: \"%s\" is not %s", row->name, given->value, values);
	return bad_usage(verb);
}

/* --help and --version come before everything that could be wrong with the rest. */
static bool is_question(const struct reader *reader, struct options *options)
{
	for (size_t i = 0; i < reader->n_uses; i++)
		if (reader->uses[i].row->is_general &&
		    option_store(reader->uses[i].row, NULL, options) < 0)
			return false;
	return options->help || options->version;
}

static enum exit_code interpret(const struct reader *reader, struct command_line *line)
{
	bool has_question = is_question(reader, &line->options);
	const struct verb *verb;
	enum exit_code code;

	if (line->options.version)
		return EXIT_CODE_OK;
	code = find_verb(reader, line);
	if (code || has_question)
		return code;
	verb = line->verb ? line->verb : option_verbs[0];
	code = check_words(verb, &line->arguments);
	for (size_t i = 0; !code && i < reader->n_uses; i++)
		code = take_option(verb, &reader->uses[i], &line->options);
	return code;
}

enum exit_code command_line_parse(int argc, char **argv, struct command_line *ret)
{
	struct reader reader = { .argv = argv, .argc = 1 };
	struct command_line line = {};
	enum exit_code code;

	/* options end at the first "--": what follows is not ours to look at or to reorder */
	while (reader.argc < argc && strcmp(argv[reader.argc], "--"))
		reader.argc++;
	if (reader.argc < argc) {
		line.arguments.command = argv + reader.argc + 1;
		argv[reader.argc] = NULL;
	}
	/* a word of letters is as many options as it has */
	size_t n = 1;
	for (int i = 1; i < reader.argc; i++)
		n += strlen(argv[i]);
	reader.uses = calloc(n, sizeof(*reader.uses));
	if (!reader.uses) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	code = read_words(&reader) ? interpret(&reader, &line) : bad_usage(NULL);
	free(reader.uses);
	if (!code)
		*ret = line;
	return code;
}
