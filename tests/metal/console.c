/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way out of what the guest has to say: the service processor's ASCII console. Knows
 * nothing of channels.
 */
#include "console.h"

#include <stdarg.h>

#define SCLP_WRITE_EVENT_DATA 0x00760005
#define SCLP_ASCII_CONSOLE    0x1a
#define LINE_SIZE	      512

/* A service call control block with one event buffer. */
struct event_sccb {
	uint16_t length;
	uint8_t function;
	uint8_t control[3];
	uint16_t response;
	uint16_t event_length;
	uint8_t event_type;
	uint8_t event_flags;
	uint16_t reserved;
	char text[LINE_SIZE];
} __attribute__((packed));

static char line[LINE_SIZE];
static size_t line_length;

void metal_end(long is_good) __attribute__((noreturn));

void *memcpy(void *into, const void *from, size_t size)
{
	uint8_t *to = into;
	const uint8_t *at = from;

	while (size--)
		*to++ = *at++;
	return into;
}

void *memset(void *into, int byte, size_t size)
{
	uint8_t *to = into;

	while (size--)
		*to++ = (uint8_t)byte;
	return into;
}

int memcmp(const void *one, const void *two, size_t size)
{
	const uint8_t *a = one, *b = two;

	for (; size; size--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

size_t strlen(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

static void service_call(uint32_t command, void *sccb)
{
	__asm__ volatile("	.insn rre,0xb2200000,%0,%1\n"
			 :
			 : "d"(command), "a"(sccb)
			 : "cc", "memory");
}

static void console_write(const char *text, size_t length)
{
	static struct event_sccb sccb __attribute__((aligned(4096)));

	memset(&sccb, 0, offsetof(struct event_sccb, text));
	sccb.length = (uint16_t)(offsetof(struct event_sccb, text) + length);
	sccb.event_length = (uint16_t)(6 + length);
	sccb.event_type = SCLP_ASCII_CONSOLE;
	memcpy(sccb.text, text, length);
	service_call(SCLP_WRITE_EVENT_DATA, &sccb);
}

static void put(char character)
{
	if (line_length < LINE_SIZE - 1)
		line[line_length++] = character;
}

static void put_number(uint64_t number, unsigned int base)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = "0123456789abcdef"[number % base];
	while (number /= base);
	while (n)
		put(digits[--n]);
}

static void put_bytes(const uint8_t *bytes, size_t length)
{
	for (; length; length--, bytes++) {
		put("0123456789abcdef"[*bytes >> 4]);
		put("0123456789abcdef"[*bytes & 15]);
	}
}

static void put_text(const char *text)
{
	while (*text)
		put(*text++);
}

static void put_argument(char kind, va_list *arguments)
{
	const uint8_t *bytes;

	switch (kind) {
	case 's':
		put_text(va_arg(*arguments, const char *));
		break;
	case 'u':
		put_number(va_arg(*arguments, unsigned int), 10);
		break;
	case 'x':
		put_number(va_arg(*arguments, unsigned int), 16);
		break;
	case 'b':
		bytes = va_arg(*arguments, const uint8_t *);
		put_bytes(bytes, va_arg(*arguments, unsigned int));
		break;
	}
}

void console_add(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	for (; *format; format++) {
		if (*format == '%')
			put_argument(*++format, &arguments);
		else
			put(*format);
	}
	va_end(arguments);
}

void console_end(void)
{
	line[line_length++] = '\n';
	console_write(line, line_length);
	line_length = 0;
}

void console_die(const char *why, uint64_t detail)
{
	console_add("not ok - %s: %x %x", why, (unsigned int)(detail >> 32), (unsigned int)detail);
	console_end();
	metal_end(0);
}
