/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands before libseccomp's program in a compiled profile: the answers to calls that are newer than the library of
 * this build, by their number, and to calls that are newer than the profile, as runc gives them.
 */
#ifndef SNUG_KNOWLEDGE_FILTER_PRELUDE_H
#define SNUG_KNOWLEDGE_FILTER_PRELUDE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRELUDE_ABIS_MAX 16	/* rows of arch_at() */
#define PRELUDE_NOT_LISTED (-1)

struct prelude_rule {
	char *name;		/* owned */
	uint32_t answer;
};

struct filter_prelude {
	int newest[PRELUDE_ABIS_MAX];	/* by index of arch_at(): largest number that the profile rules */
	bool refuses_newer;		/* calls above that are answered with ENOSYS */
	struct prelude_rule *rules;	/* owned */
	size_t rule_count;
};

/* To be told of every name that the profile rules; `action` is a SECCOMP_RET_* with its data. */
void filter_prelude_note(struct filter_prelude *prelude, const char *name);
void filter_prelude_rule(struct filter_prelude *prelude, const char *name, uint32_t action);	/* libseccomp does not know it */

/* The instructions, owned by the caller; they run on into what follows them. */
struct sock_filter *filter_prelude_program(const struct filter_prelude *prelude, size_t *ret_length);
void filter_prelude_done(struct filter_prelude *prelude);

#endif
