/* SPDX-License-Identifier: Apache-2.0 */
/* A TAP producer in one header: ok(condition), ok_str(got, want), ok_int(got, want), done(). */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>
#include <string.h>

static int tap_run, tap_failed;

#define ok(condition) do { \
	int ok_ = !!(condition); \
	tap_run++; \
	tap_failed += !ok_; \
	printf("%sok %d - %s:%d %s\n", ok_ ? "" : "not ", tap_run, __FILE__, __LINE__, #condition); \
} while (0)

#define ok_str(got, want) do { \
	const char *got_ = (got), *want_ = (want); \
	ok(got_ && strcmp(got_, want_) == 0); \
	if (!got_ || strcmp(got_, want_) != 0) \
		printf("# got:  %s\n# want: %s\n", got_ ? got_ : "(null)", want_); \
} while (0)

#define ok_int(got, want) do { \
	long long got_ = (got), want_ = (want); \
	ok(got_ == want_); \
	if (got_ != want_) \
		printf("# got:  %lld\n# want: %lld\n", got_, want_); \
} while (0)

static inline int done(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed != 0;
}

#endif
