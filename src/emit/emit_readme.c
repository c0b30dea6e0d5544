/* SPDX-License-Identifier: Apache-2.0 */
/*
 * README.md: what a reviewer wants to know before the profiles are merged, on one screen.
 *
 * It changes only when behaviour changed: no counts of events, no peers, no ports that the kernel chose.
 */
#include <stdlib.h>
#include <string.h>

#include "emit/emitters.h"
#include "emit/markdown.h"
#include "snug/cleanup.h"
#include "snug/docker_default.h"
#include "snug/endpoint.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/risk.h"

#define FOLDERS_MAX 8		/* written folders before they are folded */
#define NOTES_MAX 3
#define RULES_LINES 4		/* of what people decided; the rest is counted */

static void add_code(struct string_set *items, const char *bytes)
{
	CLEANUP(text_done) struct text item = TEXT_EMPTY;

	markdown_code(&item, bytes);
	string_set_add(items, text_cstr(&item));
}

static void emit_origin(const struct policy *policy, struct text *out)
{
	CLEANUP(text_done) struct text line = TEXT_EMPTY;

	text_puts(&line, "Recorded from ");
	for (size_t i = 0; i < policy->programs.count; i++) {
		text_puts(&line, i ? ", " : "");
		markdown_code(&line, policy->programs.items[i]);
	}
	if (!policy->programs.count)
		text_puts(&line, "a program that the trace does not name");
	for (size_t i = 0; i < policy->images.count; i++) {
		text_puts(&line, i ? ", " : " in ");
		markdown_code(&line, policy->images.items[i]);
	}
	text_puts(&line, policy->complete ? ". The recording is complete."
		: ". **The recording is incomplete**: the profiles may refuse what the program needs. Record again.");
	markdown_wrap(out, text_cstr(&line), 0);
}

/* What is not given, and why somebody may think that it should be. */
static void emit_findings(const struct policy *policy, struct text *out, enum capability_verdict verdict,
			  const char *label)
{
	CLEANUP(string_set_done) struct string_set items = STRING_SET_EMPTY;

	for (size_t i = 0; i < policy->findings.count; i++) {
		CLEANUP(text_done) struct text words = TEXT_EMPTY;

		if (policy->findings.items[i].verdict != verdict || policy->findings.items[i].kept)
			continue;
		finding_describe(&words, &policy->findings.items[i]);
		add_code(&items, text_cstr(&words));
	}
	if (items.count)
		markdown_item(out, label, &items, 3, "none");
}

static void emit_capabilities(const struct policy *policy, struct text *out)
{
	CLEANUP(string_set_done) struct string_set items = STRING_SET_EMPTY;
	bool inferred = false;

	for (size_t i = 0; i < policy->capability_count; i++) {
		const struct policy_capability *rule = &policy->capabilities[i];
		CLEANUP(text_done) struct text item = TEXT_EMPTY;
		char name[NAME_LENGTH];
		const struct risk *risk = risk_of_capability(name_of(NAME_CAPABILITY, rule->number, name));

		markdown_code(&item, name);
		for (size_t j = 0; j < rule->syscalls.count && j < 2; j++) {
			text_puts(&item, j ? ", " : " for ");
			markdown_code(&item, rule->syscalls.items[j]);
		}
		if (risk && risk->level == RISK_HIGH)
			text_puts(&item, " **(high risk)**");
		string_set_add(&items, text_cstr(&item));
		inferred |= rule->inferred;
	}
	markdown_item(out, inferred ? "Capabilities (inferred)" : "Capabilities", &items, 3, "none");
	emit_findings(policy, out, VERDICT_EFFECT, "Capabilities to decide about: its calls succeed without");
	emit_findings(policy, out, VERDICT_REFUSED, "Capabilities that it asked for and did not have");
	emit_findings(policy, out, VERDICT_HARMLESS, "Capabilities that it can do without");
	emit_findings(policy, out, VERDICT_OTHER_USERNS, "Capabilities in user namespaces of its own");
	emit_findings(policy, out, VERDICT_KERNEL, "Capabilities that the kernel asks for on its own account");
}

/* What the host part says that is true on every machine. */
static const char *host_words(struct endpoint endpoint)
{
	static const char *const words[] = {
		[ENDPOINT_ANY] = "", [ENDPOINT_LOOPBACK] = " on loopback", [ENDPOINT_OTHER] = " on one address",
	};

	return endpoint.port == ENDPOINT_NO_PORT ? "" : words[endpoint.host];
}

