/* SPDX-License-Identifier: Apache-2.0 */
/* A compose project whose services are to be recorded. */
#include "cli/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/program_output.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/string_set.h"
#include "snug/text.h"

#define OVERRIDE "compose.record.yaml"
#define DEADLINE_MS 20000		/* docker-compose 1.29 starts in half a second on an idle machine */
#define ENV_FILE_MAX (1u << 20)		/* bytes of .env */
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"	/* of a service; compose-spec */

/* In the order in which compose prefers them (compose-go cli/options.go). */
static const char *const project_files[] = {
	"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml",
};
static const char *const override_files[] = {
	"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
};

/* Who can tell, and what shows that they are there: `docker compose` is a plug-in, which docker itself may lack. */
static const struct composer {
	const char *argv[3];
	size_t words;
} composers[] = {
	{ { "docker", "compose" }, 2 },
	{ { "docker-compose" }, 1 },
	{ { "podman-compose" }, 1 },
};

struct project {
	char *files;			/* owned; as in COMPOSE_FILE */
	char separator[8];		/* between them; COMPOSE_PATH_SEPARATOR */
};

/* A variable of the .env beside us, which compose reads like the environment; appends its value. */
static bool read_dotenv(const char *name, struct text *value)
{
	CLEANUP(text_done) struct text content = TEXT_EMPTY;
	char *rest = NULL;
	size_t length = strlen(name);
	bool found = false;

	if (file_read(".env", ENV_FILE_MAX, &content, NULL) < 0 || !content.length)
		return false;
	for (char *line = strtok_r(content.data, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
		char quote;

		line += strspn(line, " \t");
		line += strncmp(line, "export ", 7) == 0 ? 7 : 0;
		if (strncmp(line, name, length) != 0 || line[length] != '=')
			continue;
		line += length + 1;
		quote = line[0] == '"' || line[0] == '\'' ? *line++ : '\0';
		text_clear(value);
		text_add(value, line, quote ? strcspn(line, (char[]){ quote, '\0' }) : strcspn(line, " \t#"));
		found = true;
	}
	return found;
}

static char *setting(const char *name)
{
	const char *set = getenv(name);
	struct text value = TEXT_EMPTY;

	if (set)
		return xstrdup(set);
	if (read_dotenv(name, &value) && value.length)
		return text_steal(&value);
	text_done(&value);
	return NULL;
}

/* The first of `names` that is in `folder`; owned by the caller. */
static char *find_file(const char *folder, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		auto_free char *path = xasprintf("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, names[i]);

		if (access(path, F_OK) == 0)
			return steal_ptr(path);
	}
	return NULL;
}

/* From here upwards, as compose looks for it. */
static char *find_files(const char *separator)
{
	auto_free char *folder = getcwd(NULL, 0);

	while (folder) {
		auto_free char *file = find_file(folder, project_files, ARRAY_SIZE(project_files));
		auto_free char *override = file ? find_file(folder, override_files, ARRAY_SIZE(override_files)) : NULL;
		char *slash = strrchr(folder, '/');

		if (file)
			return override ? xasprintf("%s%s%s", file, separator, override) : steal_ptr(file);
		if (strcmp(folder, "/") == 0)
			return NULL;
		slash[slash == folder] = '\0';
	}
	return NULL;
}

static bool find_project(struct project *ret)
{
	auto_free char *separator = setting("COMPOSE_PATH_SEPARATOR");

	snprintf(ret->separator, sizeof(ret->separator), "%s", separator && separator[0] ? separator : ":");
	ret->files = setting("COMPOSE_FILE");
	if (!ret->files)
		ret->files = find_files(ret->separator);
	return ret->files != NULL;
}

static int ask(const struct composer *composer, const char *const *words, const struct compose_request *request,
	       const char *files, struct text *out)
{
	auto_free char *file_variable = xasprintf("COMPOSE_FILE=%s", files);
	/* Services of all profiles: a profile may be chosen by the test (compose-go since 1.13). */
	const char *const environment[] = { file_variable, "COMPOSE_PROFILES=*", NULL };
	const char *argv[8] = { NULL };
	size_t count = 0;

	for (size_t i = 0; i < composer->words; i++)
		argv[count++] = composer->argv[i];
	for (size_t i = 0; words[i]; i++)
		argv[count++] = words[i];
	return program_output(&(struct program_request){ .argv = argv, .environment = environment, .invoker = request->invoker,
							 .deadline_ms = DEADLINE_MS }, out);
}

static const struct composer *find_composer(const struct compose_request *request, const char *files)
{
	static const char *const version[] = { "version", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(composers); i++) {
		CLEANUP(text_done) struct text ignored = TEXT_EMPTY;

		if (ask(&composers[i], version, request, files, &ignored) == 0)
			return &composers[i];
	}
	return NULL;
}

static bool list_services(const struct composer *composer, const struct compose_request *request, const char *files,
			  struct string_set *ret)
{
	static const char *const services[] = { "config", "--services", NULL };
	CLEANUP(text_done) struct text answer = TEXT_EMPTY;
	char *rest = NULL;

	if (ask(composer, services, request, files, &answer) != 0 || !answer.length)
		return false;
	for (char *line = strtok_r(answer.data, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest))
		if (!line[strspn(line, NAME_CHARACTERS)])
			string_set_add(ret, line);
	return ret->count > 0;
}

static void add_quoted(struct text *out, const char *s)
{
	text_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			text_putc(out, '\\');
		text_puts(out, *s == '$' ? "$$" : (const char[]){ *s, '\0' });	/* compose would put a variable in its place */
	}
	text_putc(out, '"');
}

