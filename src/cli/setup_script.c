/* SPDX-License-Identifier: Apache-2.0 */
/* Engines that know a runtime by the path of a program alone: podman, containerd. Theirs is a script. */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/setup.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define SCRIPT_FOLDER "/etc/snug"

/* Paths of the scripts, owned; the one of the default is written only when it is one. */
struct scripts {
	char *plain, *if_listening;
};

static void scripts_done(struct scripts *scripts)
{
	free(scripts->plain);
	free(scripts->if_listening);
}

static struct scripts name_scripts(const struct setup *setup)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	auto_free char *folder = !setup->for_user ? xstrdup(SCRIPT_FOLDER)
		: config && config[0] == '/' ? xasprintf("%s/snug", config)
		: xasprintf("%s/.config/snug", home ? home : "");

	return (struct scripts){ xasprintf("%s/%s-runtime", folder, setup->engine),
				 xasprintf("%s/%s-runtime-default", folder, setup->engine) };
}

static int write_script(const struct setup *setup, const char *path, bool if_listening, struct error *err)
{
	CLEANUP(text_done) struct text script = TEXT_EMPTY;
	int code;

	engine_script(&script, &setup->registration, if_listening);
	if ((code = setup_write(path, &script, err)) < 0)
		return code;
	return chmod(path, 0755) < 0 ? error_errno(err, -errno, "cannot make '%s' executable", path) : 0;
}

static int write_scripts(const struct setup *setup, const struct scripts *scripts, struct error *err)
{
	int code = write_script(setup, scripts->plain, false, err);

	if (code == 0 && setup->registration.as_default)
		code = write_script(setup, scripts->if_listening, true, err);
	return code;
}

static int remove_scripts(const struct scripts *scripts, struct error *err)
{
	auto_free char *folder = xstrdup(scripts->plain);
	int code = setup_remove(scripts->plain, err);

	if (code == 0)
		code = setup_remove(scripts->if_listening, err);
	if (code == 0)
		rmdir(dirname(folder));	/* another engine's script may be in it */
	return code;
}

static void print_registered(const struct setup *setup, const char *example)
{
	printf("%s: runtime '%s' is registered%s\n", setup->config, ENGINE_RUNTIME,
	       setup->registration.as_default ? ", and records every container while somebody listens" : "");
	printf("then: snug listen -- %s\n", setup->registration.as_default ? "COMMAND" : example);
}

/* The drop-in is ours alone: it is written and removed as a whole. */
int setup_podman(const struct setup *setup, struct error *err)
{
	CLEANUP(scripts_done) struct scripts scripts = name_scripts(setup);
	CLEANUP(text_done) struct text config = TEXT_EMPTY;
	int code;

	if (setup->undo) {
		if ((code = setup_remove(setup->config, err)) < 0 || (code = remove_scripts(&scripts, err)) < 0)
			return code;
		printf("%s: removed\n", setup->config);
		return 0;
	}
	podman_config(&config, scripts.plain, scripts.if_listening, setup->registration.as_default);
	if ((code = write_scripts(setup, &scripts, err)) < 0 || (code = setup_write(setup->config, &config, err)) < 0)
		return code;
	print_registered(setup, "podman run --runtime " ENGINE_RUNTIME " IMAGE");
	return 0;
}

static int write_toml(const struct setup *setup, const char *backup, const struct text *before, const struct text *toml,
		      struct error *err)
{
	int code = access(backup, F_OK) < 0 ? setup_write(backup, before, err) : 0;

	return code < 0 ? code : setup_write(setup->config, toml, err);
}

/* The file as it was, or no file if there was none, unless somebody has changed it meanwhile. */
static int restore_toml(const struct setup *setup, const char *backup, const struct text *rest, struct error *err)
{
	CLEANUP(text_done) struct text before = TEXT_EMPTY, added = TEXT_EMPTY;
	int code = setup_read(backup, &before, err);

	if (code < 0)
		return code;
	text_puts(&added, text_cstr(&before));
	containerd_config_add(&added, "/", "/", false, NULL);	/* what adding does beside its block: a line's end, a version */
	containerd_config_remove(&added);
	if (code == 0 || strcmp(text_cstr(&added), text_cstr(rest)) != 0)
		code = setup_write(setup->config, rest, err);
	else
		code = before.length ? setup_write(setup->config, &before, err) : setup_remove(setup->config, err);
	return code < 0 ? code : setup_remove(backup, err);
}

static int undo_containerd(const struct setup *setup, const char *backup, const struct scripts *scripts, struct text *toml,
			   struct error *err)
{
	int code;

	if (containerd_config_remove(toml) == 0) {
		printf("%s: nothing of snug is in it\n", setup->config);
		return 0;
	}
	if ((code = restore_toml(setup, backup, toml, err)) < 0 || (code = remove_scripts(scripts, err)) < 0)
		return code;
	printf("%s: runtime '%s' is taken out\nnext: systemctl restart containerd\n", setup->config, ENGINE_RUNTIME);
	return 0;
}

static int add_containerd(const struct setup *setup, const char *backup, const struct scripts *scripts,
			  const struct text *before, struct error *err)
{
	auto_free char *example = xasprintf("ctr run --runc-binary %s IMAGE ID", scripts->plain);
	CLEANUP(text_done) struct text toml = TEXT_EMPTY;
	int code;

	text_puts(&toml, text_cstr(before));
	code = containerd_config_add(&toml, scripts->plain, scripts->if_listening, setup->registration.as_default, err);
	if (code < 0)
		return error_wrap(err, "'%s'", setup->config);
	if (write_scripts(setup, scripts, err) < 0 ||
	    (code == 1 && write_toml(setup, backup, before, &toml, err) < 0))
		return err->code;
	if (code == 1)
		printf("%s: changed (backup: %s)\nnext: systemctl restart containerd\n", setup->config, backup);
	print_registered(setup, example);
	return 0;
}

int setup_containerd(const struct setup *setup, struct error *err)
{
	CLEANUP(scripts_done) struct scripts scripts = name_scripts(setup);
	auto_free char *backup = xasprintf("%s" SETUP_BACKUP_SUFFIX, setup->config);
	CLEANUP(text_done) struct text config = TEXT_EMPTY;
	int code = setup_read(setup->config, &config, err);

	if (code < 0)
		return code;
	return setup->undo ? undo_containerd(setup, backup, &scripts, &config, err)
			   : add_containerd(setup, backup, &scripts, &config, err);
}
