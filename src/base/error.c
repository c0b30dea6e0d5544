/* SPDX-License-Identifier: Apache-2.0 */
/* Messages in a caller-owned struct; see error.h for the contract. */
#include "snug/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message that was cut must not look whole. */
static void mark_cut(char *text, size_t size, size_t wanted)
{
	if (wanted >= size)
		memcpy(text + size - 4, "...", 4);
}

__attribute__((format(printf, 2, 0)))
static void format_text(struct error *err, const char *format, va_list args)
{
	int n = vsnprintf(err->text, sizeof(err->text), format, args);

	mark_cut(err->text, sizeof(err->text), n < 0 ? 0 : (size_t)n);
}

static void append(struct error *err, const char *before, const char *what, const char *after)
{
	size_t used = strlen(err->text);
	int n = snprintf(err->text + used, sizeof(err->text) - used, "%s%s%s", before, what, after);

	mark_cut(err->text, sizeof(err->text), used + (n < 0 ? 0 : (size_t)n));
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (err && err->code == 0) {
		err->code = code;
		va_start(args, format);
		format_text(err, format, args);
		va_end(args);
	}
	return code;
}

int error_errno(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (err && err->code == 0) {
		err->code = code;
		va_start(args, format);
		format_text(err, format, args);
		va_end(args);
		append(err, ": ", strerror(-code), "");
	}
	return code;
}

int error_wrap(struct error *err, const char *format, ...)
{
	char inner[ERROR_TEXT_MAX];
	va_list args;

	if (!err)
		return -EINVAL;
	memcpy(inner, err->text, sizeof(inner));
	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
	append(err, ": ", inner, "");
	return err->code;
}

int error_hint(struct error *err, const char *format, ...)
{
	char hint[ERROR_TEXT_MAX];
	va_list args;

	if (!err)
		return -EINVAL;
	va_start(args, format);
	vsnprintf(hint, sizeof(hint), format, args);
	va_end(args);
	append(err, " (hint: ", hint, ")");
	return err->code;
}
