/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File rules: what AppArmor asks for when a program does what was recorded.
 *
 * The table was measured with Linux 6.1 in enforce mode (tests/guest), one act and one permission at a time; source is
 * the kernel function that asks. Looking at attributes, changing times and extended attributes, entering and watching
 * a folder ask for nothing.
 */
#include <string.h>

#include "emit/apparmor_name.h"
#include "emit/apparmor_rules.h"
#include "snug/map.h"
#include "snug/memory.h"

#define R PERMISSION_READ
#define W PERMISSION_WRITE

static const struct {
	uint32_t access;
	unsigned int permissions;
	const char *source;
} permission_rows[] = {
	{ ACCESS_READ, R, "apparmor_file_open()" },
	{ ACCESS_WRITE, W, "apparmor_file_open(), apparmor_path_truncate()" },
	{ ACCESS_APPEND, PERMISSION_APPEND, "aa_map_file_to_perms()" },
	{ ACCESS_CREATE, W, "aa_map_file_to_perms(), apparmor_path_mkdir() and its like" },
	{ ACCESS_DELETE, W, "apparmor_path_unlink(), apparmor_path_rmdir()" },
	{ ACCESS_RENAME_FROM, R | W, "apparmor_path_rename()" },
	{ ACCESS_RENAME_TO, W, "apparmor_path_rename()" },
	{ ACCESS_LINK_TO, PERMISSION_LINK, "profile_path_link()" },
	{ ACCESS_LOCK, PERMISSION_LOCK, "apparmor_file_lock()" },
	{ ACCESS_LOCK_EXCLUSIVE, PERMISSION_LOCK | W, "apparmor_file_lock(): F_WRLCK" },
	{ ACCESS_MAP_EXECUTE, PERMISSION_MAP, "common_mmap()" },
	{ ACCESS_EXECUTE, PERMISSION_EXECUTE, "profile_transition(); ix maps too" },
	{ ACCESS_CHANGE_MODE, W, "apparmor_path_chmod()" },
	{ ACCESS_CHANGE_OWNER, W, "apparmor_path_chown()" },
	{ ACCESS_CONNECT, R | W, "apparmor_unix_stream_connect(), kernels that know af_unix only" },
};

static const struct {
	unsigned int permission;
	const char *letters;
} letter_rows[] = {
	{ PERMISSION_MAP, "m" },  { PERMISSION_READ, "r" }, { PERMISSION_WRITE, "w" },    { PERMISSION_APPEND, "a" },
	{ PERMISSION_LINK, "l" }, { PERMISSION_LOCK, "k" }, { PERMISSION_EXECUTE, "ix" },
};

static unsigned int permissions_for(uint32_t access)
{
	unsigned int permissions = 0;

	for (size_t i = 0; i < ARRAY_SIZE(permission_rows); i++)
		if (access & permission_rows[i].access)
			permissions |= permission_rows[i].permissions;
	return permissions;
}

void apparmor_add_permissions(struct text *out, unsigned int permissions)
{
	if (permissions & PERMISSION_WRITE)
		permissions &= ~(unsigned int)PERMISSION_APPEND;	/* the parser takes one of them only */
	for (size_t i = 0; i < ARRAY_SIZE(letter_rows); i++)
		if (permissions & letter_rows[i].permission)
			text_puts(out, letter_rows[i].letters);
}

unsigned int apparmor_permissions_of(const char *letters, size_t length)
{
	unsigned int permissions = 0;

	/* A rule to execute is "ix", one against it "x": the last letter tells. */
	for (size_t i = 0; i < ARRAY_SIZE(letter_rows); i++)
		if (memchr(letters, letter_rows[i].letters[strlen(letter_rows[i].letters) - 1], length))
			permissions |= letter_rows[i].permission;
	return permissions & PERMISSION_WRITE ? permissions | PERMISSION_APPEND : permissions;
}

/* AppArmor's name of a folder ends in a slash. Where the recorder could not tell what it was, both forms hold. */
static const char *ending(const struct policy_file *rule)
{
	const struct pattern_piece *last = &rule->pieces[rule->piece_count - 1];

	if (last->kind == PATTERN_LITERAL && last->bytes[strlen(last->bytes) - 1] == '/')
		return "";	/* the root folder */
	return rule->kind == FILE_KIND_FOLDER ? "/" : rule->kind == FILE_KIND_UNKNOWN ? "{,/}" : "";
}

