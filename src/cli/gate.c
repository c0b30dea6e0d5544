/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate. Profiles are a pure function of facts and rules, so that it makes them again and compares bytes; what differs is told apart
 * by the digests that stand in the facts. Recordings are covered if an update would allow nothing more.
 */
#include "cli/gate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/patch.h"
#include "cli/print_difference.h"
#include "cli/project.h"
#include "cli/service.h"
#include "cli/update.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define DETAILS_MAX 3		/* lines of an edit that are shown */
#define DETAIL_LENGTH 60	/* bytes of each */
#define PATCH_FILE "update.patch"
#define DIGEST_SHOWN 19		/* bytes of "sha256:0123…" */

/* A service as it stands, and as an update would make it. */
struct judged {
	struct update as_it_is, updated;
	struct difference missing;	/* what the recordings need beyond what stands there */
	bool is_new;			/* recorded, and not in the repository */
};

struct gate {
	const char *recordings;
	struct services services;
	struct judged *judged;		/* owned; one a service */
	struct text no, notes;		/* lines */
	char *project;			/* owned; as facts say, else as an update would choose; NULL = facts disagree */
	size_t recording_count;
	bool needs_patch;
};

static void gate_done(struct gate *gate)
{
	for (size_t i = 0; gate->judged && i < gate->services.count; i++) {
		struct judged *judged = &gate->judged[i];

		difference_done(&judged->missing);
		judged->as_it_is.facts = NULL;	/* the service's */
		update_done(&judged->as_it_is);
		update_done(&judged->updated);
	}
	free(gate->judged);
	services_done(&gate->services);
	text_done(&gate->no);
	text_done(&gate->notes);
	free(gate->project);
}

static void say(struct text *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct text *lines, const char *format, ...)
{
	auto_free char *line = NULL;
	va_list args;

	va_start(args, format);
	line = xvasprintf(format, args);
	va_end(args);
	text_printf(lines, "%s\n", line);
}

/* --- edits by hand --------------------------------------------------------------- */

/* Lines as a person would name them: `"bpf",` is bpf. */
static void collect_lines(struct string_set *lines, const struct text *text)
{
	for (const char *line = text_cstr(text), *end; *line; line = *end ? end + 1 : end) {
		auto_free char *word = NULL;
		const char *start = line + strspn(line, " \t\""), *stop;

		end = line + strcspn(line, "\n");
		stop = end;
		while (stop > start && strchr(" \t\",", stop[-1]))
			stop--;
		if (start < stop) {
			word = xmemdup(start, (size_t)(stop - start));
			string_set_add(lines, word);
		}
	}
}

static void add_details(struct text *out, char sign, const struct string_set *lines, const struct string_set *other, size_t *count)
{
	for (size_t i = 0; i < lines->count && *count < DETAILS_MAX; i++) {
		if (string_set_has(other, lines->items[i]))
			continue;
		text_printf(out, "%s%c", (*count)++ ? ", " : "", sign);
		bytes_printable(out, lines->items[i], strnlen(lines->items[i], DETAIL_LENGTH));
	}
}

/* "+bpf, -brk" */
static void describe_edit(struct text *out, const struct text *before, const struct text *after)
{
	CLEANUP(string_set_done) struct string_set old = STRING_SET_EMPTY, new = STRING_SET_EMPTY;
	size_t count = 0;

	collect_lines(&old, before);
	collect_lines(&new, after);
	add_details(out, '+', &new, &old, &count);
	add_details(out, '-', &old, &new, &count);
	if (count == 0)
		text_puts(out, "blanks or order");
}

static const char *without_root(const char *path)
{
	return path + strlen(SERVICES_FOLDER "/");
}

static bool is_same(const struct text *a, const struct text *b)
{
	return a->length == b->length && memcmp(text_cstr(a), text_cstr(b), a->length) == 0;
}

