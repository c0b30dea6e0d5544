/* SPDX-License-Identifier: Apache-2.0 */
/* From recordings to the committed files of a service, in memory. */
#include "cli/update.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

/* Of the recording as it is: reduced facts no longer hold what a line of the rules covers. */
static int check_never(struct trace *recorded, const struct rules *rules, struct error *err)
{
	const struct policy_options options = { .runtime = RUNTIME_UNION, .rules = rules };
	CLEANUP(policy_freep) struct policy *policy = NULL;

	return policy_from_trace(&policy, recorded, &options, err);
}

static int make_facts(struct trace **ret, const struct service *service, bool fresh, struct error *err)
{
	CLEANUP(trace_freep) struct trace *all = trace_new();
	struct trace *earlier = fresh && service->raw ? NULL : service->facts;
	int code;

	if (service->raw)
		trace_merge(all, service->raw);
	if (earlier)
		trace_merge(all, earlier);
	code = check_never(all, service->rules, err);
	if (code == 0)
		*ret = facts_reduce(all, earlier, service->rules);
	return code;
}

static void add_facts(struct update *update, const struct service *service)
{
	struct file_content *file = &update->emitted.files[update->emitted.count];

	for (size_t i = 0; i < update->emitted.count; i++) {
		const struct file_content *written = &update->emitted.files[i];

		facts_set_written(update->facts, strrchr(written->path, '/') + 1, written->text.data, written->text.length);
	}
	facts_set_written(update->facts, RULES_FILE, text_cstr(&service->rules_text), service->rules_text.length);
	file->path = xasprintf("%s/" FACTS_FILE, service->folder);
	facts_write(update->facts, &file->text);
	update->emitted.count++;
}

int update_make(struct update *ret, const struct service *service, const char *project, bool fresh, struct error *err)
{
	CLEANUP(update_done) struct update update = { 0 };
	int code = make_facts(&update.facts, service, fresh, err);

	if (code < 0)
		return code;
	facts_set_project(update.facts, project);
	code = service_emit(service, update.facts, project, &update.policy, &update.emitted, err);
	if (code < 0)
		return code;
	add_facts(&update, service);
	*ret = update;
	update = (struct update){ 0 };
	return 0;
}

void update_done(struct update *update)
{
	emitted_done(&update->emitted);
	policy_free(update->policy);
	trace_free(update->facts);
}

int overrides_emit(struct emitted *ret, const struct services *services, const struct update *updates, const char *project,
		   struct error *err)
{
	CLEANUP(compose_override_done) struct compose_override override = { 0 };
	const struct {
		const char *path;
		const struct text *services;
	} rows[] = {
		{ SERVICES_FOLDER "/compose.yaml", &override.seccomp },
		{ SERVICES_FOLDER "/compose.apparmor.yaml", &override.apparmor },
	};

	for (size_t i = 0; i < services->count; i++) {
		const struct service *service = &services->items[i];
		const struct emit_options options = { .name = service->name, .project = project, .folder = service->folder };
		const char *name = updates[i].facts ? service_of_compose(updates[i].facts) : NULL;
		int code = name ? compose_override_add(&override, name, updates[i].policy, &options, err) : 0;

		if (code < 0)
			return code;
	}
	*ret = (struct emitted){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].services->length && access(rows[i].path, F_OK) < 0)
			continue;
		ret->files[ret->count].path = xstrdup(rows[i].path);
		compose_override_finish(rows[i].services, &ret->files[ret->count++].text);
	}
	return 0;
}
