/* SPDX-License-Identifier: Apache-2.0 */
/* snug emit: profiles out of traces. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/rules_file.h"
#include "cli/service.h"
#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/emitter.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/policy.h"

#define DEFAULT_NAME "app"
#define DEFAULT_PROJECT "local"
#define EMITTERS_MAX 32		/* bits of `chosen` */

static const struct command_option emit_options[] = {
	{ "directory", 'd', "DIR", "write the files into this folder; it is made where it is missing" },
	{ "folder", 0, "DIR", "what docker-run.args calls that folder (default: as given by -d)" },
	{ "name", 'n', "NAME", "of the service (default: the last part of the folder's name)" },
	{ "project", 'p', "NAME", "AppArmor profiles are called snug-PROJECT-NAME (default: " DEFAULT_PROJECT ")" },
	{ "rules", 0, "FILE", "what people decided: lines as in snug-rules(5)" },
	{ "format", 'f', "F,...", "only these; 'list' tells which there are; one goes to standard output" },
	{ "runtime", 'r', "FORM", "which runtime's calls before the program's start are allowed: union (every engine's, "
	  "default), recorded, none" },
	{ "complain", 0, NULL, "profiles that refuse nothing: what they do not allow is logged, for 'snug import'" },
	{ NULL, 0, NULL, NULL },
};

struct emission {
	struct emit_options options;
	const char *folder;		/* NULL = standard output */
	uint32_t chosen;		/* bit i = emitter_at(i) */
	size_t count;			/* of the chosen */
};

static int list_formats(void)
{
	const struct emitter *emitter;

	for (size_t i = 0; (emitter = emitter_at(i)) != NULL; i++)
		printf("%-14s %-18s %s\n", emitter->name, emitter->file_name, emitter->summary);
	return STATUS_FINE;
}

static int choose_formats(struct emission *emission, const char *list, struct error *err)
{
	auto_free char *copy = list ? xstrdup(list) : NULL;
	char *rest = copy, *word;

	for (size_t i = 0; !list && emitter_at(i); i++)
		emission->chosen |= 1u << i;
	while (rest && (word = strsep(&rest, ",")) != NULL) {
		size_t i = 0;

		while (emitter_at(i) && strcmp(emitter_at(i)->name, word) != 0)
			i++;
		if (!emitter_at(i)) {
			error_set(err, -EINVAL, "unknown format '%s'", word);
			return error_hint(err, "'snug emit --format list' tells which there are");
		}
		emission->chosen |= 1u << i;
	}
	emission->count = (size_t)__builtin_popcount(emission->chosen);
	if (!emission->folder && emission->count != 1) {
		error_set(err, -EINVAL, "no folder given for %zu files", emission->count);
		return error_hint(err, "-d DIR, or one --format for standard output");
	}
	return 0;
}

static int choose_runtime(enum runtime_form *ret, const char *word, struct error *err)
{
	static const char *const forms[] = { [RUNTIME_UNION] = "union", [RUNTIME_RECORDED] = "recorded",
					     [RUNTIME_NONE] = "none" };

	*ret = RUNTIME_UNION;
	for (size_t i = 0; word && i < ARRAY_SIZE(forms); i++) {
		if (strcmp(word, forms[i]) == 0) {
			*ret = (enum runtime_form)i;
			return 0;
		}
	}
	return word ? error_set(err, -EINVAL, "unknown form '%s' of --runtime (hint: union, recorded or none)", word) : 0;
}

/* Every file is made before the first is written: a trace that cannot be emitted leaves the folder as it was. */
static int write_files(const struct emission *emission, const struct policy *policy, struct text *texts,
		       struct error *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && emitter_at(i); i++)
		if (emission->chosen & 1u << i)
			code = emitter_at(i)->emit(policy, &emission->options, &texts[i], err);
	if (code == 0 && emission->folder)
		code = file_make_folder(emission->folder, err);
	for (size_t i = 0; code == 0 && emitter_at(i); i++) {
		auto_free char *path = NULL;

		if (!(emission->chosen & 1u << i))
			continue;
		path = emission->folder ? xasprintf("%s/%s", emission->folder, emitter_at(i)->file_name) : xstrdup("-");
		code = file_write(path, text_cstr(&texts[i]), texts[i].length, err);
	}
	return code;
}

