/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person means by a rule. Nothing here is refused: what fits no rule gets the answer that there is none.
 *
 * A line is taken apart from outside: what stands around it in a file (commas, quotes, a comment), words that say what
 * kind of rule it is, the letters of its permissions. Each step leaves one more thing that may be meant.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/why.h"

#define BIT(class) (1u << (class))
#define ANY_CLASS (~0u)
#define FILES (BIT(RULE_FILE) | BIT(RULE_PROGRAM))
#define GLOB "?*[]{}^"
#define LETTERS "rwaklmxiPpUuCc"	/* of AppArmor's permissions and of `rules` */
#define TYPE "fstype="			/* in a mount rule */
#define FLAGS " flags "			/* behind a mount's target, see rule_list.c */

/* Words before a subject, and the kinds of rules that they leave. Those that stand alone in an AppArmor profile mean all of a kind. */
static const struct word_row {
	const char *word;
	uint32_t classes, alone;
	bool is_act;
} word_rows[] = {
	{ "allow", ANY_CLASS, 0, false },
	{ "capability", BIT(RULE_CAPABILITY), BIT(RULE_CAPABILITY), false },
	{ "deny", ANY_CLASS, 0, false },
	{ "file", FILES, 0, false },
	{ "mount", BIT(RULE_MOUNT) | BIT(RULE_SYSCALL), BIT(RULE_MOUNT), true },
	{ "never", ANY_CLASS, 0, false },
	{ "network", BIT(RULE_NETWORK) | BIT(RULE_UNIX), BIT(RULE_NETWORK) | BIT(RULE_UNIX), false },
	{ "owner", FILES, 0, false },
	{ "pivot_root", BIT(RULE_MOUNT) | BIT(RULE_SYSCALL), BIT(RULE_MOUNT), true },
	{ "ptrace", BIT(RULE_PTRACE) | BIT(RULE_SYSCALL), BIT(RULE_PTRACE), false },	/* a call's name as well */
	{ "signal", BIT(RULE_SIGNAL), BIT(RULE_SIGNAL), false },
	{ "syscall", BIT(RULE_SYSCALL) | BIT(RULE_ARGUMENT) | BIT(RULE_REFUSAL), 0, false },
	{ "umount", BIT(RULE_MOUNT) | BIT(RULE_SYSCALL), BIT(RULE_MOUNT), true },
	{ "unix", BIT(RULE_UNIX), BIT(RULE_UNIX), false },
};

/* Said around a subject in profiles, never a subject themselves. */
static const char *const filler[] = { "in", "none", "options", "receive", "send", "set", "fstype", "->", "port", "domain" };

static const struct question empty_question = { .subjects = STRING_SET_EMPTY, .classes = ANY_CLASS };

/* Without blanks and the marks of a list around it. Owned by the caller. */
static char *trimmed(const char *text, size_t length)
{
	while (length && strchr(" \t\r\n,", text[length - 1]))
		length--;
	while (length && strchr(" \t\r\n", *text)) {
		text++;
		length--;
	}
	return xmemdup(text, length);
}

/* Appends the bytes of `literal` as a pattern writes them, and empties it. */
static void flush_literal(struct text *out, struct text *literal)
{
	pattern_escape(out, text_cstr(literal));
	text_clear(literal);
}

/* AppArmor writes odd bytes as \ooo or behind a backslash, and a wildcard that takes at least one byte as ?* and ?**.
 * What is left is a pattern as pattern_text() writes it. */
