/* SPDX-License-Identifier: Apache-2.0 */
/* What was recorded of services just now, against their committed folders. */
#include "cli/listen_check.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/loaded_policy.h"
#include "cli/print_difference.h"
#include "cli/service.h"
#include "cli/shell_word.h"
#include "cli/trace_file.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/difference.h"
#include "snug/memory.h"
#include "snug/sorted_change.h"

void listen_check_begin(struct listen_check *check, const char *folder)
{
	auto_free char *pattern = xasprintf("%s/*" TRACE_SUFFIX, folder);
	glob_t found = { 0 };

	check->folder = folder;
	check->before = map_new(free);
	if (glob(pattern, 0, NULL, &found) != 0)
		found.gl_pathc = 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct stat st;

		if (stat(found.gl_pathv[i], &st) == 0)
			*map_slot(check->before, found.gl_pathv[i], strlen(found.gl_pathv[i])) = xmemdup(&st, sizeof(st));
	}
	globfree(&found);
}

void listen_check_done(struct listen_check *check)
{
	map_free(check->before);
}

/* A trace is replaced as a whole, so that a new one is another file. */
static bool is_fresh(const struct listen_check *check, const char *path)
{
	const struct stat *before = map_get(check->before, path, strlen(path));
	struct stat now;

	return !before || stat(path, &now) < 0 || now.st_ino != before->st_ino || now.st_dev != before->st_dev ||
	       now.st_mtim.tv_sec != before->st_mtim.tv_sec || now.st_mtim.tv_nsec != before->st_mtim.tv_nsec;
}

/* --- the report ---------------------------------------------------------------------------------------- */

/* The container runtime's calls are asked for too, where the recording shows them: a newer one may need others. */
static int needed_policy(struct policy **ret, struct trace *trace, struct error *err)
{
	struct policy_options options = { .runtime = RUNTIME_NONE };

	for (size_t i = 0; i < map_count(trace->syscalls); i++)
		if (((const struct trace_syscall *)map_value_at(trace->syscalls, i))->phase == PHASE_RUNTIME)
			options.runtime = RUNTIME_RECORDED;
	return policy_from_trace(ret, trace, &options, err);
}

static bool is_asked_for(const struct change *change)
{
	return change->rule.class != RULE_REFUSAL && change->rule.reason != REASON_EQUIVALENT;
}

struct sorted {
	struct difference drift, news;	/* their changes are borrowed; only the arrays are owned */
	char **why;			/* owned; of each drift */
};

static void sorted_done(struct sorted *sorted)
{
	for (size_t i = 0; i < sorted->drift.count; i++)
		free(sorted->why[i]);
	free(sorted->why);
	free(sorted->drift.changes);
	free(sorted->news.changes);
}

static void sort_changes(struct sorted *ret, const struct difference *all, const struct policy *committed)
{
	ret->drift.changes = xcalloc(all->count ?: 1, sizeof(*all->changes));
	ret->news.changes = xcalloc(all->count ?: 1, sizeof(*all->changes));
	ret->why = xcalloc(all->count ?: 1, sizeof(*ret->why));
	for (size_t i = 0; i < all->count; i++) {
		char *why;

		if (!is_asked_for(&all->changes[i]))
			continue;
		why = drift_of(&all->changes[i], committed);
		if (why) {
			ret->why[ret->drift.count] = why;
			ret->drift.changes[ret->drift.count++] = all->changes[i];
		} else {
			ret->news.changes[ret->news.count++] = all->changes[i];
		}
	}
}

static void print_drift(const struct sorted *sorted)
{
	for (size_t i = 0; i < sorted->drift.count; i++) {
		CLEANUP(text_done) struct text line = TEXT_EMPTY, why = TEXT_EMPTY;

		rule_words(&line, &sorted->drift.changes[i].rule);
		bytes_printable(&why, sorted->why[i], strlen(sorted->why[i]));
		text_printf(&line, ": %s", text_cstr(&why));
		fputs("~ ", stdout);
		print_wrapped(stdout, 2, 2, text_cstr(&line));
	}
}

