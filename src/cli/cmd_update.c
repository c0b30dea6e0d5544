/* SPDX-License-Identifier: Apache-2.0 */
/* snug update: recordings into the files that a repository keeps. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/print_difference.h"
#include "cli/project.h"
#include "cli/rules_file.h"
#include "cli/service.h"
#include "cli/update.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

static const struct command_option update_options[] = {
	{ "fresh", 0, NULL, "forget what was learned before, for services that were recorded" },
	{ "project", 'p', "NAME", "AppArmor profiles are called snug-PROJECT-NAME; kept from the first update on (default then: the "
	  "repository's name)" },
	{ "from", 0, "DIR", "where the recordings are (default: " RECORDINGS_FOLDER ")" },
	{ NULL, 0, NULL, NULL },
};

struct updating {
	const char *recordings;		/* the folder */
	struct services services;
	struct update *updates;		/* owned; one a service; without facts where nothing came of it */
	char *project;			/* owned */
	bool fresh;
	bool refused;			/* a `never` line forbids what was recorded */
};

static void updating_done(struct updating *u)
{
	for (size_t i = 0; u->updates && i < u->services.count; i++)
		update_done(&u->updates[i]);
	free(u->updates);
	services_done(&u->services);
	free(u->project);
}

static bool is_asked(const struct invocation *invocation, const char *name)
{
	for (size_t i = 0; i < invocation->operand_count; i++)
		if (strcmp(invocation->operands[i], name) == 0)
			return true;
	return invocation->operand_count == 0;
}

static int check_asked(const struct invocation *invocation, const struct updating *u, struct error *err)
{
	struct nearest nearest = { 0 };

	for (size_t i = 0; i < invocation->operand_count; i++) {
		bool found = false;

		nearest = (struct nearest){ .given = invocation->operands[i] };
		for (size_t j = 0; j < u->services.count; j++) {
			nearest_offer(&nearest, u->services.items[j].name);
			found |= strcmp(u->services.items[j].name, nearest.given) == 0;
		}
		if (found)
			continue;
		error_set(err, -EINVAL, "no service '%s' was recorded", nearest.given);
		return nearest.name ? error_hint(err, "did you mean '%s'?", nearest.name) : -EINVAL;
	}
	if (u->services.count)
		return 0;
	error_set(err, -ENODATA, "nothing was recorded in '%s'", u->recordings);
	return error_hint(err, "snug listen -- the command that runs your tests");
}

/* Another project in some profiles only would leave the others' names behind. */
static int check_project(const struct invocation *invocation, const struct updating *u, struct error *err)
{
	const char *known, *given = option_value(invocation, "project");

	if (!given || invocation->operand_count == 0 || project_of_facts(&known, &u->services, NULL) < 0 || !known ||
	    strcmp(known, given) == 0)
		return 0;
	error_set(err, -EINVAL, "the project is '%s', and its name is part of every profile's", known);
	return error_hint(err, "snug update --project=%s, without a service", given);
}

static int prepare(struct updating *u, const struct invocation *invocation, struct error *err)
{
	int code = recordings_choose(&u->recordings, option_value(invocation, "from"), err);

	if (code == 0)
		code = services_find(&u->services, u->recordings, err);
	if (code == 0)
		code = check_asked(invocation, u, err);
	for (size_t i = 0; code == 0 && i < u->services.count; i++)
		code = service_read(&u->services.items[i], err);
	if (code == 0)
		code = check_project(invocation, u, err);
	if (code == 0)
		code = project_choose(&u->project, &u->services, option_value(invocation, "project"), err);
	u->updates = xcalloc(u->services.count + 1, sizeof(*u->updates));
	return code;
}

static bool is_unchanged(const struct emitted *emitted)
{
	for (size_t i = 0; i < emitted->count; i++) {
		CLEANUP(text_done) struct text text = TEXT_EMPTY;

		if (access(emitted->files[i].path, F_OK) < 0 || file_read(emitted->files[i].path, 0, &text, NULL) < 0 ||
		    text.length != emitted->files[i].text.length ||
		    memcmp(text_cstr(&text), text_cstr(&emitted->files[i].text), text.length) != 0)
			return false;
	}
	return true;
}