static char *plain_pattern(const char *text)
{
	CLEANUP(text_done) struct text literal = TEXT_EMPTY;
	struct text out = TEXT_EMPTY;

	for (const char *p = text; *p; p++) {
		if (p[0] == '\\' && strspn(p + 1, "01234567") >= 3) {
			text_putc(&literal, (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0')));
			p += 3;
		} else if (p[0] == '\\' && p[1] && strchr(GLOB, p[1])) {
			text_putc(&literal, *++p);
		} else if (strchr(GLOB "\\", *p)) {
			flush_literal(&out, &literal);
			if (!(p[0] == '?' && p[1] == '*'))
				text_putc(&out, *p);
		} else {
			text_putc(&literal, *p);
		}
	}
	flush_literal(&out, &literal);
	return text_steal(&out);
}

/* A path and what else it may be called: a folder ends in a slash in AppArmor, and in both forms where the recording could not tell. */
static void add_path(struct question *question, const char *text)
{
	auto_free char *path = plain_pattern(text);
	size_t length = strlen(path);

	string_set_add(&question->subjects, path);
	if (length > 4 && strcmp(path + length - 4, "{,/}") == 0)
		path[length -= 4] = '\0';
	else if (length > 1 && path[length - 1] == '/')
		path[length - 1] = '\0';
	string_set_add(&question->subjects, path);
}

/* "/a b" rw, or /a rw, or rw /a, or only /a: which of them is meant a look at the rules tells. */
static void add_paths(struct question *question, const char *text)
{
	const char *slash = strchr(text, '/'), *quote = *text == '"' ? strchr(text + 1, '"') : NULL, *last;

	if (quote) {
		auto_free char *path = xmemdup(text + 1, (size_t)(quote - text) - 1);

		add_path(question, path);
		return;
	}
	add_path(question, text);
	if (slash && slash > text && slash[-1] == ' ' && strspn(text, LETTERS) == (size_t)(slash - text) - 1)
		add_path(question, slash);
	last = strrchr(text, ' ');
	if (last && last[1] && !last[1 + strspn(last + 1, LETTERS)]) {
		auto_free char *path = xmemdup(text, (size_t)(last - text));

		add_path(question, path);
	}
}

static const struct word_row *word_row_of(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(word_rows); i++)
		if (strlen(word_rows[i].word) == length && strncmp(word_rows[i].word, word, length) == 0)
			return &word_rows[i];
	return NULL;
}

/* Takes a word off the front that says what kind of rule is meant. */
static bool take_word(struct question *question, const char **text)
{
	size_t length = strcspn(*text, " \t");
	const struct word_row *row = word_row_of(*text, length);

	if (!row)
		return false;
	if (row->is_act)
		question->act = row->word;
	if (!(*text)[length]) {		/* all of the kind, or the call ptrace */
		question->whole = question->classes & row->alone;
		return false;
	}
	question->classes &= row->classes;
	*text += length;
	*text += strspn(*text, " \t");
	return true;
}

/* A comment behind a line of `rules` begins with two blanks or a tab before the mark. */
static size_t without_comment(const char *text)
{
	const char *mark = strstr(text, " #");

	return mark ? (size_t)(mark - text) : strlen(text);
}

void question_read(struct question *ret, const char *text)
{
	auto_free char *line = trimmed(text, without_comment(text)), *bare = NULL;
	size_t length = strlen(line);
	const char *rest = line;

	*ret = empty_question;
	if (length > 1 && line[0] == '"' && line[length - 1] == '"')	/* a member of a list in JSON */
		rest = bare = xmemdup(line + 1, length - 2);
	while (take_word(ret, &rest))
		;
	string_set_add(&ret->subjects, rest);
	if (strchr(rest, '/'))
		add_paths(ret, rest);
}

void question_done(struct question *question)
{
	string_set_done(&question->subjects);
}

/* --- fitting ---------------------------------------------------------------------------------------- */

static bool fits_path(const struct rule *rule, const char *subject)
{
	if (strcmp(rule->subject, subject) == 0)
		return true;
	return rule->file && pattern_match(rule->file->pieces, rule->file->piece_count, subject);
}

static bool fits_capability(const struct rule *rule, const char *subject)
{
	if (strncasecmp(subject, "CAP_", 4) == 0)
		subject += 4;
	return strcasecmp(rule->subject, subject) == 0;
}

/* The call's name, or all of "socket domain netlink". */
static bool fits_call(const struct rule *rule, const char *subject)
{
	size_t name = strcspn(rule->subject, " ");

	return strcmp(rule->subject, subject) == 0 ||
	       (strlen(subject) == name && strncmp(rule->subject, subject, name) == 0);
}

static bool is_filler(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(filler); i++)
		if (strlen(filler[i]) == length && strncmp(filler[i], word, length) == 0)
			return true;
	return false;
}

