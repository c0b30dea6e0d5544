/* SPDX-License-Identifier: Apache-2.0 */
/* The template of AppArmor profiles, and the reasons in it. */
#include "snug/apparmor_template.h"

#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define NAME_MARK "@PROFILE@"
#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static const char text_of_template[] =
#include "knowledge/apparmor_template_text.h"
	;

const char *apparmor_template(void)
{
	return text_of_template;
}

/* Where `line` has a profile's name, `rule` has the mark. */
static bool is_rule(const char *rule, size_t length, const char *line)
{
	const char *end = rule + length;

	while (rule < end) {
		if ((size_t)(end - rule) >= strlen(NAME_MARK) && strncmp(rule, NAME_MARK, strlen(NAME_MARK)) == 0) {
			size_t name = strspn(line, NAME_BYTES);

			if (name == 0)
				return false;
			line += name;
			rule += strlen(NAME_MARK);
		} else if (*rule++ != *line++) {
			return false;
		}
	}
	return *line == '\0';
}

static void add_comment(struct text *why, const char *line, size_t length)
{
	if (why->length)
		text_putc(why, ' ');
	text_add(why, line + 2, length - 2);	/* behind "# " */
}

bool apparmor_template_find(const char *asked, struct text *rule, struct text *why)
{
	size_t asked_length = strlen(asked);
	auto_free char *bare = xmemdup(asked, asked_length && asked[asked_length - 1] == ',' ? asked_length - 1 : asked_length);
	CLEANUP(text_done) struct text comment = TEXT_EMPTY;
	const char *line = text_of_template, *end;
	bool in_comment = false;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		const char *start = line + strspn(line, " ");
		size_t length = (size_t)(end - start);
		bool is_comment = length > 2 && start[0] == '#';

		if (is_comment && !in_comment)
			text_clear(&comment);
		in_comment = is_comment;
		if (is_comment)
			add_comment(&comment, start, length);
		if (is_comment || start == line || length == 0 || start[length - 1] != ',')
			continue;	/* no rule: those are indented */
		if (!is_rule(start, length - 1, bare))
			continue;
		text_add(rule, start, length - 1);
		text_puts(why, text_cstr(&comment));
		return true;
	}
	return false;
}
