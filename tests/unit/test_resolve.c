/* SPDX-License-Identifier: Apache-2.0 */
/* The way to a file by one call, where nobody asks for what is on it: it ends where a walk part by part does. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/resolve.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "tests/tap.h"

static char folder[] = "/tmp/snug-resolve-XXXXXX";

static const char *const paths[] = {
	"a", "f", "f/deep/er/b", "f/gone", "gone", "gone/x/y", "a/x", "a/x/y", "f/", "f/deep/", "a/", "f//deep/er/b", "f/./deep/er/b",
	"f/../a", "f/deep/../../a", "link", "link/", "up/deep", "up/deep/er/b", "up/gone", "far", "far/a", "far/gone/x", "dangling",
	"dangling/x", "loop", "loop/x", "twice/a", "self/status", "self/cwd", "/", "/.", "/proc", "/proc/version", "/proc/self/status",
	"/proc/self/exe", "/proc/self/cwd", "/proc/self/../version", "/dev/fd/0", "/dev/null", "/dev/null/x",
};

static char *full(const char *path)
{
	return path[0] == '/' ? xstrdup(path) : xasprintf("%s/%s", folder, path);
}

static void make(void)
{
	static const struct {
		const char *name, *target;
	} links[] = {
		{ "link", "a" }, { "up", "./f" }, { "dangling", "nowhere" }, { "loop", "loop" }, { "twice", "far" }, { "self", "/proc/self" },
	};

	ok(mkdtemp(folder) && chdir(folder) == 0 && mkdir("f", 0755) == 0 && mkdir("f/deep", 0750) == 0 && mkdir("f/deep/er", 0700) == 0);
	fclose(fopen("a", "w"));
	fclose(fopen("f/deep/er/b", "w"));
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		ok(symlink(links[i].target, links[i].name) == 0);
	ok(symlink(folder, "far") == 0);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same(const struct resolved *a, const struct resolved *b)
{
	return same_text(a->path, b->path) && a->found == b->found && a->absent == b->absent && a->followed == b->followed &&
	       a->remote == b->remote && (a->fd >= 0) == (b->fd >= 0) &&
	       (!a->found || (a->kind == b->kind && a->owner.uid == b->owner.uid && a->owner.mode == b->owner.mode &&
			      memcmp(&a->file, &b->file, sizeof(a->file)) == 0));
}

static void compare(struct resolver *resolver, const char *path, bool last_stays)
{
	auto_free char *whole = full(path);
	struct resolve_request request = { .tid = getpid(), .dirfd = AT_FDCWD, .path = whole, .last_stays = last_stays };
	struct resolved walked, leapt;

	resolve(resolver, &request, &walked);
	request.may_leap = request.only_end = true;
	resolve(resolver, &request, &leapt);
	if (!is_same(&walked, &leapt))
		printf("# %s: walked to %s, leapt to %s\n", path, walked.path ? walked.path : "-", leapt.path ? leapt.path : "-");
	ok(is_same(&walked, &leapt));
	resolved_done(&walked);
	resolved_done(&leapt);
}

/* Without mounts (before Linux 5.8, and where an emulator says that it tells them, and does not) nothing is taken for the same. */
static bool tells_mounts(void)
{
	struct statx st = { 0 };

	return statx(AT_FDCWD, "/", 0, STATX_MNT_ID, &st) == 0 && st.stx_mask & STATX_MNT_ID && st.stx_mnt_id;
}

static void test_descriptor(struct resolver *resolver)
{
	auto_free char *a = full("link"), *b = full("f/deep/er/b");
	struct resolve_request request = { .tid = getpid(), .dirfd = AT_FDCWD, .path = a };
	FILE *file = fopen(a, "r"), *other = fopen(b, "r");
	struct resolved resolved;

	resolve(resolver, &request, &resolved);
	ok(file && resolved_is_descriptor(&resolved, getpid(), fileno(file)) == tells_mounts());
	ok(other && !resolved_is_descriptor(&resolved, getpid(), fileno(other)));
	ok(!resolved_is_descriptor(&resolved, getpid(), 1 << 20));
	resolved_done(&resolved);
	request.path = "/nowhere";
	resolve(resolver, &request, &resolved);
	ok(!resolved_is_descriptor(&resolved, getpid(), fileno(file)));
	resolved_done(&resolved);
	fclose(file);
	fclose(other);
}

static void test_own_root(void)
{
	int root = open("/", O_PATH | O_CLOEXEC), other = open(folder, O_PATH | O_CLOEXEC);

	ok(is_own_root(root) == tells_mounts());
	ok(!is_own_root(other));
	close(root);
	close(other);
}

static void clear(void)
{
	static const char *const names[] = {
		"a", "f/deep/er/b", "f/deep/er", "f/deep", "f", "link", "up", "dangling", "loop", "twice", "self", "far", ".",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		remove(strcmp(names[i], ".") == 0 ? folder : names[i]);
}

int main(void)
{
	struct resolver *resolver = resolver_new();

	make();
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		compare(resolver, paths[i], false);
		compare(resolver, paths[i], true);
	}
	test_descriptor(resolver);
	test_own_root();
	resolver_free(resolver);
	clear();
	return done();
}
