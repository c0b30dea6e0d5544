/* SPDX-License-Identifier: Apache-2.0 */
/* What was added and removed, for people, for a merge request, and for programs. */
#ifndef SNUG_CLI_PRINT_DIFFERENCE_H
#define SNUG_CLI_PRINT_DIFFERENCE_H

#include <stdio.h>

#include "snug/difference.h"
#include "snug/error.h"

enum difference_form {
	DIFFERENCE_TEXT,	/* lines of 80 columns, each beginning with '+' or '-' */
	DIFFERENCE_MARKDOWN,	/* the same in a fence of language diff, under a heading */
	DIFFERENCE_JSON,	/* every change an object; nothing is folded */
};

/* -EINVAL for an unknown word; NULL is "text". */
int difference_form_by_name(enum difference_form *ret, const char *name, struct error *err);

/* `title` heads the Markdown form. */
/* Of a difference from nothing: what is allowed, the riskiest first. */
void print_permissions(const struct difference *all, FILE *out);

void print_difference(const struct difference *difference, enum difference_form form, const char *title, FILE *out);

#endif
