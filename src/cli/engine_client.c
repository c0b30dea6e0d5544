/* SPDX-License-Identifier: Apache-2.0 */
/* What container engines say of themselves and of the containers that they keep. */
#include "cli/engine_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/program_output.h"
#include "cli/shell_word.h"
#include "snug/cleanup.h"
#include "snug/json.h"
#include "snug/memory.h"
#include "snug/text.h"

#define DEADLINE_MS 3000	/* of each question; a client answers in a tenth of a second */
#define LISTENER_SINCE 23	/* moby/moby 42648: the first Docker whose seccomp profiles have listenerPath */

/* One JSON object a line. The fields are the same in Docker and podman. */
#define INSPECT_FORMAT \
	"{\"name\":{{json .Name}},\"runtime\":{{json .HostConfig.Runtime}}," \
	"\"options\":{{json .HostConfig.SecurityOpt}},\"labels\":{{json .Config.Labels}}}"

static const char *const engines[] = { "docker", "podman" };

struct docker_engine docker_engine_ask(void)
{
	static const char *const argv[] = {
		"docker", "info", "--format", "{{.ServerVersion}} {{.DefaultRuntime}}{{range $name, $_ := .Runtimes}} {{$name}}{{end}}",
		NULL
	};
	CLEANUP(text_done) struct text answer = TEXT_EMPTY;
	struct docker_engine engine = { 0 };
	char *rest = NULL, *word;

	if (program_output(&(struct program_request){ .argv = argv, .deadline_ms = DEADLINE_MS }, &answer) != 0 || !answer.length)
		return engine;
	word = strtok_r(answer.data, " \n", &rest);
	if (!word || word[0] < '0' || word[0] > '9')
		return engine;
	snprintf(engine.version, sizeof(engine.version), "%s", word);
	engine.drops_listener = strtoul(word, NULL, 10) < LISTENER_SINCE;
	word = strtok_r(NULL, " \n", &rest);
	engine.snug_is_default = word && strcmp(word, ENGINE_SNUG_RUNTIME) == 0;
	while ((word = strtok_r(NULL, " \n", &rest)))
		engine.has_snug_runtime |= strcmp(word, ENGINE_SNUG_RUNTIME) == 0;
	return engine;
}

