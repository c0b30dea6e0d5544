/* SPDX-License-Identifier: Apache-2.0 */
/* snug in the configuration of podman and containerd. */
#include <errno.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/engine_config.h"
#include "snug/json_edit.h"
#include "snug/memory.h"

#define BLOCK_BEGIN "# snug setup: begin\n"
#define BLOCK_END "# snug setup: end\n"

/* The CRI plugin's table by the version of the file (containerd 1.x docs/cri/config.md; 2.x docs/containerd-2.0.md). */
static const struct {
	const char *version, *plugin;
} cri_tables[] = {
	{ "2", "plugins.\"io.containerd.grpc.v1.cri\".containerd" },
	{ "3", "plugins.\"io.containerd.cri.v1.runtime\".containerd" },
};

/* Quoted for sh(1): within single quotes only they end them. */
static void add_shell_word(struct text *out, const char *word)
{
	text_putc(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			text_puts(out, "'\\''");
		else
			text_putc(out, *word);
	text_putc(out, '\'');
}

void engine_script(struct text *out, const struct engine_registration *r, bool if_listening)
{
	text_puts(out, "#!/bin/sh\n# Written by 'snug setup', which takes it away again by --undo.\nexec ");
	add_shell_word(out, r->snug);
	text_puts(out, " runtime --runtime ");
	add_shell_word(out, r->runtime);
	text_puts(out, " --socket ");
	add_shell_word(out, r->socket);
	text_puts(out, if_listening ? " --if-listening -- \"$@\"\n" : " -- \"$@\"\n");
}

void podman_config(struct text *out, const char *script, const char *default_script, bool as_default)
{
	text_puts(out, "# Written by 'snug setup podman', which takes it away again by --undo.\n");
	if (as_default)
		text_puts(out, "[engine]\nruntime = \"" ENGINE_DEFAULT_RUNTIME "\"\n\n");
	text_puts(out, "[engine.runtimes]\n" ENGINE_RUNTIME " = [");
	json_edit_quote(out, script);	/* a TOML basic string has JSON's escapes */
	text_puts(out, "]\n");
	if (!as_default)
		return;
	text_puts(out, ENGINE_DEFAULT_RUNTIME " = [");
	json_edit_quote(out, default_script);
	text_puts(out, "]\n");
}

static void add_cri_runtime(struct text *out, const char *plugin, const char *name, const char *script)
{
	text_printf(out, "[%s.runtimes.%s]\n  runtime_type = \"io.containerd.runc.v2\"\n"
		    "  [%s.runtimes.%s.options]\n    BinaryName = ", plugin, name, plugin, name);
	json_edit_quote(out, script);
	text_putc(out, '\n');
}

/* The start of the next line. */
static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* The value of "NAME = VALUE" on a line of its own; NULL on others. */
static const char *value_of(const char *line, const char *name)
{
	line += strspn(line, " \t");
	if (strncmp(line, name, strlen(name)) != 0)
		return NULL;
	line += strlen(name);
	line += strspn(line, " \t");
	if (*line != '=')
		return NULL;
	return line + 1 + strspn(line + 1, " \t");
}

/* The table of the version that the file has; an empty one gets the oldest that we know. */
static int find_plugin(const struct text *toml, const char **ret, struct error *err)
{
	for (const char *line = text_cstr(toml); *line; line = next_line(line)) {
		const char *value = value_of(line, "version");

		for (size_t i = 0; value && i < ARRAY_SIZE(cri_tables); i++)
			if (strspn(value, "0123456789") == 1 && value[0] == cri_tables[i].version[0]) {
				*ret = cri_tables[i].plugin;
				return 0;
			}
	}
	error_set(err, -ENOTSUP, "version 2 or 3 of the file is understood, and it names neither");
	return error_hint(err, "'containerd config migrate' prints it in a newer version");
}

/* A table may stand in a file once, and so may its keys. */
static bool chooses_default(const struct text *toml, const char *plugin)
{
	auto_free char *header = xasprintf("[%s]", plugin);

	for (const char *line = text_cstr(toml); *line; line = next_line(line))
		if (value_of(line, "default_runtime_name") ||
		    strncmp(line + strspn(line, " \t"), header, strlen(header)) == 0)
			return true;
	return false;
}

int containerd_config_add(struct text *toml, const char *script, const char *default_script, bool as_default, struct error *err)
{
	CLEANUP(text_done) struct text before = TEXT_EMPTY;
	const char *plugin = NULL;
	int code;

	text_puts(&before, text_cstr(toml));
	containerd_config_remove(toml);
	if (text_cstr(toml)[strspn(text_cstr(toml), " \t\r\n")] == '\0')
		text_printf(toml, "version = %s\n", cri_tables[0].version);
	if ((code = find_plugin(toml, &plugin, err)) < 0)
		return code;
	if (as_default && chooses_default(toml, plugin)) {
		error_set(err, -EEXIST, "the file has a table [%s] of its own", plugin);
		return error_hint(err, "write there yourself: default_runtime_name = \"%s\"", ENGINE_RUNTIME);
	}
	if (toml->data[toml->length - 1] != '\n')
		text_putc(toml, '\n');
	text_puts(toml, BLOCK_BEGIN);
	if (as_default)
		text_printf(toml, "[%s]\n  default_runtime_name = \"" ENGINE_DEFAULT_RUNTIME "\"\n", plugin);
	add_cri_runtime(toml, plugin, ENGINE_RUNTIME, script);
	if (as_default)
		add_cri_runtime(toml, plugin, ENGINE_DEFAULT_RUNTIME, default_script);
	text_puts(toml, BLOCK_END);
	return strcmp(text_cstr(&before), toml->data) != 0;
}

int containerd_config_remove(struct text *toml)
{
	CLEANUP(text_done) struct text rest = TEXT_EMPTY;
	const char *text = text_cstr(toml), *begin = strstr(text, BLOCK_BEGIN);
	const char *end = begin ? strstr(begin, BLOCK_END) : NULL;

	if (!end)
		return 0;
	text_add(&rest, text, (size_t)(begin - text));
	text_puts(&rest, end + strlen(BLOCK_END));
	text_clear(toml);
	text_add(toml, text_cstr(&rest), rest.length);
	return 1;
}

enum engine_use script_config_use(const struct text *config)
{
	if (strstr(text_cstr(config), "\"" ENGINE_DEFAULT_RUNTIME "\""))
		return ENGINE_USE_DEFAULT;
	return strstr(text_cstr(config), "snug setup") ? ENGINE_USE_BY_NAME : ENGINE_USE_NONE;
}