static void tell_of_changes(const struct service *service, const struct update *update)
{
	const struct policy_options options = { .runtime = RUNTIME_UNION };
	CLEANUP(policy_freep) struct policy *before = NULL;
	CLEANUP(difference_done) struct difference difference = { 0 };

	if (!service->facts || policy_from_trace(&before, service->facts, &options, NULL) < 0) {
		printf("%s: new, to be reviewed: %s/README.md\n", service->folder, service->folder);
		return;
	}
	difference_from_policies(&difference, before, update->policy, 0);
	printf("%s: %s\n", service->folder, difference.count ? "changed" : "written, no difference in what is allowed");
	print_difference(&difference, DIFFERENCE_TEXT, service->name, stdout);
}

static int write_service(const struct service *service, const struct update *update, struct error *err)
{
	auto_free char *rules = xasprintf("%s/" RULES_FILE, service->folder);
	int code;

	if (!update->policy->complete)
		complain_text("warning: %s: a recording is incomplete, the profiles may refuse what the program needs (hint: record "
			      "again)", service->name);
	rules_report_unneeded(update->policy, rules);
	if (is_unchanged(&update->emitted)) {
		printf("%s: unchanged\n", service->folder);
		return 0;
	}
	code = file_make_folder(service->folder, err);
	if (code == 0)
		code = file_write_set(update->emitted.files, update->emitted.count, err);
	if (code == 0)
		tell_of_changes(service, update);
	return code;
}

/* What stands in the repository, for the overrides, where this service is left as it is. */
static int keep_service(struct updating *u, size_t i, struct error *err)
{
	struct service as_it_is = u->services.items[i];

	as_it_is.raw = NULL;
	return as_it_is.facts ? update_make(&u->updates[i], &as_it_is, u->project, false, err) : 0;
}

static int update_service(struct updating *u, size_t i, struct error *err)
{
	const struct service *service = &u->services.items[i];
	int code;

	if (!service->raw && !service->facts) {
		complain_text("%s: nothing was recorded (hint: record '%s', or remove the folder)", service->folder, service->name);
		return 0;
	}
	code = update_make(&u->updates[i], service, u->project, u->fresh, err);
	if (code == POLICY_FORBIDDEN) {
		error_wrap(err, "%s: nothing is written", service->folder);
		complain(err);
		*err = (struct error)ERROR_NONE;
		u->refused = true;
		keep_service(u, i, NULL);
		return 0;
	}
	return code < 0 ? error_wrap(err, "%s", service->folder) : write_service(service, &u->updates[i], err);
}

static int run(struct updating *u, const struct invocation *invocation, struct error *err)
{
	CLEANUP(emitted_done) struct emitted overrides = { 0 };
	int code = prepare(u, invocation, err);

	u->fresh = option_value(invocation, "fresh");
	for (size_t i = 0; code == 0 && i < u->services.count; i++)
		code = is_asked(invocation, u->services.items[i].name) ? update_service(u, i, err) : keep_service(u, i, err);
	if (code == 0)
		code = overrides_emit(&overrides, &u->services, u->updates, u->project, err);
	if (code == 0 && !is_unchanged(&overrides))
		code = file_write_set(overrides.files, overrides.count, err);
	return code;
}

static int run_update(struct invocation *invocation)
{
	CLEANUP(updating_done) struct updating u = { 0 };
	struct error err = ERROR_NONE;

	if (run(&u, invocation, &err) < 0)
		return complain(&err);
	return u.refused ? STATUS_NO : STATUS_FINE;
}

const struct command command_update = {
	.name = "update",
	.usage = "[OPTION...] [NAME...]",
	.summary = "merge recordings into the files that a repository keeps",
	.options = update_options,
	.run = run_update,
};
