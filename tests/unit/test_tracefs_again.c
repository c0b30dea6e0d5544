/* SPDX-License-Identifier: Apache-2.0 */
/* Uses of files that were told before. */
#include "record/tracefs_again.h"

#include <string.h>

#include "snug/cleanup.h"
#include "tests/tap.h"

static bool add(struct tracefs_again *again, const char *name, const char *path)
{
	CLEANUP(text_done) struct text key = TEXT_EMPTY;

	text_puts(&key, name);
	return tracefs_again_add(again, &key, path);
}

static const char *path_of(struct tracefs_again *again, const char *name)
{
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	const struct tracefs_use *use;

	text_puts(&key, name);
	use = tracefs_again_find(again, &key);
	return use ? use->path : "none";
}

static void test_uses(void)
{
	struct tracefs_again *again = tracefs_again_new();

	ok_str(path_of(again, "open a"), "none");
	ok(add(again, "open a", "/here/a"));
	ok(add(again, "stat a", "/here/a"));
	ok(add(again, "stat a", "/here/a"));
	ok_str(path_of(again, "open a"), "/here/a");
	ok_str(path_of(again, "open"), "none");
	ok(tracefs_again_uses(again, "/here/a"));
	ok(!tracefs_again_uses(again, "/here"));
	tracefs_again_forget(again);
	ok_str(path_of(again, "stat a"), "none");
	ok(!tracefs_again_uses(again, "/here/a"));
	tracefs_again_free(again);
}

/* No program that uses ever more files, of names as long as there can be, makes it grow for ever. */
static void test_bounds(void)
{
	struct tracefs_again *again = tracefs_again_new();
	char name[4096];
	int count = 0;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ok(add(again, name, "/short"));
	ok(add(again, "short", name));
	ok_str(path_of(again, name), "none");
	ok_str(path_of(again, "short"), "none");
	do
		snprintf(name, sizeof(name), "/%d", count);
	while (add(again, name, name) && ++count < 1000000);
	ok(count > 1000 && count < 100000);
	ok_str(path_of(again, "/1"), "none");
	ok_str(path_of(again, name), name);
	tracefs_again_free(again);
}

int main(void)
{
	test_uses();
	test_bounds();
	return done();
}
