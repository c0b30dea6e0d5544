/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads `rules`. A line is cut into words; the row of its class reads them into a rule, and whatever no row takes is an error.
 */
#include "snug/rules.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/access.h"
#include "snug/arch.h"
#include "snug/bytes.h"
#include "snug/memory.h"
#include "snug/mount_flag.h"
#include "snug/names.h"
#include "snug/ruling.h"
#include "snug/syscall_argument.h"

#define WORDS_MAX 8	/* of a line, more than any class takes */
#define BLANKS " \t"

struct words {
	char *items[WORDS_MAX + 1];
	size_t count;
};

/* --- files ------------------------------------------------------------------ */

#define WRITING (ACCESS_WRITE | ACCESS_APPEND | ACCESS_CREATE | ACCESS_DELETE | ACCESS_RENAME_TO | ACCESS_CHANGE_MODE | \
	ACCESS_CHANGE_OWNER)

/* The letters of AppArmor's file rules: what each grants, what it forbids, and what it is when another letter is there too.
 * The kernel's questions behind them are those of emit/apparmor_file.c. */
static const struct {
	char letter, with;
	uint32_t grants, forbids;
} letter_rows[] = {
	{ 'r', 0, ACCESS_READ, ACCESS_READ | ACCESS_RENAME_FROM | ACCESS_CONNECT },
	{ 'w', 0, WRITING, WRITING | ACCESS_RENAME_FROM | ACCESS_LOCK_EXCLUSIVE | ACCESS_CONNECT },
	{ 'w', 'r', ACCESS_RENAME_FROM | ACCESS_CONNECT, 0 },
	{ 'a', 0, ACCESS_APPEND, ACCESS_APPEND | ACCESS_WRITE },
	{ 'm', 0, ACCESS_MAP_EXECUTE, ACCESS_MAP_EXECUTE },
	{ 'x', 0, ACCESS_EXECUTE | ACCESS_MAP_EXECUTE, ACCESS_EXECUTE },
	{ 'k', 0, ACCESS_LOCK, ACCESS_LOCK | ACCESS_LOCK_EXCLUSIVE },
	{ 'k', 'w', ACCESS_LOCK_EXCLUSIVE, 0 },
	{ 'l', 0, ACCESS_LINK_TO, ACCESS_LINK_TO },
};

/* Nothing is asked for these, so that a pattern may stand for paths with which they were done. */
#define FREE (ACCESS_FREE | ACCESS_CHANGE_ATTRIBUTES)

static int read_letters(struct rule_line *rule, const char *letters, struct error *err)
{
	for (const char *p = letters; *p; p++) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_SIZE(letter_rows); i++) {
			if (letter_rows[i].letter != *p)
				continue;
			known = true;
			if (!letter_rows[i].with || strchr(letters, letter_rows[i].with))
				rule->access |= rule->never ? letter_rows[i].forbids : letter_rows[i].grants;
		}
		if (!known || strchr(p + 1, *p)) {
			error_set(err, -EINVAL, "unknown access '%s'", letters);
			return error_hint(err, "some of r w a m x k l, each once: read, write, append, map, execute, lock, link");
		}
	}
	rule->letters = xstrdup(letters);
	rule->folds = rule->access | FREE | (strchr(letters, 'l') ? (uint32_t)ACCESS_LINK_FROM : 0);
	return 0;
}

static int read_file(struct rule_line *rule, const struct words *words, struct error *err)
{
	int code = read_letters(rule, words->items[0], err);

	return code < 0 ? code : pattern_read(&rule->pattern, words->items[1], err);
}

static int read_exec(struct rule_line *rule, const struct words *words, struct error *err)
{
	char letters[] = "rx";

	read_letters(rule, rule->never ? letters + 1 : letters, err);
	return pattern_read(&rule->pattern, words->items[0], err);
}

/* --- words with numbers ------------------------------------------------------ */

