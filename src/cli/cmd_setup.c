/* SPDX-License-Identifier: Apache-2.0 */
/* snug setup: register 'snug runtime' with a container engine, and take it out again. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/listener_socket.h"
#include "cli/program_output.h"
#include "cli/setup.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"

#define CONFIG_MAX (1u << 20)	/* bytes of an engine's configuration */

static const struct command_option options[] = {
	{ "default", 'd', NULL, "have every container recorded that the engine makes while somebody listens" },
	{ "undo", 'u', NULL, "take out again what this command put in" },
	{ "reload", 0, NULL, "docker: have dockerd read its configuration again, by SIGHUP" },
	{ "config", 'c', "FILE", "the engine's configuration (default: where the engine looks for it)" },
	{ "runtime", 'r', "PROGRAM", "the runtime that does the work (default: what the engine comes with)" },
	{ "socket", 's', "PATH", "the listener's socket (default: that of 'snug listen')" },
	{ NULL }
};

/* One row an engine. The file is under ~/.config when the caller is not root. */
static const struct engine {
	const char *name;
	int (*setup)(const struct setup *setup, struct error *err);
	enum engine_use (*use)(const struct text *config);
	const char *config;		/* root's */
	const char *user_config;	/* below $XDG_CONFIG_HOME; NULL = there is none */
	const char *runtimes[3];	/* what it comes with, the usual first */
} engines[] = {
	{ "docker", setup_docker, docker_config_use, "/etc/docker/daemon.json", "docker/daemon.json", { "runc", "crun", NULL } },
	{ "podman", setup_podman, script_config_use, "/etc/containers/containers.conf.d/50-snug.conf",
	  "containers/containers.conf.d/50-snug.conf", { "crun", "runc", NULL } },
	{ "containerd", setup_containerd, script_config_use, "/etc/containerd/config.toml", NULL, { "runc", "crun", NULL } },
};

int setup_read(const char *path, struct text *out, struct error *err)
{
	int code;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	code = file_read(path, CONFIG_MAX, out, err);
	return code < 0 ? code : 1;
}

int setup_write(const char *path, const struct text *content, struct error *err)
{
	auto_free char *copy = xstrdup(path);
	int code;

	if (access(path, F_OK) == 0)
		return file_replace(path, text_cstr(content), content->length, err);
	code = file_make_folder(dirname(copy), err);
	return code < 0 ? code : file_write(path, text_cstr(content), content->length, err);
}

int setup_remove(const char *path, struct error *err)
{
	return unlink(path) < 0 && errno != ENOENT ? error_errno(err, -errno, "cannot remove '%s'", path) : 0;
}

static const struct engine *find_engine(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		if (strcmp(engines[i].name, name) == 0)
			return &engines[i];
	return NULL;
}

static char *config_file(const struct engine *engine)
{
	const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (geteuid() == 0)
		return xstrdup(engine->config);
	if (!engine->user_config)
		return NULL;
	if (folder && folder[0] == '/')
		return xasprintf("%s/%s", folder, engine->user_config);
	return xasprintf("%s/.config/%s", home ? home : "", engine->user_config);
}

void setup_describe(void (*say)(const char *name, const char *words), bool is_heard)
{
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
		auto_free char *path = config_file(&engines[i]);
		CLEANUP(text_done) struct text config = TEXT_EMPTY;
		enum engine_use use = path && setup_read(path, &config, NULL) == 1 ? engines[i].use(&config) : ENGINE_USE_NONE;

		if (use == ENGINE_USE_DEFAULT)
			say(engines[i].name, is_heard ? "its default runtime is snug: every container is recorded"
			    : "its default runtime is snug: while nobody listens, containers run unrecorded");
		else if (use == ENGINE_USE_BY_NAME)
			say(engines[i].name, is_heard ? "has the runtime snug: containers that ask for it are recorded"
			    : "has the runtime snug: while nobody listens, containers that ask for it do not start");
	}
}

static int find_runtime(const struct engine *engine, const char *given, char **ret, struct error *err)
{
	*ret = given ? program_find(given) : NULL;
	for (size_t i = 0; !given && !*ret && engine->runtimes[i]; i++)
		*ret = program_find(engine->runtimes[i]);
	if (*ret)
		return 0;
	return error_set(err, -ENOENT, "there is no runtime '%s' here", given ? given : engine->runtimes[0]);
}

static int own_program(char **ret, struct error *err)
{
	*ret = realpath("/proc/self/exe", NULL);
	return *ret ? 0 : error_errno(err, -errno, "cannot tell where this program is");
}

static int run_engine(const struct engine *engine, const struct invocation *invocation, struct error *err)
{
	const char *config = option_value(invocation, "config"), *socket = option_value(invocation, "socket");
	auto_free char *own_config = config ? xstrdup(config) : config_file(engine);
	auto_free char *own_socket = socket ? xstrdup(socket) : listener_default_socket();
	auto_free char *snug = NULL, *runtime = NULL;
	struct setup setup = { .engine = engine->name, .config = own_config, .for_user = geteuid() != 0 };

	if (!own_config)
		return error_set(err, -EPERM, "%s is the machine's: this needs root", engine->name);
	if (own_socket[0] != '/')
		return error_set(err, -EINVAL, "the socket's path '%s' is not absolute", own_socket);
	setup.undo = option_value(invocation, "undo") != NULL;
	setup.reload = option_value(invocation, "reload") != NULL;
	if (own_program(&snug, err) < 0 ||
	    (!setup.undo && find_runtime(engine, option_value(invocation, "runtime"), &runtime, err) < 0))
		return err->code;
	setup.registration = (struct engine_registration){ snug, runtime, own_socket, option_value(invocation, "default") != NULL };
	return engine->setup(&setup, err);
}

static int run(struct invocation *invocation)
{
	const struct engine *engine;
	struct error err = ERROR_NONE;

	if (invocation->operand_count != 1)
		return complain_text("setup: name one engine (hint: docker, podman or containerd)");
	engine = find_engine(invocation->operands[0]);
	if (!engine)
		return complain_text("setup: unknown engine '%s' (hint: docker, podman or containerd)", invocation->operands[0]);
	if (option_value(invocation, "reload") && engine->setup != setup_docker)
		return complain_text("setup: only docker takes its configuration by --reload");
	if (run_engine(engine, invocation, &err) < 0)
		return complain(&err);
	return STATUS_FINE;
}

const struct command command_setup = {
	.name = "setup",
	.usage = "[--default] [--undo] [--reload] [-c FILE] [-r PROGRAM] [-s PATH] docker|podman|containerd",
	.summary = "register 'snug runtime' with an engine, or take it out again",
	.options = options,
	.run = run,
};
