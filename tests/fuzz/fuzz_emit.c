/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a trace holds: what is emitted of it is well-formed, says nothing that is syntax, and is the same each time. */
#include <ctype.h>

#include "snug/cleanup.h"
#include "snug/emitter.h"
#include "snug/facts.h"
#include "snug/filter.h"
#include "snug/memory.h"
#include "snug/policy.h"
#include "tests/fuzz/fuzz.h"

#define README_LINES_MAX 40

/* It compiles, so that the engines read it as it was meant. */
static void check_seccomp(const struct text *json)
{
	CLEANUP(filter_freep) struct filter *filter = NULL;

	promise(filter_from_profile(&filter, json->data, json->length, "emitted", NULL) == 0);
}

/* One argument a line, each one word of the shell. */
static void check_docker_args(const struct text *args)
{
	const char *line = args->data;

	while (*line) {
		size_t length = strcspn(line, "\n");

		promise(strncmp(line, "--", 2) == 0 && line[length] == '\n');
		for (size_t i = 0; i < length; i++)
			promise(isalnum((unsigned char)line[i]) || strchr("-_=/.", line[i]));
		line += length + 1;
	}
}

/* Only our own lines are headings and list items, whatever the program's names hold. */
static void check_readme(const struct text *readme)
{
	const char *line = readme->data;

	for (size_t number = 1; *line; number++) {
		size_t length = strcspn(line, "\n"), blanks = strspn(line, " ");

		promise(number <= README_LINES_MAX);
		for (size_t i = 0; i < length; i++)
			promise(line[i] >= ' ' && line[i] <= '~');
		promise(number == 1 || (line[0] != '#' && line[0] != '>'));
		promise(blanks == 0 || (blanks == 2 && !strchr(">", line[2]) && strncmp(line + 2, "# ", 2) != 0));
		line += length + 1;
	}
}

static const struct {
	const char *format;
	void (*check)(const struct text *out);
} checks[] = {
	{ "docker-args", check_docker_args },
	{ "readme", check_readme },
	{ "seccomp", check_seccomp },
};

static void check_emitter(const struct emitter *emitter, const struct policy *policy)
{
	const struct emit_options options = { .name = "app", .project = "fuzz", .folder = "snug/app" };
	CLEANUP(text_done) struct text once = TEXT_EMPTY, twice = TEXT_EMPTY;

	if (emitter->emit(policy, &options, &once, NULL) < 0)
		return;
	promise(emitter->emit(policy, &options, &twice, NULL) == 0);
	promise(strcmp(text_cstr(&once), text_cstr(&twice)) == 0 && once.length == twice.length);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (strcmp(checks[i].format, emitter->name) == 0)
			checks[i].check(&once);
}

static struct text written(struct trace *trace)
{
	struct text text = TEXT_EMPTY;
	char *data = NULL;
	size_t length = 0;
	FILE *stream = memory_checked(open_memstream(&data, &length));

	trace_write(trace, stream);
	fclose(stream);
	text_add(&text, data, length);
	free(data);
	return text;
}

/* Facts can be read back, and reducing them again changes nothing. */
static void check_facts(struct trace *trace)
{
	CLEANUP(trace_freep) struct trace *facts = facts_reduce(trace, NULL, NULL), *read = NULL, *again = NULL;
	CLEANUP(text_done) struct text once = written(facts), twice = TEXT_EMPTY;

	promise(trace_read(&read, once.data, once.length, "facts", NULL) == 0);
	again = facts_reduce(read, read, NULL);
	twice = written(again);
	promise(once.length == twice.length && memcmp(once.data, twice.data, once.length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(trace_freep) struct trace *trace = NULL;

	if (trace_read(&trace, (const char *)data, size, "fuzzed", NULL) < 0)
		return 0;
	check_facts(trace);
	for (int form = RUNTIME_UNION; form <= RUNTIME_NONE; form++) {
		const struct policy_options options = { .runtime = (enum runtime_form)form, .native_abi = "x86_64" };
		CLEANUP(policy_freep) struct policy *policy = NULL;

		if (policy_from_trace(&policy, trace, &options, NULL) < 0)
			continue;
		for (size_t i = 0; emitter_at(i); i++)
			check_emitter(emitter_at(i), policy);
	}
	return 0;
}
