/* SPDX-License-Identifier: Apache-2.0 */
/* snug load: the AppArmor profiles of a repository into this kernel, and out of it. */
#include <errno.h>
#include <glob.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/apparmor_host.h"
#include "cli/command.h"
#include "cli/load_origin.h"
#include "cli/shell_word.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"

#define FOLDER "snug"			/* of a repository */
#define PARSER "apparmor_parser"
#define PARSER_PATHS "/usr/sbin:/sbin"	/* where it is, and a person's PATH does not look */
#define PROFILE_MAX (16u << 20)		/* bytes */
#define PREFIX "snug-"			/* of every profile's name */

extern char **environ;

static const struct command_option load_options[] = {
	{ "persist", 0, NULL, "load them at each start of the machine, too" },
	{ "undo", 0, NULL, "take them out of the kernel, and out of what is loaded at its start" },
	{ NULL, 0, NULL, NULL },
};

struct loading {
	struct load_profile *profiles;	/* owned */
	size_t count;
	bool persist, undo;
};

static void loading_done(struct loading *loading)
{
	for (size_t i = 0; i < loading->count; i++)
		load_profile_done(&loading->profiles[i]);
	free(loading->profiles);
}

/* --- which ------------------------------------------------------------------------------------------- */

/* The rest of the first line that begins with `start`, up to one of `ends`. Owned by the caller, NULL when there is none. */
static char *word_after(const char *content, const char *start, const char *ends)
{
	for (const char *line = content; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, start, strlen(start)) == 0)
			return xmemdup(line + strlen(start), strcspn(line + strlen(start), ends));
	return NULL;
}

