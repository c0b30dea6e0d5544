/* SPDX-License-Identifier: Apache-2.0 */
/* The base of a recording, compiled once for each set of capabilities. */
#include "cli/listen_base.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli/command.h"
#include "snug/arch.h"
#include "snug/cleanup.h"
#include "snug/docker_default.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/not_notified.h"
#include "snug/profile_allows.h"
#include "snug/profile_resolve.h"
#include "snug/string_set.h"

#define NUMBERS 1024			/* above every call of every architecture */
#define PROFILE_MAX ((size_t)16 << 20)	/* bytes of a base profile */

struct compiled {
	uint64_t bounding;
	struct filter *filter;		/* owned */
};

struct listen_base {
	char *name;			/* owned; for messages */
	bool is_chosen;
	struct text profile;		/* empty = unconfined */
	struct profile_target target;	/* but for the bounding set */
	struct string_set allowed;	/* calls that it never refuses; of a profile only */
	struct compiled *compiled;	/* owned */
	size_t compiled_count;
};

bool listen_base_always_allows(const struct listen_base *base, const char *call)
{
	return base->profile.length == 0 || string_set_has(&base->allowed, call);
}

/* Of the calls of this machine. */
static void find_allowed(struct listen_base *base)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;

	for (uint64_t number = 0; number < NUMBERS; number++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(base->target.machine, number, name);
		if (name[0] != '#')
			string_set_add(&names, name);
	}
	profile_always_allowed(&base->allowed, &names, text_cstr(&base->profile), base->profile.length);
}

/* What this machine's engine would have asked. An unreadable release counts as new: no condition is known for old ones. */
static int ask_machine(struct profile_target *ret, struct error *err)
{
	struct utsname machine;

	ret->machine = arch_native();
	if (!ret->machine)
		return error_set(err, -ENOTSUP, "no table knows this machine's architecture");
	if (uname(&machine) < 0 || sscanf(machine.release, "%9u.%9u", &ret->kernel, &ret->revision) != 2)
		ret->kernel = UINT32_MAX;
	return 0;
}

static int resolve(const struct listen_base *base, uint64_t bounding, struct text *out, struct error *err)
{
	struct profile_target target = base->target;

	target.bounding = bounding;
	return profile_resolve(out, text_cstr(&base->profile), base->profile.length, base->name, &target, err);
}

int listen_base_profile(const struct listen_base *base, struct text *out, struct error *err)
{
	return base->profile.length ? resolve(base, docker_default_capabilities(), out, err) : 0;
}

static int compile(const struct listen_base *base, uint64_t bounding, struct filter **ret, struct error *err)
{
	CLEANUP(text_done) struct text resolved = TEXT_EMPTY;
	int code = resolve(base, bounding, &resolved, err);

	return code < 0 ? code : filter_from_profile(ret, text_cstr(&resolved), resolved.length, base->name, err);
}

static int read_profile(struct listen_base *base, const char *option, struct error *err)
{
	if (option && strcmp(option, "unconfined") == 0)
		return 0;
	if (option && strcmp(option, "default") != 0)
		return file_read(option, PROFILE_MAX, &base->profile, err);
	docker_default_profile(&base->profile, base->target.machine);
	return 0;
}

static const struct filter *keep(struct listen_base *base, uint64_t bounding, struct filter *filter)
{
	base->compiled = xrealloc(base->compiled, base->compiled_count + 1, sizeof(*base->compiled));
	base->compiled[base->compiled_count++] = (struct compiled){ bounding, filter };
	return filter;
}

/* What the listener is not told of goes on, whatever the base says. */
static void warn_of_refusals(const char *name, const struct filter *filter)
{
	static const uint64_t none[6];
	CLEANUP(text_done) struct text calls = TEXT_EMPTY;
	const struct not_notified *row;

	for (size_t i = 0; (row = not_notified_at(i)) != NULL; i++) {
		int64_t number = syscall_number(arch_native(), row->call);
		uint32_t answer = number < 0 ? SECCOMP_RET_ALLOW
					     : filter_answer(filter, arch_native(), (uint32_t)number, none);

		if (answer != SECCOMP_RET_ALLOW && answer != SECCOMP_RET_LOG)
			text_printf(&calls, "%s%s", calls.length ? ", " : "", row->call);
	}
	if (calls.length)
		complain_text("the base '%s' refuses %s, which cannot be refused while recording", name, text_cstr(&calls));
}

int listen_base_new(struct listen_base **ret, const char *option, struct error *err)
{
	struct listen_base *base = xcalloc(1, sizeof(*base));
	struct filter *filter = NULL;
	int code = ask_machine(&base->target, err);

	base->name = xstrdup(option ? option : "default");
	base->is_chosen = option != NULL;
	if (code == 0)
		code = read_profile(base, option, err);
	if (code == 0 && base->profile.length == 0 && option && strcmp(option, "unconfined") != 0)
		code = error_set(err, -EINVAL, "the profile '%s' is empty", option);
	if (code == 0 && base->profile.length)
		code = compile(base, docker_default_capabilities(), &filter, err);
	if (code == 0 && base->profile.length)
		find_allowed(base);
	if (code == 0 && filter) {
		keep(base, docker_default_capabilities(), filter);
		warn_of_refusals(base->name, filter);
	}
	*ret = code == 0 ? base : listen_base_free(base);
	return code;
}

struct listen_base *listen_base_free(struct listen_base *base)
{
	if (!base)
		return NULL;
	for (size_t i = 0; i < base->compiled_count; i++)
		filter_free(base->compiled[i].filter);
	free(base->compiled);
	string_set_done(&base->allowed);
	text_done(&base->profile);
	free(base->name);
	free(base);
	return NULL;
}

bool listen_base_is_chosen(const struct listen_base *base)
{
	return base->is_chosen;
}

/* What compiled for one set can fail for another only in libseccomp; no container goes on without its base then: the
 * filter of the default set is the stricter one of the two. */
const struct filter *listen_base_filter(struct listen_base *base, uint64_t bounding)
{
	struct filter *filter = NULL;
	struct error err = ERROR_NONE;

	for (size_t i = 0; i < base->compiled_count; i++)
		if (base->compiled[i].bounding == bounding)
			return base->compiled[i].filter;
	if (base->profile.length == 0)
		return NULL;
	if (compile(base, bounding, &filter, &err) == 0)
		return keep(base, bounding, filter);
	complain(&err);
	return base->compiled[0].filter;
}