static void judge_file(struct gate *gate, const struct service *service, const struct file_content *emitted)
{
	const char *name = strrchr(emitted->path, '/') + 1, *shown = without_root(emitted->path);
	CLEANUP(text_done) struct text text = TEXT_EMPTY, edit = TEXT_EMPTY;
	struct error err = ERROR_NONE;

	if (file_read(emitted->path, 0, &text, &err) < 0) {
		say(&gate->no, "missing: %s (%s); run snug update", shown, err.text);
		return;
	}
	if (is_same(&text, &emitted->text))
		return;
	describe_edit(&edit, &emitted->text, &text);
	if (!facts_was_written(service->facts, name, text_cstr(&text), text.length))
		say(&gate->no, "edited by hand: %s (%s); put it into %s/rules or run snug update", shown, text_cstr(&edit),
		    service->name);
	else if (!facts_was_written(service->facts, RULES_FILE, text_cstr(&service->rules_text), service->rules_text.length))
		say(&gate->no, "the rules have changed: %s/rules gives another %s; run snug update", service->name, name);
	else
		say(&gate->no, "written by another version of snug: %s (%s); run snug update", shown, text_cstr(&edit));
}

/* --- one service ----------------------------------------------------------------- */

/* Returns false when nothing more can be said of it. */
static bool judge_facts(struct gate *gate, struct service *service, struct judged *judged)
{
	struct error err = ERROR_NONE;

	if (service_read_facts(service, &err) < 0) {
		say(&gate->no, "edited by hand: %s/" FACTS_FILE " (%s); take the edit back", service->name, err.text);
		return false;
	}
	judged->is_new = !service->facts && service->recordings.count;
	if (!service->facts) {
		say(&gate->no, judged->is_new ? "recorded, and not in the repository: %s"
					      : "missing: %s/" FACTS_FILE "; record again, or take it back", service->name);
		return false;
	}
	if (facts_are_whole(service->facts, &service->facts_text))
		return true;
	say(&gate->no, "edited by hand: %s/" FACTS_FILE "; take the edit back, and put what it was for into %s/rules", service->name,
	    service->name);
	return false;
}

static bool judge_rules(struct gate *gate, struct service *service)
{
	struct error err = ERROR_NONE;

	if (service_read_rules(service, &err) == 0)
		return true;
	say(&gate->no, "%s", err.text);
	return false;
}

static bool judge_files(struct gate *gate, const struct service *service, struct update *as_it_is)
{
	const char *project = facts_project(service->facts);
	struct error err = ERROR_NONE;

	as_it_is->facts = service->facts;
	if (service_emit(service, service->facts, project ? project : "", &as_it_is->policy, &as_it_is->emitted, &err) < 0) {
		say(&gate->no, "%s: %s", service->name, err.text);
		return false;
	}
	for (size_t i = 0; i < as_it_is->emitted.count; i++)
		judge_file(gate, service, &as_it_is->emitted.files[i]);
	for (size_t i = 0; i < as_it_is->policy->unneeded_count; i++) {
		const struct rule_line *line = as_it_is->policy->unneeded[i];

		say(&gate->notes, "%s/rules line %zu is no longer needed: '%s' was observed", service->name, line->line, line->fact);
	}
	return true;
}

static void compare_images(struct gate *gate, const struct service *service, struct trace *updated)
{
	for (size_t i = 0; i < map_count(updated->runs); i++) {
		const struct trace_run *run = map_value_at(updated->runs, i);

		for (size_t j = 0; j < map_count(service->facts->runs); j++) {
			const struct trace_run *known = map_value_at(service->facts->runs, j);

			if (strcmp(run->id, known->id) == 0 && run->digest && known->digest && strcmp(run->digest, known->digest) != 0)
				say(&gate->notes, "%s: the image %s has changed since (%.*s, now %.*s); snug update takes note", service->name,
				    run->image ? run->image : "", DIGEST_SHOWN, known->digest, DIGEST_SHOWN, run->digest);
		}
	}
}

