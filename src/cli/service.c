/* SPDX-License-Identifier: Apache-2.0 */
/* Services of a repository: found, read, emitted. */
#include "cli/service.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/rules_file.h"
#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/container_identity.h"
#include "snug/emitter.h"
#include "snug/memory.h"

#define NAME_MAX_LENGTH 64	/* bytes of a service's or project's name */
#define FACTS_MAX (1u << 28)	/* bytes; 100,000 files make 20 MiB */
#define COMPOSE_LABEL "com.docker.compose.service="

int check_name(const char *what, const char *name, struct error *err)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
			length = 0;
	if (length == 0 || length > NAME_MAX_LENGTH || !isalnum((unsigned char)name[0])) {
		error_set(err, -EINVAL, "'%s' cannot be the name of a %s", name, what);
		return error_hint(err, "give one by --%s: letters, digits, '.', '_', '-', at most %d",
				  strcmp(what, "project") == 0 ? "project" : "name", NAME_MAX_LENGTH);
	}
	return 0;
}

/* --- finding ------------------------------------------------------------------ */

int recordings_choose(const char **ret, const char *given, struct error *err)
{
	struct stat st;

	*ret = given ? given : RECORDINGS_FOLDER;
	if (!given || (stat(given, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	error_set(err, -ENOTDIR, "there is no folder '%s'", given);
	return error_hint(err, "--from names that of the recordings, as -o does for snug listen");
}

static struct service *service_of(struct services *services, const char *name)
{
	size_t at = 0;

	while (at < services->count && strcmp(services->items[at].name, name) < 0)
		at++;
	if (at < services->count && strcmp(services->items[at].name, name) == 0)
		return &services->items[at];
	services->items = xrealloc(services->items, services->count + 1, sizeof(*services->items));
	memmove(services->items + at + 1, services->items + at, (services->count - at) * sizeof(*services->items));
	services->items[at] = (struct service){ .name = xstrdup(name), .folder = xasprintf(SERVICES_FOLDER "/%s", name) };
	services->count++;
	return &services->items[at];
}

/* The names in a folder; none when it is not there. */
static int list_folder(struct string_set *ret, const char *path, struct error *err)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder)
		return errno == ENOENT ? 0 : error_errno(err, -errno, "cannot look into '%s'", path);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			string_set_add(ret, entry->d_name);
	closedir(folder);
	return 0;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name);

	return length > strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0;
}

/* As the recording says; else the file's name up to its first dot. NULL = it has none. */
static int name_of_recording(char **ret, const char *path, struct error *err)
{
	CLEANUP(trace_freep) struct trace *trace = NULL;
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	char *paths[] = { (char *)path };
	int code = trace_files_read(&trace, paths, 1, err);
	const struct trace_run *run = code < 0 ? NULL : map_value_at(trace->runs, 0);

	if (!run)
		return code;
	if (run->name && run->container && container_is_nameless(run->name, run->container)) {
		complain_text("'%s' is left out, nothing told the container's name (hint: docker run --label snug.name=NAME)", path);
		return 0;
	}
	*ret = run->name ? xstrdup(run->name) : xmemdup(file, strcspn(file, "."));
	code = check_name("service", *ret, err);
	return code < 0 ? error_wrap(err, "'%s'", path) : 0;
}

static int find_recordings(struct services *services, const char *folder, struct error *err)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;
	int code = list_folder(&names, folder, err);

	for (size_t i = 0; code == 0 && i < names.count; i++) {
		auto_free char *path = xasprintf("%s/%s", folder, names.items[i]), *name = NULL;

		if (!ends_with(names.items[i], TRACE_SUFFIX))
			continue;
		code = name_of_recording(&name, path, err);
		if (code == 0 && name)
			string_set_add(&service_of(services, name)->recordings, path);
	}
	return code;
}

static bool has_file(const char *folder, const char *file)
{
	auto_free char *path = xasprintf("%s/%s", folder, file);

	return access(path, F_OK) == 0;
}

/* A folder without facts is a service too if profiles stand in it: somebody took the facts away. */
static bool is_service(const char *folder)
{
	for (size_t i = 0; emitter_at(i); i++)
		if (has_file(folder, emitter_at(i)->file_name))
			return true;
	return has_file(folder, FACTS_FILE) || has_file(folder, RULES_FILE);
}

int services_find(struct services *ret, const char *recordings, struct error *err)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;
	CLEANUP(services_done) struct services services = { 0 };
	int code = list_folder(&names, SERVICES_FOLDER, err);

	for (size_t i = 0; code == 0 && i < names.count; i++) {
		auto_free char *folder = xasprintf(SERVICES_FOLDER "/%s", names.items[i]);

		if (is_service(folder))
			code = check_name("service", service_of(&services, names.items[i])->name, err);
	}
	if (code == 0)
		code = find_recordings(&services, recordings, err);
	if (code < 0)
		return code;
	*ret = services;
	services = (struct services){ 0 };
	return 0;
}

