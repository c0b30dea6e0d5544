/* SPDX-License-Identifier: Apache-2.0 */
/* Where loaded profiles came from. */
#include "cli/load_origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/listener_socket.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"

#define NOTES LISTENER_ROOT_FOLDER "/loaded"
#define MARK "# Loaded at each start of this machine, by 'snug load --persist', from "
#define PATH_LENGTH_MAX 4096
#define PROFILE_MAX (16u << 20)		/* bytes */

void load_profile_done(struct load_profile *profile)
{
	free(profile->file);
	free(profile->origin);
	free(profile->name);
	free(profile->copy);
	text_done(&profile->content);
	*profile = (struct load_profile){ 0 };
}

static char *note_path(const struct load_profile *profile)
{
	return xasprintf(NOTES "/%s", profile->name);
}

bool load_copy_is_there(const struct load_profile *profile)
{
	return access(profile->copy, F_OK) == 0;
}

/* Does another file hold the same profile? Two clones of one project do. */
static bool is_same(const char *path, const struct load_profile *profile)
{
	CLEANUP(text_done) struct text content = TEXT_EMPTY;

	return file_read(path, PROFILE_MAX, &content, NULL) == 0 && content.length == profile->content.length &&
	       memcmp(text_cstr(&content), text_cstr(&profile->content), content.length) == 0;
}

/* `origin` is where what the name holds came from: is that somebody else's? */
static int check_origin(const struct load_profile *profile, const char *origin, struct error *err)
{
	if (strcmp(origin, profile->origin) == 0 || access(origin, F_OK) != 0 || is_same(origin, profile))
		return 0;
	error_set(err, -EEXIST, "profile '%s' is already that of '%s'", profile->name, origin);
	return error_hint(err, "'snug load --undo' there, or give this project another name: snug update --project NAME");
}

static int check_copy(const struct load_profile *profile, struct error *err)
{
	CLEANUP(text_done) struct text content = TEXT_EMPTY;
	auto_free char *origin = NULL;
	const char *path;

	if (!load_copy_is_there(profile))
		return 0;
	if (file_read(profile->copy, PROFILE_MAX, &content, err) < 0)
		return err->code;
	if (strncmp(text_cstr(&content), MARK, strlen(MARK)) != 0) {
		error_set(err, -EEXIST, "'%s' was not written by snug, and holds this profile's name", profile->copy);
		return error_hint(err, "remove it, or give this project another name: snug update --project NAME");
	}
	path = text_cstr(&content) + strlen(MARK);
	origin = xmemdup(path, strcspn(path, "\n"));
	return check_origin(profile, origin, err);
}

int load_origin_check(const struct load_profile *profile, struct error *err)
{
	CLEANUP(text_done) struct text origin = TEXT_EMPTY;
	auto_free char *note = note_path(profile);

	if (check_copy(profile, err) < 0)
		return err->code;
	if (access(note, F_OK) != 0)
		return 0;
	if (file_read(note, PATH_LENGTH_MAX, &origin, err) < 0)
		return err->code;
	return check_origin(profile, text_cstr(&origin), err);
}

int load_origin_note(const struct load_profile *profile, struct error *err)
{
	auto_free char *note = note_path(profile);
	int code = file_make_folder(NOTES, err);

	return code < 0 ? code : file_write(note, profile->origin, strlen(profile->origin), err);
}

int load_copy_write(const struct load_profile *profile, struct error *err)
{
	CLEANUP(text_done) struct text copy = TEXT_EMPTY;

	text_printf(&copy, MARK "%s\n", profile->origin);
	text_add(&copy, profile->content.data, profile->content.length);
	return file_write(profile->copy, copy.data, copy.length, err);
}

static int remove_file(const char *path, struct error *err)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	return error_errno(err, -errno, "cannot remove '%s'", path);
}

int load_origin_forget(const struct load_profile *profile, struct error *err)
{
	auto_free char *note = note_path(profile);
	int code = remove_file(note, err);

	return code < 0 ? code : remove_file(profile->copy, err);
}