/* No rule can name what has no path: a memfd, a pipe. The kernel asks for none either. */
static bool has_path(const struct policy_file *rule)
{
	return rule->piece_count && rule->pieces[0].kind == PATTERN_LITERAL && rule->pieces[0].bytes[0] == '/';
}

static void free_file(void *p)
{
	struct apparmor_file *file = p;

	free(file->pattern);
	free(file);
}

static void add_file(struct map *files, const struct policy_file *rule, unsigned int permissions)
{
	CLEANUP(text_done) struct text pattern = TEXT_EMPTY;
	struct apparmor_file *file;
	void **slot;

	apparmor_add_pattern(&pattern, rule->pieces, rule->piece_count, ending(rule));
	slot = map_slot(files, pattern.data, pattern.length);
	if (!*slot) {
		file = *slot = xcalloc(1, sizeof(*file));
		file->rule = rule;
		file->reason = rule->reason;
		file->pattern = text_steal(&pattern);
	}
	file = *slot;
	file->permissions |= permissions;
}

/* A link is refused unless all that its new name allows is allowed under the old name too (subset test of
 * profile_path_link()). Both name one file, and the recording used it in both ways. */
static unsigned int permissions_of_links(const struct policy *policy)
{
	unsigned int permissions = 0;

	for (size_t i = 0; i < policy->file_count; i++)
		if (policy->files[i].access & ACCESS_LINK_TO)
			permissions |= permissions_for(policy->files[i].access);
	return permissions & ~(unsigned int)PERMISSION_LINK;
}

struct map *apparmor_files(const struct policy *policy)
{
	struct map *files = map_new(free_file);
	unsigned int linked = permissions_of_links(policy);

	for (size_t i = 0; i < policy->file_count; i++) {
		const struct policy_file *rule = &policy->files[i];
		unsigned int permissions = permissions_for(rule->access);

		if (rule->access & ACCESS_LINK_FROM)
			permissions |= linked;
		if (permissions && has_path(rule))
			add_file(files, rule, permissions);
	}
	return files;
}

/* Paths that the rule is there for: the receipt of a pattern, else the path itself. */
static bool covers(const char *pattern, size_t length, const struct apparmor_file *file, const char *path)
{
	auto_free char *folder = xasprintf("%s/", path);

	return (file->rule->kind != FILE_KIND_FOLDER && apparmor_match(pattern, length, path)) ||
	       (file->rule->kind <= FILE_KIND_FOLDER && apparmor_match(pattern, length, folder));
}

bool apparmor_deny_hits(const char *deny, const struct apparmor_file *file)
{
	const char *pattern = deny + strlen("deny "), *letters = strchr(pattern, ' ');
	const struct policy_file *rule = file->rule;
	size_t length;

	if (*pattern != '/' || !letters)
		return false;
	if (rule->reason == REASON_BY_HAND && rule->piece_count > 1)
		return false;	/* whoever allows many paths does not mean those that are never right */
	length = (size_t)(letters++ - pattern);
	if (!(apparmor_permissions_of(letters, strcspn(letters, ",")) & file->permissions))
		return false;
	for (size_t i = 0; i < rule->covers.count; i++)
		if (covers(pattern, length, file, rule->covers.items[i]))
			return true;
	return rule->covers.count == 0 && covers(pattern, length, file, rule->pieces[0].bytes);
}

/* A rule to execute is "ix", one against it "x"; w includes a. */
static void add_never_letters(struct text *line, const struct rule_line *rule)
{
	for (const char *p = rule->letters; *p; p++)
		if (*p != 'a' || !strchr(rule->letters, 'w'))
			text_putc(line, *p);
}

void apparmor_never_rules(const struct policy *policy, struct string_set *lines)
{
	for (size_t i = 0; policy->rules && i < policy->rules->count; i++) {
		const struct rule_line *rule = &policy->rules->items[i];
		CLEANUP(text_done) struct text line = TEXT_EMPTY;

		if (!rule->never || !rule->pattern.count)
			continue;
		text_puts(&line, "deny ");
		apparmor_add_pattern(&line, rule->pattern.pieces, rule->pattern.count, "");
		text_putc(&line, ' ');
		add_never_letters(&line, rule);
		text_putc(&line, ',');
		string_set_add(lines, line.data);
	}
}