static void describe_address(struct string_set *items, const struct trace_network *socket, const char *address,
			     bool own)
{
	struct endpoint endpoint = endpoint_of(address);
	CLEANUP(text_done) struct text item = TEXT_EMPTY;

	endpoint_words(&item, endpoint, socket->family, socket->type, socket->protocol);
	text_puts(&item, own ? host_words(endpoint) : "");
	string_set_add(items, text_cstr(&item));
}

static void describe_network(struct trace *trace, struct string_set *bound, struct string_set *connected)
{
	for (size_t i = 0; i < map_count(trace->network); i++) {
		const struct trace_network *socket = map_value_at(trace->network, i);

		if (socket->outcome != OUTCOME_OK && socket->outcome != OUTCOME_UNKNOWN)
			continue;
		for (size_t j = 0; j < socket->bound.count; j++)
			describe_address(bound, socket, socket->bound.items[j], true);
		for (size_t j = 0; j < socket->connected.count; j++)
			describe_address(connected, socket, socket->connected.items[j], false);
		if (!socket->bound.count && !socket->connected.count)
			describe_address(connected, socket, NULL, false);
	}
}

static void describe_unix_sockets(struct trace *trace, struct string_set *bound, struct string_set *connected)
{
	for (size_t i = 0; i < map_count(trace->sockets); i++) {
		const struct trace_socket *socket = map_value_at(trace->sockets, i);

		if (!socket->address || (socket->outcome != OUTCOME_OK && socket->outcome != OUTCOME_UNKNOWN))
			continue;
		if (socket->acts & (SOCKET_BIND | SOCKET_LISTEN))
			add_code(bound, socket->address);
		if (socket->acts & SOCKET_CONNECT)
			add_code(connected, socket->address);
	}
}

static void emit_network(const struct policy *policy, struct text *out)
{
	CLEANUP(string_set_done) struct string_set bound = STRING_SET_EMPTY, connected = STRING_SET_EMPTY;

	describe_network(policy->trace, &bound, &connected);
	describe_unix_sockets(policy->trace, &bound, &connected);
	markdown_item(out, "Listens on", &bound, 2, "nothing");
	markdown_item(out, "Connects to", &connected, 2, "nothing");
}

/* The folder of what a rule covers, up to the first wildcard. */
static char *folder_of(const struct policy_file *rule)
{
	char *path = xstrdup(rule->piece_count && rule->pieces[0].bytes ? rule->pieces[0].bytes : "/");
	char *slash = strrchr(path, '/');

	if (rule->piece_count == 1 && (rule->kind == FILE_KIND_DEVICE || rule->kind == FILE_KIND_FOLDER))
		return path;
	if (slash)
		slash[slash == path] = '\0';
	return path;
}

static size_t depth(const char *path)
{
	size_t slashes = 0;

	for (; *path; path++)
		slashes += *path == '/' && path[1];
	return slashes;
}

/* Replaces the deepest folders by their parents. */
static void fold_once(struct string_set *folders)
{
	struct string_set folded = STRING_SET_EMPTY;
	size_t deepest = 0;

	for (size_t i = 0; i < folders->count; i++)
		if (depth(folders->items[i]) > deepest)
			deepest = depth(folders->items[i]);
	for (size_t i = 0; i < folders->count; i++) {
		auto_free char *path = xstrdup(folders->items[i]);

		if (depth(path) == deepest)
			*strrchr(path, '/') = '\0';
		string_set_add(&folded, path);
	}
	string_set_done(folders);
	*folders = folded;
}

static bool deeper_than_one(const struct string_set *folders)
{
	for (size_t i = 0; i < folders->count; i++)
		if (depth(folders->items[i]) > 1)
			return true;
	return false;
}

static void emit_writes(const struct policy *policy, struct text *out)
{
	CLEANUP(string_set_done) struct string_set folders = STRING_SET_EMPTY, items = STRING_SET_EMPTY;

	for (size_t i = 0; i < policy->file_count; i++) {
		if (policy->files[i].access & ACCESS_CHANGES) {
			auto_free char *folder = folder_of(&policy->files[i]);

			string_set_add(&folders, folder);
		}
	}
	while (folders.count > FOLDERS_MAX && deeper_than_one(&folders))
		fold_once(&folders);
	for (size_t i = 0; i < folders.count; i++)
		add_code(&items, folders.items[i]);
	markdown_item(out, "Writes in", &items, 3, "nothing");
}

static void emit_programs(const struct policy *policy, struct text *out)
{
	CLEANUP(string_set_done) struct string_set items = STRING_SET_EMPTY;

	for (size_t i = 0; i < map_count(policy->trace->execs); i++) {
		const struct trace_exec *exec = map_value_at(policy->trace->execs, i);

		add_code(&items, exec->to);
	}
	markdown_item(out, "Runs", &items, 2, "no other program");
}