/* What name_of() writes for a number without a name is no word of a person. */
static int read_name(enum name_kind kind, const char *what, const char *word, int *ret, struct error *err)
{
	if (word[0] == '#' || strcmp(word, "unknown") == 0 || !value_of(kind, word, ret))
		return error_set(err, -EINVAL, "unknown %s '%s'", what, word);
	return 0;
}

static int read_capability(struct rule_line *rule, const struct words *words, struct error *err)
{
	if (read_name(NAME_CAPABILITY, "capability", words->items[0], &rule->number, err) < 0)
		return error_hint(err, "as in capabilities(7), without CAP_: SYS_PTRACE");
	return 0;
}

static int read_network(struct rule_line *rule, const struct words *words, struct error *err)
{
	if (strcmp(words->items[0], "unix") == 0)
		return error_set(err, -EINVAL, "unix sockets have a class of their own (hint: %s)", line_usage(LINE_UNIX));
	if (read_name(NAME_FAMILY, "family", words->items[0], &rule->number, err) < 0)
		return error_hint(err, "inet, inet6, netlink, packet, …");
	if (words->count > 1 && read_name(NAME_SOCKET_TYPE, "type of socket", words->items[1], &rule->type, err) < 0)
		return error_hint(err, "stream, dgram, raw or seqpacket");
	return 0;
}

static int read_signal(struct rule_line *rule, const struct words *words, struct error *err)
{
	if (read_name(NAME_SIGNAL, "signal", words->items[0], &rule->number, err) < 0)
		return error_hint(err, "in lower case without SIG: term, usr1, rtmin+3");
	return 0;
}

static int read_ptrace(struct rule_line *rule, const struct words *words, struct error *err)
{
	if (strcmp(words->items[0], "read") != 0 && strcmp(words->items[0], "trace") != 0)
		return error_set(err, -EINVAL, "unknown act '%s' (hint: read or trace)", words->items[0]);
	rule->act = xstrdup(words->items[0]);
	return 0;
}

static int read_unix(struct rule_line *rule, const struct words *words, struct error *err)
{
	CLEANUP(text_done) struct text address = TEXT_EMPTY;
	const char *word = words->items[1];

	if (read_name(NAME_SOCKET_TYPE, "type of socket", words->items[0], &rule->type, err) < 0)
		return error_hint(err, "stream, dgram or seqpacket");
	rule->access = rule->folds = ACCESS_CONNECT;
	rule->letters = xstrdup("rw");
	if (word[0] != '@')
		return pattern_read(&rule->pattern, word, err);
	if (!word[1] || bytes_unescape(&address, word) < 0)
		return error_set(err, -EINVAL, "'%s' is no abstract address (hint: @name)", word);
	rule->address = xstrdup(word);
	return 0;
}

/* --- mounts ------------------------------------------------------------------- */

/* A path that is only itself. */
static int read_place(char **ret, const char *word, struct error *err)
{
	CLEANUP(pattern_done) struct pattern pattern = { 0 };
	int code = pattern_read(&pattern, word, err);

	if (code < 0)
		return code;
	if (!pattern_is_literal(pattern.pieces, pattern.count))
		return error_set(err, -EINVAL, "a pattern where one path is wanted: '%s'", word);
	*ret = xstrdup(pattern.pieces[0].bytes);
	return 0;
}

static int read_flags(uint64_t *ret, const char *list, struct error *err)
{
	auto_free char *copy = xstrdup(list);
	char *rest = copy, *word;

	while ((word = strsep(&rest, ","))) {
		const struct mount_flag *row = mount_flag_find(word);

		if (!row)
			return error_set(err, -EINVAL, "unknown flag of a mount '%s' (hint: as for mount(8): ro,nosuid)", word);
		*ret |= row->flag;
	}
	return 0;
}

