/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that go on without a word to a listener, since a container could not start if they waited for one, or not do
 * what it does without.
 *
 * The record profile allows them; a recording by notifications says nothing of them, so that whoever reads one has to
 * assume that the program makes them all.
 */
#ifndef SNUG_NOT_NOTIFIED_H
#define SNUG_NOT_NOTIFIED_H

#include <stdbool.h>
#include <stddef.h>

struct not_notified {
	const char *call;
	const char *source;
	bool plain_only;	/* with any bit of the mask that profiles rule on (ruling.h), it is notified */
};

const struct not_notified *not_notified_at(size_t index);	/* NULL past the last row; sorted by call */

#endif