/* Does the word stand in the subject, between blanks? */
static bool has_word(const char *subject, const char *word, size_t length)
{
	for (const char *p = subject; *p; p += strspn(p, " ")) {
		size_t here = strcspn(p, " ");

		if (here == length && strncasecmp(p, word, length) == 0)
			return true;
		p += here;
	}
	return false;
}

/* Every word that says something stands in the rule: "tcp 443" fits "tcp port 443". */
static bool fits_words(const struct rule *rule, const char *subject)
{
	bool any = false;

	for (const char *p = subject; *p;) {
		size_t length = strcspn(p, " \t()=,");

		if (length && !is_filler(p, length)) {
			if (!has_word(rule->subject, p, length))
				return false;
			any = true;
		}
		p += length;
		p += strspn(p, " \t()=,");
	}
	return any;
}

/* Does the path stand in the subject, with a blank or the end behind it; as what is mounted on, with no more than flags? */
static bool has_path(const char *subject, const char *path, bool is_target)
{
	size_t length = strlen(path);

	for (const char *p = strstr(subject, path); p; p = strstr(p + 1, path)) {
		const char *rest = p + length;

		if (is_target ? !*rest || strncmp(rest, FLAGS, strlen(FLAGS)) == 0 : strchr(" ", *rest) != NULL)
			return true;
	}
	return false;
}

/* "fstype=tmpfs" is a word of the rule. */
static bool fits_type(const char *rule, const char *subject)
{
	const char *type = strstr(subject, TYPE);

	return !type || has_word(rule, type + strlen(TYPE), strcspn(type + strlen(TYPE), " \t,"));
}

/* Options are named otherwise in a profile than in the call: what is mounted where decides. A path in quotes may hold blanks. */
static bool fits_mount(const struct rule *rule, const char *subject)
{
	const char *arrow = strstr(subject, "-> ");
	bool any = false;

	for (const char *p = strchr(subject, '/'); p; p = strchr(p, '/')) {
		bool quoted = p > subject && p[-1] == '"';
		size_t whole = strcspn(p, quoted ? "\"" : " "), length = whole;
		auto_free char *path = NULL;

		if (length > 4 && strncmp(p + length - 4, "{,/}", 4) == 0)
			length -= 4;
		else if (length > 1 && p[length - 1] == '/')
			length--;
		path = xmemdup(p, length);
		if (!has_path(rule->subject, path, arrow && p > arrow))
			return false;
		any = true;
		p += whole;
	}
	return any ? fits_type(rule->subject, subject) : fits_words(rule, subject);
}

/* The act is the first word of the rule. */
static bool fits_act(const char *act, const struct rule *rule)
{
	size_t length = act ? strlen(act) : 0;

	return !act || rule->class != RULE_MOUNT || (strncmp(rule->subject, act, length) == 0 && strchr(" ", rule->subject[length]));
}

bool question_fits(const struct question *question, const struct rule *rule)
{
	static bool (*const fits[RULE_CLASS_MAX_])(const struct rule *rule, const char *subject) = {
		[RULE_CAPABILITY] = fits_capability, [RULE_PROGRAM] = fits_path, [RULE_FILE] = fits_path,
		[RULE_MOUNT] = fits_mount, [RULE_SYSCALL] = fits_call, [RULE_ARGUMENT] = fits_call, [RULE_REFUSAL] = fits_call,
	};

	if (!(question->classes & BIT(rule->class)) || !fits_act(question->act, rule))
		return false;
	if (question->whole & BIT(rule->class))
		return true;
	for (size_t i = 0; i < question->subjects.count; i++)
		if ((fits[rule->class] ? fits[rule->class] : fits_words)(rule, question->subjects.items[i]))
			return true;
	return false;
}
