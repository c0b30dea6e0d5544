/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that does not fail.
 *
 * snug is a short-lived program: without memory it says so and aborts
 * (status 125), in this one place, instead of in two hundred branches that
 * nothing could test. Results are owned by the caller and released by free().
 */
#ifndef SNUG_MEMORY_H
#define SNUG_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

void *xcalloc(size_t count, size_t size);	/* zeroed; aborts on overflow */
void *xrealloc(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
void *xmemdup(const void *data, size_t size);	/* one NUL more than `size` is kept behind it */
void *memory_checked(void *p);			/* returns what a library allocated; aborts when it is NULL */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
