/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing run of bytes, always followed by a NUL that is not counted.
 *
 *	CLEANUP(text_done) struct text out = TEXT_EMPTY;
 *	text_printf(&out, "%s\n", name);
 *	fwrite(out.data, 1, out.length, stdout);
 *
 * The bytes belong to the struct; text_steal() hands them over.
 */
#ifndef SNUG_TEXT_H
#define SNUG_TEXT_H

#include <stddef.h>

struct text {
	char *data;		/* owned; never NULL after the first append */
	size_t length;		/* bytes, without the final NUL */
	size_t capacity;	/* bytes allocated */
};

#define TEXT_EMPTY { NULL, 0, 0 }

void text_done(struct text *text);
void text_clear(struct text *text);		/* length 0, memory kept */
void text_add(struct text *text, const void *data, size_t length);
void text_puts(struct text *text, const char *s);
void text_putc(struct text *text, char c);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *text_cstr(const struct text *text);	/* "" when nothing was appended */
char *text_steal(struct text *text);		/* owned by the caller; never NULL */

#endif