static const char *string_at(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

/* `docker compose … up` for a service, as its labels describe the project; NULL for a container of no project. The override
 * that had it recorded is left out. */
static char *compose_command(const json_t *labels, const char *record)
{
	const char *project = string_at(labels, "com.docker.compose.project");
	const char *service = string_at(labels, "com.docker.compose.service");
	auto_free char *files = xstrdup(string_at(labels, "com.docker.compose.project.config_files"));
	auto_free char *folder = record ? xasprintf("%.*s", (int)(strrchr(record, '/') - record), record) : NULL;
	auto_free char *override = folder ? xasprintf("%s/compose.record.yaml", folder) : NULL;
	struct text command = TEXT_EMPTY;
	char *rest = NULL;

	if (!project[0] || !service[0])
		return NULL;
	text_puts(&command, strncmp(string_at(labels, "com.docker.compose.version"), "1.", 2) == 0 ? "docker-compose" : "docker compose");
	text_puts(&command, " -p ");
	shell_word(&command, project);
	for (char *file = strtok_r(files, ",", &rest); file; file = strtok_r(NULL, ",", &rest)) {
		if (override && strcmp(file, override) == 0)
			continue;
		text_puts(&command, " -f ");
		shell_word(&command, file);
	}
	text_puts(&command, " up --detach --force-recreate ");
	shell_word(&command, service);
	return text_steal(&command);
}

static char *run_command(const char *engine, const char *name)
{
	struct text command = TEXT_EMPTY;

	text_printf(&command, "%s rm --force ", engine);
	shell_word(&command, name);
	text_printf(&command, ", then the '%s run' that made it, without the record profile", engine);
	return text_steal(&command);
}

/* The profile of a security option: Docker keeps its text, podman the file's name. NULL = the option has none. */
static json_t *profile_of_option(const char *value)
{
	struct stat st;

	if (value[0] == '{')
		return json_loads(value, 0, NULL);
	return value[0] == '/' && stat(value, &st) == 0 && S_ISREG(st.st_mode) ? json_load_file(value, 0, NULL) : NULL;
}

/* The listener's socket of a container's profile; owned by the caller, NULL = there is none, or another than is asked for. Of
 * several profiles engines take the last. */
static char *stored_socket(const json_t *container, const char *socket, const char *record)
{
	const char *value = "", *found;
	const json_t *option;
	size_t i;

	json_array_foreach(json_object_get(container, "options"), i, option) {
		const char *text = json_string_value(option);

		if (text && strncmp(text, "seccomp", 7) == 0 && (text[7] == '=' || text[7] == ':'))
			value = text + 8;
	}
	auto_json json_t *profile = profile_of_option(value);
	found = string_at(profile, "listenerPath");
	if (!found[0] || (socket && strcmp(found, socket) != 0 && (!record || strcmp(value, record) != 0)))
		return NULL;
	return xstrdup(found);
}

/* As the default it lets containers run without a listener; by name it does not. */
static bool runs_under_snug(const json_t *container, const char *engine)
{
	return strcmp(string_at(container, "runtime"), ENGINE_SNUG_RUNTIME) == 0 &&
	       !(strcmp(engine, "docker") == 0 && docker_engine_ask().snug_is_default);
}

static void add_if_armed(struct armed_containers *found, const char *engine, const char *line, const char *socket,
			 const char *record)
{
	auto_json json_t *container = json_loads(line, 0, NULL);
	const char *name = string_at(container, "name");
	char *its_socket, *command;

	if (!container)
		return;
	its_socket = stored_socket(container, socket, record);
	if (!its_socket && !runs_under_snug(container, engine))
		return;
	name += name[0] == '/';
	command = compose_command(json_object_get(container, "labels"), record);
	found->items = xrealloc(found->items, found->count + 1, sizeof(*found->items));
	found->items[found->count++] = (struct armed_container){
		.engine = engine, .name = xstrdup(name), .socket = its_socket,
		.command = command ? command : run_command(engine, name),
	};
}

/* The ids become arguments of the next question. */
static size_t split_lines(char *text, const char **ret, size_t max)
{
	char *rest = NULL;
	size_t count = 0;

	for (char *line = strtok_r(text, "\n", &rest); line && count < max; line = strtok_r(NULL, "\n", &rest))
		ret[count++] = line;
	return count;
}

static void ask_engine(struct armed_containers *found, const char *engine, const char *socket, const char *record)
{
	const char *const list[] = { engine, "ps", "--all", "--quiet", "--no-trunc", NULL };
	CLEANUP(text_done) struct text ids = TEXT_EMPTY, answer = TEXT_EMPTY;
	auto_free const char **argv = NULL;
	size_t lines;
	char *rest = NULL;

	if (program_output(&(struct program_request){ .argv = list, .deadline_ms = DEADLINE_MS }, &ids) != 0 || !ids.length)
		return;
	lines = 1;
	for (const char *p = ids.data; (p = strchr(p, '\n')); p++)
		lines++;
	argv = xcalloc(lines + 6, sizeof(*argv));
	memcpy(argv, ((const char *[]){ engine, "container", "inspect", "--format", INSPECT_FORMAT }), 5 * sizeof(*argv));
	if (split_lines(ids.data, argv + 5, lines) == 0)
		return;
	/* Its status does not matter: a container may have gone since. */
	if (program_output(&(struct program_request){ .argv = argv, .deadline_ms = DEADLINE_MS }, &answer) < 0 || !answer.length)
		return;
	for (char *line = strtok_r(answer.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		add_if_armed(found, engine, line, socket, record);
}

void armed_containers_find(struct armed_containers *ret, const char *socket, const char *record)
{
	*ret = (struct armed_containers){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		ask_engine(ret, engines[i], socket, record);
}

void armed_containers_done(struct armed_containers *containers)
{
	for (size_t i = 0; i < containers->count; i++) {
		free(containers->items[i].name);
		free(containers->items[i].socket);
		free(containers->items[i].command);
	}
	free(containers->items);
	*containers = (struct armed_containers){ 0 };
}
