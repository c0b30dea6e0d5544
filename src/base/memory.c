/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that knows what happens without memory. */
#include "snug/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* snug's own failure, in the manner of env(1) and timeout(1). */
#define STATUS_OWN_FAILURE 125

static _Noreturn void out_of_memory(void)
{
	static const char text[] = "snug: out of memory\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)n;
	_exit(STATUS_OWN_FAILURE);
}

void *memory_checked(void *p)
{
	if (!p)
		out_of_memory();
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	return memory_checked(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory();
	return memory_checked(realloc(p, bytes ? bytes : 1));
}

char *xstrdup(const char *s)
{
	return memory_checked(strdup(s));
}

void *xmemdup(const void *data, size_t size)
{
	char *copy = xcalloc(1, size + 1);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *xvasprintf(const char *format, va_list args)
{
	char *s = NULL;

	if (vasprintf(&s, format, args) < 0)
		out_of_memory();
	return s;
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	s = xvasprintf(format, args);
	va_end(args);
	return s;
}
