/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, replaced atomically. */
#include "snug/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define READ_CHUNK 65536	/* bytes */

static bool is_standard_stream(const char *path)
{
	return strcmp(path, "-") == 0;
}

static int read_all(int fd, size_t limit, struct text *out)
{
	auto_free char *chunk = xcalloc(1, READ_CHUNK);
	size_t start = out->length;

	for (;;) {
		ssize_t n = read(fd, chunk, READ_CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if (limit && out->length - start + (size_t)n > limit)
			return -EFBIG;
		text_add(out, chunk, (size_t)n);
	}
}

int file_read(const char *path, size_t limit, struct text *out, struct error *err)
{
	auto_close int opened = -1;
	int fd = STDIN_FILENO, code;

	if (!is_standard_stream(path)) {
		fd = opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			return error_errno(err, -errno, "cannot open '%s'", path);
	}
	code = read_all(fd, limit, out);
	if (code == -EFBIG)
		return error_set(err, code, "'%s' is larger than %zu bytes", path, limit);
	return code ? error_errno(err, code, "cannot read '%s'", path) : 0;
}

/* A signal that ends the program would leave drafts behind. SIGQUIT still does. */
static void hold_ends(sigset_t *ret_before)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		sigaddset(&set, ends[i]);
	sigprocmask(SIG_BLOCK, &set, ret_before);
}

