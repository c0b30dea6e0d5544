/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of recorded processes, followed from call to call. */
#include "record/tracefs_files.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/tap.h"

static const char *path_of(const struct tracefs_files *files, int fd)
{
	const struct tracefs_file *file = tracefs_files_find(files, fd);

	return !file ? "none" : file->path ? file->path : "unknown";
}

static void test_open_and_close(void)
{
	struct tracefs_files *files = NULL;

	ok_str(path_of(files, 3), "none");
	tracefs_files_open(&files, 5, "/five", FILE_KIND_FILE, false);
	tracefs_files_open(&files, 3, "/three", FILE_KIND_FOLDER, true);
	tracefs_files_open(&files, 4, NULL, FILE_KIND_UNKNOWN, false);
	ok_str(path_of(files, 3), "/three");
	ok_str(path_of(files, 4), "unknown");
	ok_int(tracefs_files_find(files, 3)->kind, FILE_KIND_FOLDER);
	tracefs_files_open(&files, 3, "/other", FILE_KIND_FILE, true);
	ok_str(path_of(files, 3), "/other");
	tracefs_files_close(&files, 4, 4);
	tracefs_files_close(&files, 100, 200);
	ok_str(path_of(files, 4), "none");
	ok_str(path_of(files, 5), "/five");
	tracefs_files_close(&files, 0, UINT32_MAX);
	ok_str(path_of(files, 5), "none");
	tracefs_files_leave(files);
}

static void test_copies(void)
{
	struct tracefs_files *files = NULL;

	tracefs_files_open(&files, 3, "/three", FILE_KIND_FILE, true);
	tracefs_files_copy(&files, 3, 7, false);
	ok_str(path_of(files, 7), "/three");
	tracefs_files_copy(&files, 9, 7, false);	/* a pipe, say, in its place */
	ok_str(path_of(files, 7), "none");
	tracefs_files_copy(&files, 3, 3, false);
	ok_str(path_of(files, 3), "/three");
	tracefs_files_copy(&files, 3, 8, false);
	tracefs_files_exec(&files);
	ok_str(path_of(files, 3), "none");
	ok_str(path_of(files, 8), "/three");
	tracefs_files_leave(files);
}

/* A child has its parent's until one of them changes its own. */
static void test_sharing(void)
{
	struct tracefs_files *parent = NULL, *child;

	tracefs_files_open(&parent, 3, "/three", FILE_KIND_FILE, false);
	child = tracefs_files_share(parent);
	ok(child == parent);
	tracefs_files_open(&child, 4, "/four", FILE_KIND_FILE, false);
	tracefs_files_close(&parent, 3, 3);
	ok_str(path_of(child, 3), "/three");
	ok_str(path_of(child, 4), "/four");
	ok_str(path_of(parent, 3), "none");
	ok_str(path_of(parent, 4), "none");
	tracefs_files_leave(child);
	tracefs_files_leave(parent);
}

/* What a process has open before anything is told of it, until its program begins. */
static void test_now(void)
{
	int kept = open("/dev/null", O_RDONLY), closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct tracefs_files *files = tracefs_files_now(getpid());

	ok_str(path_of(files, kept), "/dev/null");
	ok_str(path_of(files, closed), "/dev/null");
	tracefs_files_exec(&files);
	ok_str(path_of(files, kept), "/dev/null");
	ok_str(path_of(files, closed), "none");
	tracefs_files_leave(files);
	close(kept);
	close(closed);
}

int main(void)
{
	test_open_and_close();
	test_copies();
	test_sharing();
	test_now();
	return done();
}