static int emit_policy(const struct emission *emission, const struct policy *policy, struct error *err)
{
	struct text texts[EMITTERS_MAX] = { 0 };
	int code = write_files(emission, policy, texts, err);

	for (size_t i = 0; i < EMITTERS_MAX; i++)
		text_done(&texts[i]);
	return code;
}

/* "snug/web/" to "snug/web": what stands before a file's name. */
static char *plain_folder(const char *path)
{
	char *copy = xstrdup(path);

	for (size_t length = strlen(copy); length > 1 && copy[length - 1] == '/'; length--)
		copy[length - 1] = '\0';
	return copy;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A trace may hold a run that did nothing; profiles of that would refuse everything. */
static int refuse_nothing(struct trace *trace, const char *path, struct error *err)
{
	if (map_count(trace->syscalls) || map_count(trace->files))
		return 0;
	error_set(err, -ENODATA, "nothing was recorded in '%s'", path);
	return error_hint(err, "record again: snug record -o %s -- COMMAND", path);
}

static int decide(struct policy **ret, struct trace *trace, struct policy_options *options, const struct rules *rules,
		  struct error *err)
{
	options->rules = rules;
	return policy_from_trace(ret, trace, options, err);
}

static int run_emit(const struct invocation *invocation, struct error *err)
{
	const char *folder = option_value(invocation, "directory"), *as = option_value(invocation, "folder");
	const char *name = option_value(invocation, "name"), *project = option_value(invocation, "project");
	auto_free char *plain = plain_folder(folder ? folder : "."), *shown = plain_folder(as ? as : plain);
	struct emission emission = { .folder = folder ? plain : NULL };
	CLEANUP(trace_freep) struct trace *trace = NULL;
	CLEANUP(rules_freep) struct rules *rules = NULL;
	CLEANUP(policy_freep) struct policy *policy = NULL;
	struct policy_options options = { 0 };
	int code;

	emission.options.folder = shown;
	emission.options.complain = option_value(invocation, "complain") != NULL;
	emission.options.name = name ? name : folder ? last_part(plain) : DEFAULT_NAME;
	emission.options.project = project ? project : DEFAULT_PROJECT;
	if ((code = check_name("service", emission.options.name, err)) < 0 ||
	    (code = check_name("project", emission.options.project, err)) < 0 ||
	    (code = choose_formats(&emission, option_value(invocation, "format"), err)) < 0 ||
	    (code = choose_runtime(&options.runtime, option_value(invocation, "runtime"), err)) < 0 ||
	    (code = rules_file_read(&rules, option_value(invocation, "rules"), err)) < 0 ||
	    (code = trace_files_read(&trace, invocation->operands, invocation->operand_count, err)) < 0 ||
	    (code = refuse_nothing(trace, invocation->operands[0], err)) < 0 ||
	    (code = decide(&policy, trace, &options, rules, err)) < 0)
		return code;
	rules_report_unneeded(policy, option_value(invocation, "rules"));
	if (!policy->complete)
		complain_text("warning: the recording is incomplete, the profiles may refuse what the program needs "
			      "(hint: record again)");
	return emit_policy(&emission, policy, err);
}

static int cmd_emit(struct invocation *invocation)
{
	const char *format = option_value(invocation, "format");
	struct error err = ERROR_NONE;

	if (format && strcmp(format, "list") == 0)
		return list_formats();
	if (invocation->operand_count == 0)
		return complain_text("no trace given (hint: 'snug emit -d DIR app.trace.json')");
	switch (run_emit(invocation, &err)) {
	case 0:
		return STATUS_FINE;
	case POLICY_FORBIDDEN:
		complain(&err);
		return STATUS_NO;
	default:
		return complain(&err);
	}
}

const struct command command_emit = {
	.name = "emit",
	.usage = "[-d DIR] [OPTION...] TRACE...",
	.summary = "write the profiles that traces ask for",
	.options = emit_options,
	.run = cmd_emit,
};