static void print_ways(const struct service *service, const struct sorted *sorted, const struct string_set *traces)
{
	const struct rule *first = sorted->news.count ? &sorted->news.changes[0].rule : &sorted->drift.changes[0].rule;
	CLEANUP(text_done) struct text accept = TEXT_EMPTY, explain = TEXT_EMPTY;

	text_puts(&accept, "snug update ");
	shell_word(&accept, service->name);
	text_puts(&explain, "snug why ");
	shell_word(&explain, first->subject);
	for (size_t i = 0; i < traces->count; i++) {
		text_putc(&explain, ' ');
		shell_word(&explain, traces->items[i]);
	}
	printf("to accept:  %s\nto explain: %s\n", text_cstr(&accept), text_cstr(&explain));
}

static enum status report(const struct service *service, const struct string_set *traces, const struct difference *all,
			  const struct policy *committed)
{
	const char *name = service->name;
	CLEANUP(sorted_done) struct sorted sorted = { 0 };

	sort_changes(&sorted, all, committed);
	if (sorted.drift.count + sorted.news.count == 0) {
		printf("%s: its profiles allow all that it did\n", name);
		return STATUS_FINE;
	}
	if (sorted.drift.count)
		printf("%s: drift, %zu equivalent%s of what is allowed, as another libc or runtime asks for\n", name,
		       sorted.drift.count, sorted.drift.count == 1 ? "" : "s");
	print_drift(&sorted);
	if (sorted.news.count)
		printf("%s: new behaviour, %zu\n", name, sorted.news.count);
	print_difference(&sorted.news, DIFFERENCE_TEXT, name, stdout);
	print_ways(service, &sorted, traces);
	return STATUS_NO;
}

/* --- one service ------------------------------------------------------------------------------------------- */

static enum status without_profile(const char *service)
{
	CLEANUP(text_done) struct text accept = TEXT_EMPTY;

	text_puts(&accept, "snug update ");
	shell_word(&accept, service);
	printf("%s: no profile is committed for it, all that it did is new\nto accept:  %s\n", service, text_cstr(&accept));
	return STATUS_NO;
}

/* `traces`: those of its recordings that were made meanwhile. */
static enum status check_service(const struct service *service, const struct string_set *traces)
{
	CLEANUP(trace_freep) struct trace *trace = NULL;
	CLEANUP(policy_freep) struct policy *needed = NULL;
	CLEANUP(loaded_policy_done) struct loaded_policy committed = { 0 };
	CLEANUP(difference_done) struct difference all = { 0 };
	auto_free char *facts = xasprintf("%s/" FACTS_FILE, service->folder);
	struct error err = ERROR_NONE;

	if (access(facts, F_OK) < 0)
		return without_profile(service->name);
	if (trace_files_read(&trace, traces->items, traces->count, &err) < 0 || needed_policy(&needed, trace, &err) < 0 ||
	    policy_load(&committed, (char *[]){ service->folder }, 1, &err) < 0)
		return (enum status)complain(&err);
	difference_from_policies(&all, committed.policy, needed, DIFFERENCE_ADDED_ONLY);
	return report(service, traces, &all, committed.policy);
}

static enum status check_fresh(const struct listen_check *check, const struct service *service)
{
	CLEANUP(string_set_done) struct string_set fresh = STRING_SET_EMPTY;

	for (size_t i = 0; i < service->recordings.count; i++)
		if (is_fresh(check, service->recordings.items[i]))
			string_set_add(&fresh, service->recordings.items[i]);
	return fresh.count ? check_service(service, &fresh) : STATUS_FINE;
}

enum status listen_check_end(struct listen_check *check)
{
	CLEANUP(services_done) struct services services = { 0 };
	enum status worst = STATUS_FINE;
	struct error err = ERROR_NONE;

	if (services_find(&services, check->folder, &err) < 0)
		return (enum status)complain(&err);
	for (size_t i = 0; i < services.count; i++) {
		enum status status = check_fresh(check, &services.items[i]);

		worst = status > worst ? status : worst;
	}
	fflush(stdout);
	return worst;
}
