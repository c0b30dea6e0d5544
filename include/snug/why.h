/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Why are you here?": the reasons of a rule, as a person asks for it.
 *
 * A question is a call's name, a path, a capability, the words of a connection ("tcp 443"), or a line as it stands in
 * seccomp.json, in an AppArmor profile or in `rules`. It names every rule that it fits.
 */
#ifndef SNUG_WHY_H
#define SNUG_WHY_H

#include "snug/rule_list.h"

struct question {
	struct string_set subjects;	/* what may be meant: the words as they are, a path without its letters … */
	uint32_t classes;		/* set of 1 << enum rule_class that may be meant */
	uint32_t whole;			/* the same, of which every rule is meant: "signal" */
	const char *act;		/* of a mount rule: "mount", "umount", "pivot_root"; NULL = any of them */
};

struct explanation {
	char *words;		/* owned: "read /etc/passwd" */
	char **lines;		/* owned; sentences, the first of which begins with the reason */
	size_t line_count;
};

struct why_answer {
	struct explanation *items;	/* owned */
	size_t count;
	struct string_set instead;	/* where no rule fits: what the recording says of it */
};

void why_answer(struct why_answer *ret, const struct policy *policy, const char *question);
void why_answer_done(struct why_answer *answer);

/* For tests and fuzzing; any bytes are a question. */
void question_read(struct question *ret, const char *text);
bool question_fits(const struct question *question, const struct rule *rule);
void question_done(struct question *question);

#endif
