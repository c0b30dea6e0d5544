/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the command again with fewer capabilities each time; see minimize_caps.h. */
#include "cli/minimize_caps.h"

#include "cli/command.h"
#include "snug/capability_finding.h"
#include "snug/cleanup.h"
#include "snug/limited_run.h"
#include "snug/names.h"

#define CAPABILITIES_MAX 64
#define BIT(capability) ((uint64_t)1 << (capability))

struct trial {
	char *const *command;
	struct error *err;
};

static int passes(void *context, uint64_t set)
{
	struct trial *trial = context;
	int status = limited_run(trial->command, set, trial->err);

	return status < 0 ? status : status == 0;
}

uint64_t minimize_candidates(struct trace *trace)
{
	CLEANUP(findings_done) struct capability_findings findings;
	uint64_t set = 0;

	findings_of_trace(&findings, trace, false);
	for (size_t i = 0; i < findings.count; i++)
		if (findings.items[i].kept && findings.items[i].number < CAPABILITIES_MAX)
			set |= BIT(findings.items[i].number);
	return set;
}

void minimize_list(struct text *out, uint64_t set)
{
	char name[NAME_LENGTH];

	for (int i = 0; i < CAPABILITIES_MAX; i++)
		if (set & BIT(i))
			text_printf(out, "%s%s", out->length ? ", " : "", name_of(NAME_CAPABILITY, i, name));
	if (!out->length)
		text_puts(out, "none");
}

int minimize_keep(const struct event_sink *sink, uint64_t set)
{
	int code = 0;

	for (int i = 0; i < CAPABILITIES_MAX && code == 0; i++) {
		struct event event = {
			.kind = EVENT_CAPABILITY, .phase = PHASE_PROGRAM,
			.capability = {
				.number = i, .reason = "the command passed without it", .outcome = OUTCOME_OK,
				.instead_of = CAPABILITY_NONE, .marks = CHECK_DROPPED,
			},
		};

		if (set & BIT(i))
			code = sink->on_event(sink->context, &event);
	}
	return code;
}

void minimize_tell(enum minimised how, uint64_t before, uint64_t left, size_t tried)
{
	CLEANUP(text_done) struct text all = TEXT_EMPTY, needed = TEXT_EMPTY;

	minimize_list(&all, before);
	minimize_list(&needed, left);
	if (how == MINIMISED_NOT)
		complain_text("the command fails with %s alone, so that nothing can be left out "
			      "(hint: it may fail by chance, or need what is not a capability of its own)", text_cstr(&all));
	else
		complain_text("of %s it needs %s: seen in %zu runs%s", text_cstr(&all), text_cstr(&needed), tried,
			      how == MINIMISED ? "" : ", and not enough of them to tell more (hint: --minimize-runs)");
}

int minimize_capabilities(struct recording *recording, char *const *command, size_t runs, struct error *err)
{
	struct trial trial = { command, err };
	struct minimise it = {
		.set = minimize_candidates(recording->trace), .tries = runs, .passes = passes, .context = &trial };
	struct event_sink sink = recording_sink(recording);
	uint64_t before = it.set;
	int code = before ? minimise(&it) : MINIMISED;

	if (code < 0)
		return code;
	minimize_tell((enum minimised)code, before, it.set, runs - it.tries);
	return minimize_keep(&sink, before & ~it.set);
}