static void emit_risks(const struct policy *policy, struct text *out, enum risk_level level, const char *label)
{
	CLEANUP(string_set_done) struct string_set items = STRING_SET_EMPTY;

	for (size_t i = 0; i < policy->syscall_count; i++) {
		const struct policy_syscall *rule = &policy->syscalls[i];
		const struct risk *risk = risk_of_syscall(rule->name);
		CLEANUP(text_done) struct text item = TEXT_EMPTY;

		if (rule->answer || !risk || risk->level != level)
			continue;
		markdown_code(&item, rule->name);
		text_printf(&item, " (%s)", risk->words);
		string_set_add(&items, text_cstr(&item));
	}
	markdown_item(out, label, &items, 3, "none");
}

static bool allows(const struct policy *policy, const char *call)
{
	for (size_t i = 0; i < policy->syscall_count; i++)
		if (!policy->syscalls[i].answer && strcmp(policy->syscalls[i].name, call) == 0)
			return true;
	return false;
}

static void emit_share(const struct policy *policy, struct text *out)
{
	CLEANUP(string_set_done) struct string_set calls = STRING_SET_EMPTY;
	size_t refused = 0;

	docker_default_calls(&calls, policy->native);
	for (size_t i = 0; i < calls.count; i++)
		refused += !allows(policy, calls.items[i]);
	if (calls.count)
		text_printf(out, "- **Refuses** %zu of the %zu calls that Docker's default profile allows (%zu %%)\n",
			    refused, calls.count, refused * 100 / calls.count);
}

/* What is not plain is not shown as Markdown. */
static void add_plain(struct text *out, const char *words)
{
	for (const char *p = words; *p; p++)
		text_putc(out, *p < ' ' || *p > '~' || strchr("`<>[]\\|*&", *p) ? '?' : *p);
}

/* The lines of `rules` that say `never` or not, with their reasons. */
static void emit_rules(const struct policy *policy, struct text *out, bool never, const char *label)
{
	CLEANUP(string_set_done) struct string_set items = STRING_SET_EMPTY;

	for (size_t i = 0; policy->rules && i < policy->rules->count; i++) {
		const struct rule_line *rule = &policy->rules->items[i];
		CLEANUP(text_done) struct text item = TEXT_EMPTY;

		if (rule->never != never)
			continue;
		markdown_code(&item, rule->fact);
		text_puts(&item, " (");
		add_plain(&item, rule->reason);
		text_putc(&item, ')');
		string_set_add(&items, text_cstr(&item));
	}
	if (items.count)
		markdown_item(out, label, &items, RULES_LINES, "");
}

static void emit_notes(const struct policy *policy, struct text *out)
{
	for (size_t i = 0; i < policy->notes.count && i < NOTES_MAX; i++) {
		auto_free char *line = xasprintf("- Note: %s", policy->notes.items[i]);
		CLEANUP(text_done) struct text plain = TEXT_EMPTY;

		add_plain(&plain, line);	/* a sentence of a trace may hold anything */
		markdown_wrap(out, text_cstr(&plain), 2);
	}
	if (policy->notes.count > NOTES_MAX)
		text_printf(out, "- and %zu more notes, shown by `snug show`\n", policy->notes.count - NOTES_MAX);
}

static int emit_readme(const struct policy *policy, const struct emit_options *options, struct text *out,
		       struct error *err)
{
	(void)err;
	text_printf(out, "# %s\n\n", options->name);
	emit_origin(policy, out);
	text_putc(out, '\n');
	emit_capabilities(policy, out);
	emit_network(policy, out);
	emit_writes(policy, out);
	emit_programs(policy, out);
	emit_risks(policy, out, RISK_HIGH, "Dangerous calls allowed");
	emit_risks(policy, out, RISK_MEDIUM, "Calls worth a look");
	emit_share(policy, out);
	emit_rules(policy, out, false, "Allowed by hand");
	emit_rules(policy, out, true, "Never");
	emit_notes(policy, out);
	if (options->complain)
		text_puts(out, "\n**These profiles refuse nothing**: what they do not allow, the kernel logs (`snug emit --complain`).\n");
	text_puts(out, "\nWritten by snug from a recording: change `rules` or record again, do not edit.\n");
	return 0;
}

const struct emitter emitter_readme = {
	.name = "readme",
	.file_name = "README.md",
	.summary = "one screen for the reviewer",
	.emit = emit_readme,
};