/* Would an update allow more? */
static void judge_recordings(struct gate *gate, struct service *service, struct judged *judged)
{
	const char *project = facts_project(service->facts);
	struct error err = ERROR_NONE;

	if (update_make(&judged->updated, service, project ? project : "", false, &err) < 0) {
		say(&gate->no, "%s: %s", service->name, err.text);
		return;
	}
	compare_images(gate, service, judged->updated.facts);
	if (!judged->updated.policy->complete)
		say(&gate->notes, "%s: a recording is incomplete; record again", service->name);
	difference_from_policies(&judged->missing, judged->as_it_is.policy, judged->updated.policy, DIFFERENCE_ADDED_ONLY);
	if (!judged->missing.count)
		return;
	gate->needs_patch = true;
	say(&gate->no, "not covered: %s needs %zu rule%s that its profiles lack", service->name, judged->missing.count,
	    judged->missing.count == 1 ? "" : "s");
}

static int judge_service(struct gate *gate, size_t i, struct error *err)
{
	struct service *service = &gate->services.items[i];
	int code = service_read_recordings(service, err);
	bool whole, ruled;

	if (code < 0)
		return code;
	gate->recording_count += service->recordings.count;
	whole = judge_facts(gate, service, &gate->judged[i]);
	ruled = judge_rules(gate, service);
	if (!whole || !ruled)
		return 0;
	if (judge_files(gate, service, &gate->judged[i].as_it_is) && service->raw)
		judge_recordings(gate, service, &gate->judged[i]);
	return 0;
}

/* A service that is new has the project of the others, so that they are read before. */
static void judge_new_services(struct gate *gate)
{
	struct error err = ERROR_NONE;

	if (project_choose(&gate->project, &gate->services, NULL, &err) < 0) {
		say(&gate->no, "%s", err.text);
		return;
	}
	for (size_t i = 0; i < gate->services.count; i++) {
		struct service *service = &gate->services.items[i];
		struct judged *judged = &gate->judged[i];

		if (!judged->is_new)
			continue;
		if (update_make(&judged->updated, service, gate->project, false, &err) < 0)
			say(&gate->no, "%s: %s", service->name, err.text);
		else
			gate->needs_patch = true;
	}
}

/* --- the overrides ----------------------------------------------------------------- */

/* They follow from all services: where one of them could not be emitted, nothing can be said but whether they are whole. */
static int judge_overrides(struct gate *gate, struct error *err)
{
	auto_free struct update *updates = xcalloc(gate->services.count + 1, sizeof(*updates));
	CLEANUP(emitted_done) struct emitted overrides = { 0 };
	bool all = gate->project != NULL;
	int code;

	for (size_t i = 0; i < gate->services.count; i++) {
		updates[i] = gate->judged[i].as_it_is;
		all &= updates[i].policy || gate->judged[i].is_new;
		updates[i].facts = updates[i].policy ? updates[i].facts : NULL;
	}
	code = overrides_emit(&overrides, &gate->services, updates, gate->project ? gate->project : "", err);
	for (size_t i = 0; code == 0 && i < overrides.count; i++) {
		const struct file_content *file = &overrides.files[i];
		CLEANUP(text_done) struct text text = TEXT_EMPTY, edit = TEXT_EMPTY;
		struct error missing = ERROR_NONE;

		if (file_read(file->path, 0, &text, &missing) < 0) {
			say(&gate->no, "missing: %s (%s); run snug update", without_root(file->path), missing.text);
			continue;
		}
		describe_edit(&edit, &file->text, &text);
		if (!compose_override_is_whole(text_cstr(&text), text.length))
			say(&gate->no, "edited by hand: %s (%s); write an override of your own, or run snug update", without_root(file->path),
			    text_cstr(&edit));
		else if (all && !is_same(&text, &file->text))
			say(&gate->no, "%s is not what the services' files say (%s); run snug update", without_root(file->path),
			    text_cstr(&edit));
	}
	return code;
}

/* --- the patch ---------------------------------------------------------------------- */

/* As `snug update` would: the services whose recordings need more, and those that are new. */
static const struct update *accepted(const struct judged *judged)
{
	return judged->missing.count || judged->is_new ? &judged->updated : &judged->as_it_is;
}

static int add_services(struct gate *gate, struct patch *patch, struct error *err)
{
	int code = 0;

	for (size_t i = 0; i < gate->services.count; i++) {
		const struct update *update = accepted(&gate->judged[i]);

		for (size_t j = 0; update == &gate->judged[i].updated && code == 0 && j < update->emitted.count; j++)
			code = patch_add(patch, &update->emitted.files[j], err);
	}
	return code;
}