static int read_mount_word(struct rule_line *rule, const char *word, struct error *err)
{
	static const struct {
		const char *key;
		size_t offset;
	} keys[] = { { "source=", offsetof(struct rule_line, source) }, { "type=", offsetof(struct rule_line, kind) } };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char **field = (char **)((char *)rule + keys[i].offset);
		size_t length = strlen(keys[i].key);
		CLEANUP(text_done) struct text bytes = TEXT_EMPTY;

		if (strncmp(word, keys[i].key, length) != 0)
			continue;
		if (*field || !word[length] || bytes_unescape(&bytes, word + length) < 0 ||
		    strlen(bytes.data) != bytes.length)
			return error_set(err, -EINVAL, "'%s' is empty, repeated or escaped wrongly", word);
		*field = text_steal(&bytes);
		return 0;
	}
	if (strncmp(word, "flags=", strlen("flags=")) == 0 && !rule->flags)
		return read_flags(&rule->flags, word + strlen("flags="), err);
	return error_set(err, -EINVAL, "unknown word '%s' (hint: %s)", word, line_usage(LINE_MOUNT));
}

static int read_mount(struct rule_line *rule, const struct words *words, struct error *err)
{
	int code = read_place(&rule->target, words->items[0], err);

	rule->act = xstrdup(rule->class == LINE_MOUNT ? "mount" : "umount");
	for (size_t i = 1; code == 0 && i < words->count; i++)
		code = read_mount_word(rule, words->items[i], err);
	return code;
}

/* --- calls --------------------------------------------------------------------- */

static bool is_call(const char *name)
{
	for (size_t i = 0; name[0] != '#' && arch_at(i); i++)
		if (syscall_number(arch_at(i), name) >= 0)
			return true;
	return false;
}

/* The row that says what may be compared, NULL when a profile cannot rule on that. */
static const struct syscall_argument *argument_row(const char *call, const char *argument)
{
	const struct syscall_argument *row;

	for (size_t i = 0; (row = syscall_argument_at(i)); i++)
		if (strcmp(row->syscall, call) == 0 && strcmp(row->name, argument) == 0)
			return row->index < ARGUMENT_POINTED_TO ? row : NULL;
	return NULL;
}

static int read_number(const char *word, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(word, &end, 0);
	return isdigit((unsigned char)word[0]) && !*end && !errno ? 0 : -EINVAL;
}

static int read_values(struct rule_line *rule, char *list, uint64_t mask, int names, struct error *err)
{
	char *word;

	while ((word = strsep(&list, ","))) {
		uint64_t value;
		int number;

		if (names >= 0 && word[0] != '#' && value_of((enum name_kind)names, word, &number) && number >= 0)
			value = (uint64_t)number;
		else if (read_number(word, &value) < 0)
			return error_set(err, -EINVAL, "'%s' is no value of %s", word, rule->argument);
		if (value & ~mask)
			return error_set(err, -EINVAL, "of %s only 0x%" PRIx64 " is compared, '%s' has other bits", rule->argument,
					 mask, word);
		rule->values = xrealloc(rule->values, rule->value_count + 1, sizeof(*rule->values));
		rule->values[rule->value_count++] = value;
	}
	return 0;
}

static int read_syscall(struct rule_line *rule, const struct words *words, struct error *err)
{
	char *list = words->count > 1 ? strchr(words->items[1], '=') : NULL;
	const struct ruling *ruling = ruling_of(words->items[0]);
	const struct syscall_argument *row;

	if (!is_call(words->items[0]))
		return error_set(err, -EINVAL, "unknown call '%s'", words->items[0]);
	rule->call = xstrdup(words->items[0]);
	if (words->count == 1)
		return 0;
	if (!list)
		return error_set(err, -EINVAL, "unknown word '%s' (hint: %s)", words->items[1], line_usage(LINE_SYSCALL));
	*list++ = '\0';
	row = argument_row(rule->call, words->items[1]);
	if (!row || (ruling && strcmp(ruling->argument, row->name) != 0)) {
		error_set(err, -EINVAL, "no profile rules on '%s' of '%s'", words->items[1], rule->call);
		return ruling && argument_row(rule->call, ruling->argument) ? error_hint(err, "%s=VALUE,...", ruling->argument)
			: error_hint(err, "leave it out");
	}
	rule->argument = xstrdup(row->name);
	return read_values(rule, list, ruling && ruling->mask ? ruling->mask : row->mask, ruling ? ruling->names : -1, err);
}