void services_done(struct services *services)
{
	for (size_t i = 0; i < services->count; i++) {
		struct service *service = &services->items[i];

		free(service->name);
		free(service->folder);
		string_set_done(&service->recordings);
		trace_free(service->raw);
		trace_free(service->facts);
		text_done(&service->facts_text);
		text_done(&service->rules_text);
		rules_free(service->rules);
	}
	free(services->items);
}

/* --- reading -------------------------------------------------------------------- */

/* Returns 1 when it is there. */
static int read_optional(const char *path, size_t limit, struct text *out, struct error *err)
{
	int code;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	code = file_read(path, limit, out, err);
	return code < 0 ? code : 1;
}

int service_read_facts(struct service *service, struct error *err)
{
	auto_free char *path = xasprintf("%s/" FACTS_FILE, service->folder);
	struct text *text = &service->facts_text;
	int code = read_optional(path, FACTS_MAX, text, err);

	return code > 0 ? trace_read(&service->facts, text_cstr(text), text->length, path, err) : code;
}

int service_read_rules(struct service *service, struct error *err)
{
	auto_free char *path = xasprintf("%s/" RULES_FILE, service->folder);
	struct text *text = &service->rules_text;
	int code = read_optional(path, RULES_SIZE_MAX, text, err);

	return code > 0 ? rules_read(&service->rules, text_cstr(text), text->length, path, err) : code;
}

int service_read_recordings(struct service *service, struct error *err)
{
	if (!service->recordings.count)
		return 0;
	return trace_files_read(&service->raw, service->recordings.items, service->recordings.count, err);
}

int service_read(struct service *service, struct error *err)
{
	int code = service_read_facts(service, err);

	if (code == 0)
		code = service_read_rules(service, err);
	return code < 0 ? code : service_read_recordings(service, err);
}

/* --- writing --------------------------------------------------------------------- */

void emitted_done(struct emitted *emitted)
{
	for (size_t i = 0; i < emitted->count; i++) {
		free(emitted->files[i].path);
		text_done(&emitted->files[i].text);
	}
}

int service_emit(const struct service *service, struct trace *facts, const char *project, struct policy **ret_policy,
		 struct emitted *ret, struct error *err)
{
	const struct policy_options options = { .runtime = RUNTIME_UNION, .rules = service->rules };
	const struct emit_options emit = { .name = service->name, .project = project, .folder = service->folder };
	CLEANUP(policy_freep) struct policy *policy = NULL;
	CLEANUP(emitted_done) struct emitted emitted = { 0 };
	int code = policy_from_trace(&policy, facts, &options, err);

	for (size_t i = 0; code == 0 && emitter_at(i); i++) {
		struct file_content *file = &emitted.files[emitted.count++];

		file->path = xasprintf("%s/%s", service->folder, emitter_at(i)->file_name);
		code = emitter_at(i)->emit(policy, &emit, &file->text, err);
	}
	if (code < 0)
		return code;
	*ret_policy = steal_ptr(policy);
	*ret = emitted;
	emitted = (struct emitted){ 0 };
	return 0;
}

const char *service_of_compose(const struct trace *facts)
{
	for (size_t i = 0; i < map_count(facts->runs); i++) {
		const struct trace_run *run = map_value_at(facts->runs, i);

		for (size_t j = 0; j < run->labels.count; j++)
			if (strncmp(run->labels.items[j], COMPOSE_LABEL, strlen(COMPOSE_LABEL)) == 0)
				return run->labels.items[j] + strlen(COMPOSE_LABEL);
	}
	return NULL;
}

static void write_text(struct trace *facts, struct text *out)
{
	char *data = NULL;
	size_t length = 0;
	FILE *stream = memory_checked(open_memstream(&data, &length));

	trace_write(facts, stream);
	fclose(stream);
	text_add(out, data, length);
	free(data);
}

/* The digest is of the file that says 0 in its place. */
static void set_own_digest(struct trace *facts)
{
	CLEANUP(text_done) struct text without = TEXT_EMPTY;
	uint64_t **slot = (uint64_t **)map_slot(facts->written, FACTS_FILE, strlen(FACTS_FILE));

	if (!*slot)
		*slot = xcalloc(1, sizeof(**slot));
	**slot = 0;
	write_text(facts, &without);
	facts_set_written(facts, FACTS_FILE, without.data, without.length);
}

void facts_write(struct trace *facts, struct text *out)
{
	set_own_digest(facts);
	write_text(facts, out);
}

bool facts_are_whole(struct trace *facts, const struct text *bytes)
{
	CLEANUP(text_done) struct text again = TEXT_EMPTY;

	facts_write(facts, &again);
	return again.length == bytes->length && memcmp(again.data, bytes->data, again.length) == 0;
}
