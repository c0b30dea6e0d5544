/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong, in words for a person.
 *
 * A function that can fail takes a `struct error *` as its last argument and
 * returns 0 or a negative errno. The struct belongs to the caller, holds no
 * heap and needs no freeing. NULL is allowed by every function here. The
 * first error wins: setting an error that is already set changes nothing.
 *
 * Grammar of a message: lower case, no full stop, what failed first, the
 * object in single quotes, and a hint where the next step is known:
 *	cannot open 'app.trace.json': No such file or directory
 */
#ifndef SNUG_ERROR_H
#define SNUG_ERROR_H

#define ERROR_TEXT_MAX 512

struct error {
	int code;			/* negative errno, 0 = no error */
	char text[ERROR_TEXT_MAX];	/* one line; longer text ends in "..." */
};

#define ERROR_NONE { 0 }

/* Set the error unless one is set. Returns `code`, so that it can be the operand of `return`. */
int error_set(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set(), followed by ": " and strerror(-code). */
int error_errno(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "CONTEXT: " before the text. Returns the error's code; -EINVAL where nobody asked for one, since `return
 * error_hint(…)` after error_set() must stay a failure. */
int error_wrap(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Put " (hint: ...)" behind the text. Returns as error_wrap() does. */
int error_hint(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