/* They follow from all services, also from those that stay as they are. */
static int add_overrides(struct gate *gate, struct patch *patch, struct error *err)
{
	auto_free struct update *updates = xcalloc(gate->services.count + 1, sizeof(*updates));
	CLEANUP(emitted_done) struct emitted overrides = { 0 };
	int code = 0;

	for (size_t i = 0; i < gate->services.count; i++) {
		updates[i] = *accepted(&gate->judged[i]);
		if (!updates[i].policy)
			return 0;	/* what is said of that service comes first */
	}
	code = overrides_emit(&overrides, &gate->services, updates, gate->project, err);
	for (size_t i = 0; code == 0 && i < overrides.count; i++)
		code = patch_add(patch, &overrides.files[i], err);
	return code;
}

/* That it cannot be written changes nothing in the answer. */
static void write_patch(struct gate *gate)
{
	auto_free char *path = xasprintf("%s/" PATCH_FILE, gate->recordings);
	CLEANUP(patch_done) struct patch patch = { 0 };
	struct error err = ERROR_NONE;
	int code = add_services(gate, &patch, &err);

	if (code == 0)
		code = add_overrides(gate, &patch, &err);
	if (code == 0)
		code = file_write(path, text_cstr(&patch.text), patch.text.length, &err);
	if (code < 0)
		say(&gate->notes, "no patch was written: %s", err.text);
	else
		say(&gate->no, "to accept it: snug update, or git apply %s", path);
}

/* --- the answer ---------------------------------------------------------------------- */

static void print_missing(const struct gate *gate, enum difference_form form)
{
	for (size_t i = 0; i < gate->services.count; i++) {
		const struct judged *judged = &gate->judged[i];

		if (!judged->missing.count)
			continue;
		if (form == DIFFERENCE_TEXT)
			printf("%s needs:\n", gate->services.items[i].name);
		print_difference(&judged->missing, form, gate->services.items[i].name, stdout);
	}
}

static void print_fence(const struct text *lines)
{
	CLEANUP(text_done) struct text safe = TEXT_EMPTY;

	if (!lines->length)
		return;
	for (const char *p = lines->data; *p; p++)
		text_putc(&safe, *p == '`' ? '\'' : *p);	/* nothing in them ends the fence */
	printf("```\n%s```\n\n", safe.data);
}

static int print_answer(const struct gate *gate, bool markdown)
{
	bool no = gate->no.length > 0;

	if (markdown) {
		printf("## snug verify: %s\n\n", no ? "no" : "yes");
		print_fence(&gate->no);
		print_missing(gate, DIFFERENCE_MARKDOWN);
		print_fence(&gate->notes);
	} else {
		print_missing(gate, DIFFERENCE_TEXT);
		printf("%s%s", text_cstr(&gate->no), text_cstr(&gate->notes));
	}
	if (!no)
		printf("%zu service%s: the files are those of facts and rules%s\n", gate->services.count,
		       gate->services.count == 1 ? "" : "s",
		       gate->recording_count ? ", and allow what was recorded" : "; there is no recording to hold against them");
	return no ? STATUS_NO : STATUS_FINE;
}

int gate_run(const char *recordings, bool markdown)
{
	CLEANUP(gate_done) struct gate gate = { .recordings = recordings };
	struct error err = ERROR_NONE;
	int code = services_find(&gate.services, recordings, &err);

	if (code == 0 && !gate.services.count) {
		error_set(&err, -ENODATA, "no service in '" SERVICES_FOLDER "', and no recording in '%s'", recordings);
		code = error_hint(&err, "snug listen -- the command that runs your tests; then snug update");
	}
	gate.judged = xcalloc(gate.services.count + 1, sizeof(*gate.judged));
	for (size_t i = 0; code == 0 && i < gate.services.count; i++)
		code = judge_service(&gate, i, &err);
	if (code == 0)
		judge_new_services(&gate);
	if (code == 0)
		code = judge_overrides(&gate, &err);
	if (code < 0)
		return complain(&err);
	if (gate.needs_patch)
		write_patch(&gate);
	return print_answer(&gate, markdown);
}
