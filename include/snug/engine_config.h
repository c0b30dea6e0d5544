/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration files in which container engines are told of an OCI runtime, as texts: snug is added, and
 * taken out again. What else stands in them stays as it is, to the byte where the format allows.
 *
 * Two runtimes are registered: "snug", which people ask for by name and which must record; and for an engine whose
 * default it becomes "snug-default", which runs a container unrecorded when nobody listens. Pure.
 */
#ifndef SNUG_ENGINE_CONFIG_H
#define SNUG_ENGINE_CONFIG_H

#include <stdbool.h>

#include "snug/error.h"
#include "snug/text.h"

#define ENGINE_RUNTIME "snug"
#define ENGINE_DEFAULT_RUNTIME "snug-default"

/* What is registered; all paths absolute. */
struct engine_registration {
	const char *snug;		/* this program */
	const char *runtime;		/* the one that does the work */
	const char *socket;		/* of the listener */
	bool as_default;
};

/*
 * Docker's daemon.json. dockerd takes it by SIGHUP, but of what is missing there it takes nothing: it goes on
 * with the value that it has (measured, 20.10). So undoing is two steps with a SIGHUP between: docker_config_release()
 * says what is to be the default instead, docker_config_remove() takes out what was not there before. dockerd thereby knows
 * the runtimes until it is started anew, which is as well: without, it could neither enter nor stop what runs by them.
 */

/* A default runtime that is there already becomes the one that does the work; its arguments are kept. */
int docker_config_add(struct text *json, const struct engine_registration *registration, struct error *err);

/* `before` is the file as it was before snug was added; empty when there was none, or nobody knows. Both return 1 when there was something
 * to do, else 0. */
int docker_config_release(struct text *json, const struct text *before, struct error *err);
int docker_config_remove(struct text *json, const struct text *before, struct error *err);

/* The string of a member of the outermost object; owned by the caller, NULL when there is none. */
char *docker_config_string(const struct text *json, const char *name);

/* podman and containerd give no arguments to a runtime: it is a script. */
void engine_script(struct text *out, const struct engine_registration *registration, bool if_listening);

/* A drop-in for podman's containers.conf.d; `script` and `default_script` are paths. */
void podman_config(struct text *out, const char *script, const char *default_script, bool as_default);

/* containerd's config.toml, version 2 or 3: a block between two comments of ours at its end, for the CRI plugin.
 * -EEXIST for --default where the file chooses a default itself. Both return 1 when there was something to do, else 0. */
int containerd_config_add(struct text *toml, const char *script, const char *default_script, bool as_default, struct error *err);
int containerd_config_remove(struct text *toml);

/* What a configuration, of any of these engines, has of snug in it. */
enum engine_use {
	ENGINE_USE_NONE,
	ENGINE_USE_BY_NAME,
	ENGINE_USE_DEFAULT,
};

enum engine_use docker_config_use(const struct text *json);
enum engine_use script_config_use(const struct text *config);	/* podman's and containerd's */

#endif
