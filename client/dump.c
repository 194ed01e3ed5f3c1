/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how bytes look for people: hexadecimal beside text. Does not know what the bytes mean.
 */
#include "dump.h"
#include "ebcdic.h"

#define LINE_BYTES 16

static void print_text(FILE *out, const uint8_t *data, size_t size, bool ebcdic)
{
	char utf8[EBCDIC_UTF8_SIZE];

	for (size_t i = 0; i < size; i++) {
		if (!ebcdic) {
			fputc(data[i] >= 0x20 && data[i] < 0x7f ? data[i] : '.', out);
			continue;
		}
		ebcdic_put_utf8(data[i], utf8);
		fputs(utf8, out);
	}
}

static void print_line(FILE *out, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < LINE_BYTES; i++) {
		if (i == LINE_BYTES / 2)
			fputc(' ', out);
		if (i < size)
			fprintf(out, " %02x", data[i]);
		else
			fputs("   ", out);
	}
}

void dump_print(FILE *out, const char *indent, const uint8_t *data, size_t size, bool ebcdic)
{
	for (size_t offset = 0; offset < size; offset += LINE_BYTES) {
		size_t n = size - offset < LINE_BYTES ? size - offset : LINE_BYTES;

		fprintf(out, "%s%04zx ", indent, offset);
		print_line(out, data + offset, n);
		fputs("  |", out);
		print_text(out, data + offset, n, ebcdic);
		fputs("|\n", out);
	}
}

void dump_print_hex(FILE *out, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		fprintf(out, "%02x", data[i]);
}