/* --- lines ---------------------------------------------------------------------- */

static const struct class_row {
	const char *word, *usage;
	size_t least, most;	/* words behind the class */
	int (*read)(struct rule_line *rule, const struct words *words, struct error *err);
} class_rows[LINE_CLASS_MAX_] = {
	[LINE_CAPABILITY] = { "capability", "capability NAME", 1, 1, read_capability },
	[LINE_EXEC] = { "exec", "exec PATTERN", 1, 1, read_exec },
	[LINE_FILE] = { "file", "file ACCESS PATTERN", 2, 2, read_file },
	[LINE_MOUNT] = { "mount", "mount TARGET [source=S] [type=T] [flags=F,...]", 1, 4, read_mount },
	[LINE_NETWORK] = { "network", "network FAMILY [TYPE]", 1, 2, read_network },
	[LINE_PTRACE] = { "ptrace", "ptrace read|trace", 1, 1, read_ptrace },
	[LINE_SIGNAL] = { "signal", "signal NAME", 1, 1, read_signal },
	[LINE_SYSCALL] = { "syscall", "syscall NAME [ARGUMENT=VALUE,...]", 1, 2, read_syscall },
	[LINE_UMOUNT] = { "umount", "umount TARGET", 1, 1, read_mount },
	[LINE_UNIX] = { "unix", "unix TYPE PATTERN|@NAME", 2, 2, read_unix },
};

const char *line_usage(enum line_class class)
{
	return class < LINE_CLASS_MAX_ ? class_rows[class].usage : NULL;
}

static int find_class(const char *word, struct error *err)
{
	for (size_t i = 0; i < LINE_CLASS_MAX_; i++)
		if (strcmp(class_rows[i].word, word) == 0)
			return (int)i;
	error_set(err, -EINVAL, "unknown class '%s'", word);
	return error_hint(err, "capability, exec, file, mount, network, ptrace, signal, syscall, umount or unix");
}

static int split_words(struct words *words, char *line, struct error *err)
{
	char *rest = NULL;

	for (char *word = strtok_r(line, BLANKS, &rest); word; word = strtok_r(NULL, BLANKS, &rest)) {
		if (words->count == WORDS_MAX)
			return error_set(err, -EINVAL, "more than %d words (hint: a blank in a path is \\x20)", WORDS_MAX);
		words->items[words->count++] = word;
	}
	return 0;
}

static int check_bytes(const char *line, size_t length, struct error *err)
{
	if (memchr(line, '\0', length))
		return error_set(err, -EINVAL, "a NUL byte");
	for (const char *p = line; p < line + length; p += utf8_length(p, (size_t)(line + length - p))) {
		if (iscntrl((unsigned char)*p) && *p != '\t')
			return error_set(err, -EINVAL, "a control character, \\x%02x%s", (unsigned char)*p,
					 *p == '\r' ? " (hint: lines end in \\n alone)" : "");
		if (!utf8_length(p, (size_t)(line + length - p)))
			return error_set(err, -EINVAL, "a byte that is not UTF-8, \\x%02x", (unsigned char)*p);
	}
	return 0;
}

/* What stands behind the `#`, without blanks around it. */
static char *read_reason(const char *comment)
{
	const char *start = comment + strspn(comment, BLANKS "#"), *end = start + strlen(start);

	while (end > start && strchr(BLANKS, end[-1]))
		end--;
	return xmemdup(start, (size_t)(end - start));
}

static int read_verb(struct rule_line *rule, const char *word, struct error *err)
{
	rule->never = strcmp(word, "never") == 0;
	if (!rule->never && strcmp(word, "allow") != 0)
		return error_set(err, -EINVAL, "unknown word '%s' (hint: a line begins with allow or never)", word);
	return 0;
}

