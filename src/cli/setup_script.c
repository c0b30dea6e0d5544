/* SPDX-License-Identifier: Apache-2.0 */
/* Engines that know a runtime by the path of a program alone: podman, containerd. Theirs is a script. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
	int code = setup_remove(scripts->plain, err);

	return code < 0 ? code : setup_remove(scripts->if_listening, err);
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

int setup_containerd(const struct setup *setup, struct error *err)
{
	CLEANUP(scripts_done) struct scripts scripts = name_scripts(setup);
	CLEANUP(text_done) struct text config = TEXT_EMPTY;
	int code = setup_read(setup->config, &config, err);

	if (code < 0)
		return code;
	code = setup->undo ? containerd_config_remove(&config)
		: containerd_config_add(&config, scripts.plain, scripts.if_listening, setup->registration.as_default, err);
	if (code < 0)
		return error_wrap(err, "'%s'", setup->config);
	if (!setup->undo && write_scripts(setup, &scripts, err) < 0)
		return err->code;
	if (code == 1 && setup_write(setup->config, &config, err) < 0)
		return err->code;
	if (setup->undo && remove_scripts(&scripts, err) < 0)
		return err->code;
	printf("%s: %s\n", setup->config, code == 0 ? setup->undo ? "nothing of snug is in it" : "registered already"
	       : setup->undo ? "runtime '" ENGINE_RUNTIME "' is taken out" : "changed");
	if (code == 1)
		puts("next: systemctl restart containerd");
	if (!setup->undo) {
		auto_free char *example = xasprintf("ctr run --runc-binary %s IMAGE ID", scripts.plain);

		print_registered(setup, example);
	}
	return 0;
}