/* A profile of a name that is not this service's own would replace somebody else's: that of Docker, for one. */
static int check_name(const struct load_profile *profile, const char *service, struct error *err)
{
	const char *name = profile->name ? profile->name : "";
	size_t length = strlen(name), tail = strlen(service);

	if (length > strlen(PREFIX) + tail && strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
	    name[length - tail - 1] == '-' && strcmp(name + length - tail, service) == 0 &&
	    !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")])
		return 0;
	error_set(err, -EINVAL, "'%s' is no profile that snug wrote for '%s'", profile->file, service);
	return error_hint(err, "'snug verify' finds what was edited by hand, 'snug update' writes it anew");
}

/* The language of a profile is that of an abi file, which AppArmor 3.0 brings. */
static int check_abi(const struct load_profile *profile, struct error *err)
{
	auto_free char *abi = word_after(text_cstr(&profile->content), "abi <", ">");
	auto_free char *path = abi ? xasprintf(APPARMOR_FOLDER "/%s", abi) : NULL;

	if (!abi || access(path, R_OK) == 0)
		return 0;
	error_set(err, -ENOENT, "'%s' is missing, which '%s' is written for", path, profile->file);
	return error_hint(err, "it comes with AppArmor 3.0 and newer; Debian's package is apparmor");
}

static int add_profile(struct loading *loading, const char *file, const char *service, struct error *err)
{
	struct load_profile *profile;

	loading->profiles = xrealloc(loading->profiles, loading->count + 1, sizeof(*loading->profiles));
	profile = &loading->profiles[loading->count++];
	*profile = (struct load_profile){ .file = xstrdup(file) };
	if (file_read(file, PROFILE_MAX, &profile->content, err) < 0)
		return err->code;
	profile->origin = realpath(file, NULL);
	profile->name = word_after(text_cstr(&profile->content), "profile ", " ");
	if (!profile->origin)
		return error_errno(err, -errno, "cannot resolve '%s'", file);
	if (check_name(profile, service, err) < 0)
		return err->code;
	profile->copy = xasprintf(APPARMOR_FOLDER "/%s", profile->name);
	return 0;
}

/* The services that are named, else every folder that holds a profile. */
static int find_profiles(struct loading *loading, char *const *services, size_t count, struct error *err)
{
	glob_t found = { 0 };
	int code = 0;

	for (size_t i = 0; i < count && code == 0; i++) {
		auto_free char *file = xasprintf(FOLDER "/%s/apparmor.profile", services[i]);

		code = add_profile(loading, file, services[i], err);
	}
	if (count == 0 && glob(FOLDER "/*/apparmor.profile", 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc && code == 0; i++) {
			const char *start = found.gl_pathv[i] + strlen(FOLDER "/");
			auto_free char *service = xmemdup(start, strcspn(start, "/"));

			code = add_profile(loading, found.gl_pathv[i], service, err);
		}
	}
	globfree(&found);
	if (code == 0 && loading->count == 0) {
		error_set(err, -ENOENT, "no '" FOLDER "/*/apparmor.profile' here");
		return error_hint(err, "be in the repository's folder; 'snug update' writes the profiles");
	}
	return code;
}

/* --- how --------------------------------------------------------------------------------------------- */

/* A person's PATH may lack the folders of the administrator's programs. */
static void extend_path(void)
{
	const char *path = getenv("PATH");
	auto_free char *longer = path ? xasprintf("%s:%s", path, PARSER_PATHS) : xstrdup(PARSER_PATHS);

	setenv("PATH", longer, 1);
}

/* Runs it as it is printed; what it says goes to the person. */
static int run_parser(char **argv, struct error *err)
{
	CLEANUP(text_done) struct text line = TEXT_EMPTY;
	int code, status;
	pid_t child;

	for (char **word = argv; *word; word++) {
		text_puts(&line, word == argv ? "" : " ");
		shell_word(&line, *word);
	}
	printf("%s\n", text_cstr(&line));
	fflush(stdout);
	code = posix_spawnp(&child, argv[0], NULL, NULL, argv, environ);
	if (code == ENOENT) {
		error_set(err, -ENOENT, PARSER " is not installed");
		return error_hint(err, "Debian's package is apparmor");
	}
	if (code != 0)
		return error_errno(err, -code, "cannot run " PARSER);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_set(err, -EIO, PARSER " failed with status %d", WIFEXITED(status) ? WEXITSTATUS(status)
				 : 128 + WTERMSIG(status));
	return 0;
}

/* One command for all of the files that are chosen. */
static int parse_files(const struct loading *loading, const char *action, const bool *chosen, struct error *err)
{
	auto_free char **argv = xcalloc(loading->count + 4, sizeof(*argv));
	size_t count = 0;

	argv[count++] = (char *)PARSER;
	argv[count++] = (char *)action;
	argv[count++] = (char *)"--skip-cache";
	for (size_t i = 0; i < loading->count; i++)
		if (!chosen || chosen[i])
			argv[count++] = loading->profiles[i].file;
	return run_parser(argv, err);
}

static int load(const struct loading *loading, struct error *err)
{
	int code = 0;

	for (size_t i = 0; i < loading->count && code == 0; i++)
		if ((code = check_abi(&loading->profiles[i], err)) == 0)
			code = load_origin_check(&loading->profiles[i], err);
	if (code == 0)
		code = parse_files(loading, "--replace", NULL, err);
	for (size_t i = 0; i < loading->count && code == 0; i++) {
		const struct load_profile *profile = &loading->profiles[i];

		code = load_origin_note(profile, err);
		if (code == 0 && (loading->persist || load_copy_is_there(profile)))	/* an old copy would come back */
			code = load_copy_write(profile, err);
		if (code == 0)
			printf("loaded %s%s\n", profile->name,
			       load_copy_is_there(profile) ? ", and at each start of this machine" : "");
	}
	return code;
}

/* Who is confined by a profile that goes away is confined no longer: __remove_profile(), security/apparmor/policy.c. */
static int check_unused(const struct load_profile *profile, struct error *err)
{
	pid_t confined = apparmor_confined(profile->name);

	if (!confined)
		return 0;
	error_set(err, -EBUSY, "profile '%s' confines running processes, such as %d, and none would be left to do so",
		  profile->name, (int)confined);
	return error_hint(err, "stop its containers first");
}

static int unload(const struct loading *loading, struct error *err)
{
	auto_free bool *held = xcalloc(loading->count, sizeof(*held));
	bool any = false;
	int code = 0;

	for (size_t i = 0; i < loading->count && code >= 0; i++) {
		code = load_origin_check(&loading->profiles[i], err);
		if (code == 0)
			code = check_unused(&loading->profiles[i], err);
		if (code == 0)
			code = apparmor_holds(loading->profiles[i].name, err);
		held[i] = code > 0;
		any |= held[i];
	}
	if (code >= 0)
		code = any ? parse_files(loading, "--remove", held, err) : 0;
	for (size_t i = 0; i < loading->count && code == 0; i++) {
		code = load_origin_forget(&loading->profiles[i], err);
		if (code == 0)
			printf("%s %s\n", held[i] ? "removed" : "not loaded:", loading->profiles[i].name);
	}
	return code;
}

static int check_rights(struct error *err)
{
	if (geteuid() == 0)
		return apparmor_holds("", err) < 0 ? err->code : 0;
	error_set(err, -EPERM, "AppArmor profiles are loaded into the kernel by root");
	return error_hint(err, "sudo snug load; seccomp and capabilities need nothing of the kind");
}

static int run_load(struct invocation *invocation)
{
	CLEANUP(loading_done) struct loading loading = {
		.persist = option_value(invocation, "persist"), .undo = option_value(invocation, "undo"),
	};
	struct error err = ERROR_NONE;

	if (loading.persist && loading.undo)
		return complain_text("load: --persist or --undo, not both");
	if (find_profiles(&loading, invocation->operands, invocation->operand_count, &err) < 0)
		return complain(&err);
	if (!apparmor_enabled()) {
		puts("no AppArmor in this kernel: nothing to load; seccomp and capabilities work without it");
		return STATUS_FINE;
	}
	extend_path();
	if (check_rights(&err) < 0 || (loading.undo ? unload(&loading, &err) : load(&loading, &err)) < 0)
		return complain(&err);
	return STATUS_FINE;
}

const struct command command_load = {
	.name = "load",
	.usage = "[--persist | --undo] [NAME...]",
	.summary = "load a repository's AppArmor profiles into this kernel",
	.options = load_options,
	.run = run_load,
};
