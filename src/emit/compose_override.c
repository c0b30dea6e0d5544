/* SPDX-License-Identifier: Apache-2.0 */
/* compose.yaml and compose.apparmor.yaml of a repository. */
#include "snug/compose_override.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/digest.h"
#include "snug/names.h"

/* Of a service; compose-spec, schema/compose-spec.json. */
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static const char heading[] =
	"# Written by 'snug update': record again or change snug/*/rules, never this file. To use it:\n"
	"#   COMPOSE_FILE=compose.yaml:snug/compose.yaml docker compose up\n"
	"# compose.apparmor.yaml comes behind it, where the kernel has AppArmor and 'snug load' has run.\n";

#define DIGEST_LINE "# digest: "
#define DIGEST_DIGITS 16

static void add_capabilities(struct text *out, const struct policy *policy)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;
	char name[NAME_LENGTH];

	for (size_t i = 0; i < policy->capability_count; i++)
		string_set_add(&names, name_of(NAME_CAPABILITY, policy->capabilities[i].number, name));
	text_puts(out, "    cap_drop:\n      - ALL\n");
	if (names.count)
		text_puts(out, "    cap_add:\n");
	for (size_t i = 0; i < names.count; i++)
		text_printf(out, "      - %s\n", names.items[i]);
}

int compose_override_add(struct compose_override *override, const char *service, const struct policy *policy,
			 const struct emit_options *options, struct error *err)
{
	if (!service[0] || service[strspn(service, NAME_CHARACTERS)])
		return error_set(err, -EINVAL, "'%s' cannot be a service of compose", service);
	text_printf(&override->seccomp, "  \"%s\":\n    security_opt:\n      - \"seccomp=%s/seccomp.json\"\n", service,
		    options->folder);
	if (policy->no_new_privs)
		text_puts(&override->seccomp, "      - \"no-new-privileges:true\"\n");
	add_capabilities(&override->seccomp, policy);
	text_printf(&override->apparmor, "  \"%s\":\n    security_opt:\n      - \"apparmor=snug-%s-%s\"\n", service, options->project,
		    options->name);
	return 0;
}

void compose_override_finish(const struct text *services, struct text *out)
{
	text_puts(out, heading);
	text_puts(out, services->length ? "services:\n" : "services: {}\n");
	text_puts(out, text_cstr(services));
	text_printf(out, DIGEST_LINE "%016" PRIx64 "\n", digest_of(out->data, out->length));
}

bool compose_override_is_whole(const char *text, size_t length)
{
	const size_t tail = strlen(DIGEST_LINE) + DIGEST_DIGITS + 1;
	char line[sizeof(DIGEST_LINE) + DIGEST_DIGITS + 1];

	if (length < tail)
		return false;
	snprintf(line, sizeof(line), DIGEST_LINE "%016" PRIx64 "\n", digest_of(text, length - tail));
	return memcmp(text + length - tail, line, tail) == 0;
}

void compose_override_done(struct compose_override *override)
{
	text_done(&override->seccomp);
	text_done(&override->apparmor);
}
