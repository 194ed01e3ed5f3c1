/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the completion of ccwctl's words in a shell: the table as a script for bash. Runs also on the machine
 * that builds, so it knows no library.
 */
#include <string.h>

#include "option.h"
#include "shell.h"

/* Words of the interactive shell around it are taken apart at "=" and ":"; COMP_WORDS has "--json", "=", "sh". */
static const char script[] =
	"_ccwctl_words()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$2\")\n"
	"}\n"
	"\n"
	"_ccwctl()\n"
	"{\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb='' word option=''\n"
	"\tlocal i n=0\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tcase $word in\n"
	"\t\t--) compopt -o default; return ;;\n"
	"\t\t=) i=$((i + 1)); continue ;;\n"
	"\t\t-*) continue ;;\n"
	"\t\tesac\n"
	"\t\tif [[ -z $verb ]]; then\n"
	"\t\t\tverb=$word\n"
	"\t\telif [[ -z ${_ccwctl_is_verb[$verb]-} && -n ${_ccwctl_is_verb[\"$verb $word\"]-} ]]; then\n"
	"\t\t\tverb=\"$verb $word\"\n"
	"\t\telse\n"
	"\t\t\tn=$((n + 1))\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif [[ $current == = ]]; then\n"
	"\t\toption=$previous current=''\n"
	"\telif [[ $previous == = ]]; then\n"
	"\t\toption=${COMP_WORDS[COMP_CWORD-2]}\n"
	"\tfi\n"
	"\tif [[ -n $option ]]; then\n"
	"\t\t_ccwctl_words \"${_ccwctl_values[$option]-}\" \"$current\"\n"
	"\telif [[ $current == -* ]]; then\n"
	"\t\t_ccwctl_words \"${_ccwctl_options[${verb:-ccwctl}]-}\" \"$current\"\n"
	"\telif [[ -z $verb || -z ${_ccwctl_is_verb[$verb]-} ]]; then\n"
	"\t\t_ccwctl_words \"${_ccwctl_next[${verb:-ccwctl}]-}\" \"$current\"\n"
	"\telse\n"
	"\t\t_ccwctl_argument \"$verb\" \"$n\" \"$current\"\n"
	"\tfi\n"
	"\t[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace\n"
	"}\n"
	"\n"
	"_ccwctl_argument()\n"
	"{\n"
	"\tlocal words\n"
	"\tread -ra words <<<\"${_ccwctl_arguments[$1]}\"\n"
	"\t[[ ${#words[@]} -gt 0 ]] || return 0\n"
	"\tlocal word=${words[$2]-${words[-1]}}\n"
	"\tcase $word in\n"
	"\tDEV) _ccwctl_words \"$(ccwctl list -q 2>/dev/null)\" \"$3\" ;;\n"
	"\tLEASE) _ccwctl_words \"$(ccwctl leases -q 2>/dev/null)\" \"$3\" ;;\n"
	"\tFILE) compopt -o default ;;\n"
	"\t*[[:upper:]]*) ;;\n"
	"\t*) _ccwctl_words \"${word//|/ }\" \"$3\" ;;\n"
	"\tesac\n"
	"}\n"
	"\n"
	"complete -F _ccwctl ccwctl\n";

static void print_options(FILE *out, const struct verb *verb)
{
	const char *separator = "";

	fprintf(out, "\t[\"%s\"]=\"", verb ? verb->name : "ccwctl");
	for (const struct option_row *row = option_table; row->name; row++) {
		if (verb ? !option_is_of(row, verb) : option_find(NULL, row->name) != row)
			continue;
		fprintf(out, "%s--%s%s", separator, row->name,
			row->argument && !row->implied ? "=" : "");
		separator = " ";
	}
	fputs("\"\n", out);
}

/* "DEV... [DRIVER]" as "DEV DRIVER": one word for each place, the last for all that follow; none behind "--". */
static void print_arguments(FILE *out, const struct verb *verb)
{
	const char *list = verb->words, *word, *separator = "";
	size_t length;

	fprintf(out, "\t[\"%s\"]=\"", verb->name);
	while ((length = option_next_word(&list, &word)) > 0 && *word != '-') {
		fputs(separator, out);
		separator = " ";
		for (size_t i = 0; i < length; i++)
			if (!strchr("[].", word[i]))
				fputc(word[i], out);
	}
	fputs("\"\n", out);
}

/* First words of all verbs, and second words behind the first ones of those that have two. */
static void print_next(FILE *out, const char *first)
{
	size_t length = first ? strcspn(first, " ") : 0, last_length = 0;
	const char *last = "";

	fprintf(out, "\t[\"%.*s\"]=\"", first ? (int)length : 6, first ? first : "ccwctl");
	for (const struct verb *const *verb = option_verbs; *verb; verb++) {
		const char *word = (*verb)->name;
		size_t n;

		if (length && (strncmp(word, first, length) || word[length] != ' '))
			continue;
		word += length ? length + 1 : 0;
		n = strcspn(word, " ");
		if (n == last_length && !memcmp(word, last, n))
			continue;
		fprintf(out, "%s%.*s", last_length ? " " : "", (int)n, word);
		last = word;
		last_length = n;
	}
	fputs("\"\n", out);
}

static void print_tables(FILE *out)
{
	fputs("declare -A _ccwctl_is_verb=(\n", out);
	for (const struct verb *const *verb = option_verbs; *verb; verb++)
		fprintf(out, "\t[\"%s\"]=1\n", (*verb)->name);
	fputs(")\ndeclare -A _ccwctl_next=(\n", out);
	print_next(out, NULL);
	for (const struct verb *const *verb = option_verbs; *verb; verb++)
		if (strchr((*verb)->name, ' '))
			print_next(out, (*verb)->name);
	fputs(")\ndeclare -A _ccwctl_options=(\n", out);
	print_options(out, NULL);
	for (const struct verb *const *verb = option_verbs; *verb; verb++)
		print_options(out, *verb);
	fputs(")\ndeclare -A _ccwctl_arguments=(\n", out);
	for (const struct verb *const *verb = option_verbs; *verb; verb++)
		print_arguments(out, *verb);
	fputs(")\ndeclare -A _ccwctl_values=(\n", out);
	for (const struct option_row *row = option_table; row->name; row++)
		if (row->values)
			fprintf(out, "\t[\"--%s\"]=\"%s\"\n", row->name, row->values);
	fputs(")\n\n", out);
}

void shell_print_bash(FILE *out)
{
	fputs("# SPDX-License-Identifier: LGPL-2.1-or-later\n"
	      "# Copyright the ccwbroker authors\n"
	      "# shellcheck shell=bash disable=SC2034\n",
	      out);
	print_tables(out);
	fputs(script, out);
}
