/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mount rules, with the options that the kernel compares for each kind of request (security/apparmor/mount.c): all
 * flags for a new mount and a remount; for a bind, a move and a change of propagation only their own.
 */
#include <string.h>
#include <sys/mount.h>

#include "emit/apparmor_name.h"
#include "emit/apparmor_rules.h"
#include "snug/memory.h"
#include "snug/mount_flag.h"

#define MAGIC_MASK 0xffff0000ul	/* mount(2): MS_MGC_VAL, which programs older than Linux 2.4 had to set */
#define MAGIC 0xc0ed0000ul
#define PROPAGATION (MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)

/* Which flags the kernel compares, and which names: a row fits by the first of its flags. */
static const struct request {
	uint64_t flags;			/* any of these makes the request; 0 = a new mount */
	uint64_t compared;
	bool source, type;
} requests[] = {
	{ MS_REMOUNT, ~0ull, false, false },
	{ MS_BIND, MS_BIND | MS_REC, true, false },
	{ PROPAGATION, PROPAGATION | MS_REC | MS_SILENT, false, false },
	{ MS_MOVE, MS_MOVE, true, false },
	{ 0, ~0ull, true, true },
};

static const struct request *request_of(uint64_t flags)
{
	const struct request *request = requests;

	while (request->flags && !(request->flags & flags))
		request++;
	return request;
}

static void add_word(struct text *options, const char *word)
{
	text_printf(options, "%s%s", options->length ? "," : "", word);
}

/* Returns false for flags that AppArmor has no word for. */
static bool add_options(struct text *options, uint64_t flags, const struct request *request)
{
	bool recursive = flags & MS_REC;
	const struct mount_flag *row;
	size_t i = 0;

	flags &= request->compared & ~(uint64_t)MS_REC;
	for (; (row = mount_flag_at(i)) && row->flag & MS_REC; i++)
		if (recursive && flags & row->flag) {
			add_word(options, row->word);
			flags &= ~row->flag;
			recursive = false;
		}
	if (!(flags & MS_RDONLY) && request->compared & MS_RDONLY)
		add_word(options, "rw");
	for (; (row = mount_flag_at(i)); i++)
		if (flags & row->flag) {
			add_word(options, row->word);
			flags &= ~row->flag;
		}
	return !flags;
}

/* What a path of a mount is, folder or file, the trace does not say. */
static void add_place(struct text *line, const char *before, const char *path)
{
	size_t length = strlen(path);

	text_puts(line, before);
	apparmor_add_literal(line, path, length && path[length - 1] == '/' ? "" : "{,/}");
}

static void add_mount(struct text *line, const struct trace_mount *mount)
{
	uint64_t flags = (mount->flags & MAGIC_MASK) == MAGIC ? mount->flags & ~MAGIC_MASK : mount->flags;
	const struct request *request;
	CLEANUP(text_done) struct text options = TEXT_EMPTY;

	if (strcmp(mount->act, "move") == 0)
		flags = MS_MOVE;	/* move_mount(2) has flags of its own */
	request = request_of(flags);
	text_puts(line, "mount");
	if (request->type && mount->type) {
		text_puts(line, " fstype=");
		apparmor_add_literal(line, mount->type, "");
	}
	if (add_options(&options, flags, request))
		text_printf(line, " options=(%s)", options.data);
	if (request->source && mount->source && mount->source[0]) {
		if (request->type && mount->source[0] != '/') {
			text_putc(line, ' ');
			apparmor_add_literal(line, mount->source, "");
		} else {
			add_place(line, " ", mount->source);
		}
	}
	if (mount->target)
		add_place(line, " -> ", mount->target);
}

static void add_umount(struct text *line, const struct trace_mount *mount)
{
	text_puts(line, "umount");
	if (mount->target)
		add_place(line, " ", mount->target);
}

static void add_pivot_root(struct text *line, const struct trace_mount *mount)
{
	text_puts(line, "pivot_root");
	if (mount->target)
		add_place(line, " oldroot=", mount->target);
	if (mount->source)
		add_place(line, " ", mount->source);
}

/* By the trace's word. What is not here (fsopen, fsconfig, open_tree, a change by mount_setattr) AppArmor does not ask about. */
static const struct {
	const char *act;
	void (*add)(struct text *line, const struct trace_mount *mount);
} acts[] = {
	{ "mount", add_mount },
	{ "move", add_mount },
	{ "pivot_root", add_pivot_root },
	{ "umount", add_umount },
};

void apparmor_mount_rules(struct trace *facts, struct string_set *lines)
{
	struct map *mounts = facts->mounts;

	for (size_t i = 0; i < map_count(mounts); i++) {
		const struct trace_mount *mount = map_value_at(mounts, i);
		CLEANUP(text_done) struct text line = TEXT_EMPTY;

		if (mount->outcome != OUTCOME_OK && mount->outcome != OUTCOME_UNKNOWN)
			continue;
		for (size_t j = 0; j < ARRAY_SIZE(acts); j++)
			if (strcmp(acts[j].act, mount->act) == 0)
				acts[j].add(&line, mount);
		if (!line.length)
			continue;
		text_putc(&line, ',');
		string_set_add(lines, line.data);
	}
}
