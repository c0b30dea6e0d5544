/* SPDX-License-Identifier: Apache-2.0 */
/* Patches are diff's, under headers of git's own form: only those can tell of a new file that is empty. */
#include "cli/patch.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/program_output.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define NOTHING "/dev/null"
#define DEADLINE_MS 20000

/* What diff says of `old` and of what it inherits as `fd`, whose status is 1 where they differ. */
static int compare(const char *old, int fd, const char *path, struct text *hunks, struct error *err)
{
	bool is_new = old != path;
	auto_free char *before = is_new ? xstrdup("--label=" NOTHING) : xasprintf("--label=a/%s", path);
	auto_free char *after = xasprintf("--label=b/%s", path), *draft = xasprintf("/proc/self/fd/%d", fd);
	const char *const argv[] = { "diff", "-u", before, after, "--", old, draft, NULL };
	int code = program_output(&(struct program_request){ .argv = argv, .deadline_ms = DEADLINE_MS }, hunks);

	return code == 0 || code == 1 ? 0 : error_set(err, -EIO, "the program diff could not be run");
}

/* A file without a name, so that none is left where we are interrupted. */
static int make_draft(const struct text *text, struct error *err)
{
	auto_close int fd = memfd_create("patch", 0);

	for (size_t done = 0; fd >= 0 && done < text->length;) {
		ssize_t n = write(fd, text->data + done, text->length - done);

		if (n < 0)
			return error_errno(err, -errno, "cannot keep what a patch is made of");
		done += (size_t)n;
	}
	return fd < 0 ? error_errno(err, -errno, "cannot keep what a patch is made of") : steal_fd(&fd);
}

int patch_add(struct patch *patch, const struct file_content *file, struct error *err)
{
	bool is_new = access(file->path, F_OK) < 0;
	CLEANUP(text_done) struct text hunks = TEXT_EMPTY;
	auto_close int draft = make_draft(&file->text, err);
	int code = draft;

	if (code >= 0)
		code = compare(is_new ? NOTHING : file->path, draft, file->path, &hunks, err);
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