static void add_limit(struct text *yaml, uint64_t capabilities)
{
	char name[NAME_LENGTH];
	size_t count = 0;

	text_puts(yaml, "    cap_drop: [ALL]\n    cap_add: [");
	for (int i = 0; i < 64; i++)
		if (capabilities & (uint64_t)1 << i)
			text_printf(yaml, "%s%s", count++ ? ", " : "", name_of(NAME_CAPABILITY, i, name));
	text_puts(yaml, "]\n");
}

static int write_override(const struct compose_request *request, const struct string_set *services, uint64_t capabilities,
			  struct error *err)
{
	auto_free char *path = xasprintf("%s/" OVERRIDE, request->folder);
	auto_free char *option = xasprintf("seccomp=%s", request->record);
	CLEANUP(text_done) struct text yaml = TEXT_EMPTY;

	text_puts(&yaml, "# By 'snug listen', for as long as it listens; named in COMPOSE_FILE, and made anew each time.\nservices:\n");
	for (size_t i = 0; i < services->count; i++) {
		text_printf(&yaml, "  \"%s\":\n    ", services->items[i]);
		text_puts(&yaml, request->runtime ? "runtime: " : "security_opt:\n      - ");
		add_quoted(&yaml, request->runtime ? request->runtime : option);
		text_putc(&yaml, '\n');
		if (capabilities != UINT64_MAX)
			add_limit(&yaml, capabilities);
	}
	return file_write(path, yaml.data, yaml.length, err);
}

/* `- seccomp=…` or `- "seccomp:…"` of a list; NULL = the line is something else. */
static const char *seccomp_item(const char *line)
{
	line += strspn(line, " ");
	if (strncmp(line, "- ", 2) != 0)
		return NULL;
	line += 2 + strspn(line + 2, " '\"");
	return strncmp(line, "seccomp", 7) == 0 && (line[7] == '=' || line[7] == ':') ? line + 8 : NULL;
}

/* The profiles of the service that is being read. */
struct profiles {
	const char *service;		/* NULL = none yet */
	bool has_other, last_is_ours;
};

static void tell_of_profiles(const struct profiles *profiles)
{
	if (profiles->service && profiles->has_other)
		complain_text(profiles->last_is_ours ?
			      "service '%s': its own seccomp profile gives way to the record profile" :
			      "service '%s' keeps its own seccomp profile and is not recorded (hint: take that out meanwhile)",
			      profiles->service);
}

static bool begins_service(char *line)
{
	size_t length = strlen(line);

	if (length < 4 || strncmp(line, "  ", 2) != 0 || line[length - 1] != ':')
		return false;
	line[length - 1] = '\0';
	return !line[2 + strspn(line + 2, NAME_CHARACTERS)];
}

/* A service that has a profile of its own has two now, and engines take the last. In which order compose puts them is its own
 * affair (1.29 sorts them): so it is asked for the whole, in which services stand at two spaces. */
static void tell_of_other_profiles(const struct composer *composer, const struct compose_request *request, const char *files)
{
	static const char *const whole[] = { "config", NULL };
	CLEANUP(text_done) struct text answer = TEXT_EMPTY;
	struct profiles profiles = { 0 };
	size_t length = strcspn(request->record, " ");	/* a long line may be folded at a space */
	char *rest = NULL;

	if (request->runtime || ask(composer, whole, request, files, &answer) != 0 || !answer.length)
		return;
	for (char *line = strtok_r(answer.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const char *profile = seccomp_item(line);

		if (profile) {
			profiles.last_is_ours = strncmp(profile, request->record, length) == 0;
			profiles.has_other |= !profiles.last_is_ours;
		} else if (begins_service(line)) {
			tell_of_profiles(&profiles);
			profiles = (struct profiles){ .service = line + 2 };
		}
	}
	tell_of_profiles(&profiles);
}

int compose_limit(const struct compose *compose, const struct compose_request *request, uint64_t capabilities, struct error *err)
{
	return compose->files ? write_override(request, &compose->services, capabilities, err) : 0;
}

void compose_done(struct compose *compose)
{
	free(compose->files);
	string_set_done(&compose->services);
	compose->files = NULL;
}

void compose_prepare(struct compose *ret, const struct compose_request *request)
{
	struct project project = { 0 };
	const struct composer *composer;
	struct error err = ERROR_NONE;

	*ret = (struct compose){ .services = STRING_SET_EMPTY };
	if (!find_project(&project))
		return;
	auto_free char *files = project.files;
	auto_free char *override = xasprintf("%.*s/" OVERRIDE, (int)(strrchr(request->record, '/') - request->record), request->record);
	auto_free char *extended = xasprintf("%s%s%s", files, project.separator, override);

	composer = find_composer(request, files);
	if (!composer) {
		complain_text("compose project '%s': no compose command answers, its services are left alone", files);
		return;
	}
	if (!list_services(composer, request, files, &ret->services) || strstr(override, project.separator)) {
		complain_text("compose project '%s': its services are left alone (hint: '%s config --services' does not list them)",
			      files, composer->words == 2 ? "docker compose" : composer->argv[0]);
		return;
	}
	if (write_override(request, &ret->services, UINT64_MAX, &err) < 0) {
		complain(&err);
		return;
	}
	complain_text("compose project '%s': COMPOSE_FILE has its %zu service%s recorded", files, ret->services.count,
		      ret->services.count == 1 ? "" : "s");
	tell_of_other_profiles(composer, request, extended);
	ret->files = steal_ptr(extended);
}
