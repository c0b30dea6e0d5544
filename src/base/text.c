/* SPDX-License-Identifier: Apache-2.0 */
/* A growing run of bytes. */
#include "snug/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

static void reserve(struct text *text, size_t extra)
{
	size_t need = text->length + extra + 1;

	if (need <= text->capacity)
		return;
	text->capacity = need < 64 ? 64 : need + need / 2;
	text->data = xrealloc(text->data, text->capacity, 1);
}

void text_done(struct text *text)
{
	free(text->data);
	*text = (struct text)TEXT_EMPTY;
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->data)
		text->data[0] = '\0';
}

void text_add(struct text *text, const void *data, size_t length)
{
	reserve(text, length);
	if (length)
		memcpy(text->data + text->length, data, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_puts(struct text *text, const char *s)
{
	text_add(text, s, strlen(s));
}

void text_putc(struct text *text, char c)
{
	text_add(text, &c, 1);
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return;
	reserve(text, (size_t)n);
	va_start(args, format);
	vsnprintf(text->data + text->length, (size_t)n + 1, format, args);
	va_end(args);
	text->length += (size_t)n;
}

const char *text_cstr(const struct text *text)
{
	return text->data ? text->data : "";
}

char *text_steal(struct text *text)
{
	char *data = text->data ? text->data : xstrdup("");

	*text = (struct text)TEXT_EMPTY;
	return data;
}
