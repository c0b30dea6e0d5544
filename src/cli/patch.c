/* SPDX-License-Identifier: Apache-2.0 */
/* Patches are diff's, under headers of git's own form: only those can tell of a new file that is empty. */
#include "cli/patch.h"

#include <errno.h>
#include <unistd.h>

#include "cli/program_output.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define NOTHING "/dev/null"
#define DEADLINE_MS 20000

/* What diff says of the two, whose status is 1 where they differ. */
static int compare(const char *old, const char *draft, const char *path, struct text *hunks, struct error *err)
{
	bool is_new = old != path;
	auto_free char *before = is_new ? xstrdup("--label=" NOTHING) : xasprintf("--label=a/%s", path);
	auto_free char *after = xasprintf("--label=b/%s", path);
	const char *const argv[] = { "diff", "-u", before, after, "--", old, draft, NULL };
	int code = program_output(&(struct program_request){ .argv = argv, .deadline_ms = DEADLINE_MS }, hunks);

	return code == 0 || code == 1 ? 0 : error_set(err, -EIO, "the program diff could not be run");
}

int patch_add(struct patch *patch, const struct file_content *file, struct error *err)
{
	bool is_new = access(file->path, F_OK) < 0;
	CLEANUP(text_done) struct text hunks = TEXT_EMPTY;
	int code = file_write(patch->draft, text_cstr(&file->text), file->text.length, err);

	if (code < 0)
		return code;
	code = compare(is_new ? NOTHING : file->path, patch->draft, file->path, &hunks, err);
	unlink(patch->draft);
	if (code < 0 || (!is_new && !hunks.length))
		return code;
	text_printf(&patch->text, "diff --git a/%s b/%s\n%s", file->path, file->path, is_new ? "new file mode 100644\n" : "");
	text_puts(&patch->text, text_cstr(&hunks));
	return 0;
}

void patch_done(struct patch *patch)
{
	text_done(&patch->text);
}