/* What came meanwhile is delivered here. */
static void release_ends(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* A replaced file keeps its mode; a new one gets what open(2) would give it. */
static mode_t final_mode(const char *path)
{
	struct stat st;
	mode_t mask;

	if (stat(path, &st) == 0)
		return st.st_mode & 07777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* Something that is not a regular file (/dev/stdout, a pipe) cannot be renamed over. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* What root makes in somebody's folder, under sudo in a repository say, belongs to that somebody. A folder that cannot
 * be asked, or a file system without owners, leaves it root's. */
static void give_to_owner_of_folder(int fd, const char *path)
{
	auto_free char *copy = xstrdup(path);
	struct stat st;

	if (geteuid() == 0 && stat(dirname(copy), &st) == 0 && (st.st_uid || st.st_gid) &&
	    fchown(fd, st.st_uid, st.st_gid) < 0)
		errno = 0;
}

static int open_draft_file(struct file_draft *draft, const char *path, struct error *err)
{
	auto_free char *target = realpath(path, NULL);	/* a symlink stays one: what it names is replaced */
	auto_free char *name = xasprintf("%s.XXXXXX", target ? target : path);
	auto_close int fd = -1;

	hold_ends(&draft->signals);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0) {
		release_ends(&draft->signals);
		return error_errno(err, -errno, "cannot write '%s'", path);
	}
	draft->draft = steal_ptr(name);
	draft->path = target ? steal_ptr(target) : xstrdup(path);
	if (fchmod(fd, final_mode(path)) < 0)
		return error_errno(err, -errno, "cannot write '%s'", path);
	give_to_owner_of_folder(fd, draft->path);
	draft->stream = fdopen(steal_fd(&fd), "w");
	return draft->stream ? 0 : error_errno(err, -errno, "cannot write '%s'", path);
}

int file_draft_open(struct file_draft *ret, const char *path, struct error *err)
{
	int code = 0;

	*ret = (struct file_draft){ 0 };
	if (is_standard_stream(path) || is_special(path)) {
		int fd = is_standard_stream(path) ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
						  : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

		ret->stream = fd < 0 ? NULL : fdopen(fd, "w");
		if (!ret->stream)
			code = error_errno(err, -errno, "cannot write '%s'", path);
		ret->path = is_standard_stream(path) ? NULL : xstrdup(path);
	} else {
		code = open_draft_file(ret, path, err);
	}
	if (ret->stream)
		return 0;
	file_draft_done(ret);
	return code < 0 ? code : -EIO;
}

static int finish_stream(struct file_draft *draft)
{
	int code = 0;

	if (fflush(draft->stream) != 0 || ferror(draft->stream))
		code = errno ? -errno : -EIO;
	else if (draft->draft && fsync(fileno(draft->stream)) < 0)
		code = -errno;
	if (fclose(steal_ptr(draft->stream)) != 0 && code == 0)
		code = -errno;
	return code;
}

/* There is no such file any more. */
static void forget_draft(struct file_draft *draft)
{
	free(steal_ptr(draft->draft));
	release_ends(&draft->signals);
}

/* Of a stream that is finished. */
static int rename_draft(struct file_draft *draft)
{
	if (!draft->draft)
		return 0;
	if (rename(draft->draft, draft->path) < 0)
		return -errno;
	forget_draft(draft);
	return 0;
}

static int cannot_write(const struct file_draft *draft, int code, struct error *err)
{
	return draft->path ? error_errno(err, code, "cannot write '%s'", draft->path)
			   : error_errno(err, code, "cannot write to standard output");
}

int file_draft_commit(struct file_draft *draft, struct error *err)
{
	int code = finish_stream(draft);

	if (code == 0)
		code = rename_draft(draft);
	if (code < 0)
		cannot_write(draft, code, err);
	file_draft_done(draft);
	return code;
}

int file_write_set(const struct file_content *files, size_t count, struct error *err)
{
	auto_free struct file_draft *drafts = xcalloc(count + 1, sizeof(*drafts));
	sigset_t signals;
	int code = 0;

	hold_ends(&signals);
	for (size_t i = 0; code == 0 && i < count; i++) {
		code = file_draft_open(&drafts[i], files[i].path, err);
		if (code < 0)
			break;
		if (files[i].text.length)
			fwrite(files[i].text.data, 1, files[i].text.length, drafts[i].stream);
		code = finish_stream(&drafts[i]);
		if (code < 0)
			cannot_write(&drafts[i], code, err);
	}
	for (size_t i = 0; code == 0 && i < count; i++) {
		code = rename_draft(&drafts[i]);
		if (code < 0)
			cannot_write(&drafts[i], code, err);
	}
	for (size_t i = 0; i < count; i++)
		file_draft_done(&drafts[i]);
	release_ends(&signals);
	return code;
}

void file_draft_done(struct file_draft *draft)
{
	if (draft->stream)
		fclose(draft->stream);
	if (draft->draft) {
		unlink(draft->draft);
		forget_draft(draft);
	}
	free(draft->path);
	*draft = (struct file_draft){ 0 };
}

int file_write(const char *path, const void *data, size_t length, struct error *err)
{
	struct file_draft draft = { 0 };
	int code = file_draft_open(&draft, path, err);

	if (!draft.stream)
		return code;
	if (length)
		fwrite(data, 1, length, draft.stream);
	return file_draft_commit(&draft, err);	/* a short fwrite() shows in ferror() there */
}

/* The draft is ours alone until it is renamed, so that its owner may change before its mode is given back. */
static int keep_owner(const struct file_draft *draft, const struct stat *st)
{
	int fd = fileno(draft->stream);

	if (!draft->draft)
		return 0;
	return fchown(fd, st->st_uid, st->st_gid) < 0 || fchmod(fd, st->st_mode & 07777) < 0 ? -errno : 0;
}

int file_replace(const char *path, const void *data, size_t length, struct error *err)
{
	struct file_draft draft = { 0 };
	struct stat st;
	int code;

	if (stat(path, &st) < 0)
		return error_errno(err, -errno, "cannot replace '%s'", path);
	code = file_draft_open(&draft, path, err);
	if (!draft.stream)
		return code;
	if ((code = keep_owner(&draft, &st)) < 0) {
		file_draft_done(&draft);
		return error_errno(err, code, "cannot replace '%s' and keep its owner", path);
	}
	fwrite(data, 1, length, draft.stream);
	return file_draft_commit(&draft, err);
}

static int make_one_folder(const char *path, struct error *err)
{
	auto_close int fd = -1;

	if (mkdir(path, 0777) < 0)
		return errno == EEXIST ? 0 : error_errno(err, -errno, "cannot make folder '%s'", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		give_to_owner_of_folder(fd, path);
	return 0;
}

int file_make_folder(const char *path, struct error *err)
{
	auto_free char *copy = xstrdup(path);
	struct stat st;
	int code;

	for (char *slash = copy + 1; *copy && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		code = make_one_folder(copy, err);
		if (code < 0)
			return code;
		*slash = '/';
	}
	code = make_one_folder(path, err);
	if (code < 0)
		return code;
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return error_set(err, -ENOTDIR, "'%s' is not a folder", path);
	return 0;
}