static char *join_words(const struct words *words, size_t from)
{
	struct text text = TEXT_EMPTY;

	for (size_t i = from; i < words->count; i++)
		text_printf(&text, "%s%s", i > from ? " " : "", words->items[i]);
	return text_steal(&text);
}

/* `line` is changed: its words are cut out of it. */
static int read_fact(struct rule_line *rule, char *line, struct error *err)
{
	struct words words = { .count = 0 }, rest = { .count = 0 };
	const struct class_row *row;
	int class, code = split_words(&words, line, err);

	if (code == 0)
		code = read_verb(rule, words.items[0], err);
	if (code < 0)
		return code;
	if (words.count == 1)
		return error_set(err, -EINVAL, "nothing behind '%s'", words.items[0]);
	class = find_class(words.items[1], err);
	if (class < 0)
		return class;
	rule->class = (enum line_class)class;
	rule->fact = join_words(&words, 1);
	row = &class_rows[class];
	rest.count = words.count - 2;
	memcpy(rest.items, words.items + 2, rest.count * sizeof(rest.items[0]));
	if (rest.count < row->least || rest.count > row->most)
		return error_set(err, -EINVAL, "too %s words for %s (hint: %s; a blank in a path is \\x20)",
				 rest.count < row->least ? "few" : "many", row->word, row->usage);
	return row->read(rule, &rest, err);
}

static void rule_done(struct rule_line *rule)
{
	pattern_done(&rule->pattern);
	free(rule->fact);
	free(rule->reason);
	free(rule->letters);
	free(rule->call);
	free(rule->argument);
	free(rule->values);
	free(rule->act);
	free(rule->target);
	free(rule->source);
	free(rule->kind);
	free(rule->address);
}

static int check_against(const struct rules *rules, const struct rule_line *rule, struct error *err)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule_line *before = &rules->items[i];

		if (strcmp(before->fact, rule->fact) == 0)
			return error_set(err, -EINVAL, "'%s' %s line %zu", rule->fact,
					 before->never == rule->never ? "stands already in" : "is the opposite of", before->line);
	}
	return 0;
}

/* Blank lines and lines that begin with `#` say nothing. */
static int read_line(struct rules *rules, const char *start, size_t length, size_t number, struct error *err)
{
	auto_free char *line = xmemdup(start, length);
	char *comment = strchr(line, '#');
	struct rule_line rule = { .line = number, .number = -1, .type = -1 };
	int code = check_bytes(start, length, err);

	if (code < 0)
		return code;
	if (comment)
		*comment++ = '\0';
	if (!line[strspn(line, BLANKS)])
		return 0;
	rule.reason = read_reason(comment ? comment : "");
	code = read_fact(&rule, line, err);
	if (code == 0 && !rule.reason[0])
		code = error_set(err, -EINVAL, "no reason (hint: end the line with '# why')");
	if (code == 0)
		code = check_against(rules, &rule, err);
	if (code < 0) {
		rule_done(&rule);
		return code;
	}
	rules->items = xrealloc(rules->items, rules->count + 1, sizeof(*rules->items));
	rules->items[rules->count++] = rule;
	return 0;
}

int rules_read(struct rules **ret, const char *data, size_t length, const char *name, struct error *err)
{
	CLEANUP(rules_freep) struct rules *rules = xcalloc(1, sizeof(*rules));
	const char *line = data, *end = data + length;

	if (length > RULES_SIZE_MAX)
		return error_set(err, -EFBIG, "'%s' has more than %u bytes", name, RULES_SIZE_MAX);
	for (size_t number = 1; line < end; number++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line)) ?: end;

		if (read_line(rules, line, (size_t)(newline - line), number, err) < 0)
			return error_wrap(err, "'%s' line %zu", name, number);
		line = newline + 1;
	}
	*ret = steal_ptr(rules);
	return 0;
}

struct rules *rules_free(struct rules *rules)
{
	if (!rules)
		return NULL;
	for (size_t i = 0; i < rules->count; i++)
		rule_done(&rules->items[i]);
	free(rules->items);
	free(rules);
	return NULL;
}
