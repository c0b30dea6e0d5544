/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a question to `snug why`: it is read, and asked of a few rules, without a fault; a rule's own subject
 * always fits it. */
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/why.h"
#include "tests/fuzz/fuzz.h"

static struct pattern_piece pieces[] = {
	{ PATTERN_LITERAL, (char *)"/proc/" }, { PATTERN_NUMBER, NULL }, { PATTERN_LITERAL, (char *)"/" }, { PATTERN_NAME, NULL },
};
static const struct policy_file file = { .pieces = pieces, .piece_count = ARRAY_SIZE(pieces) };

static const struct rule rules[] = {
	{ .class = RULE_SYSCALL, .subject = (char *)"statx" },
	{ .class = RULE_ARGUMENT, .subject = (char *)"socket domain inet" },
	{ .class = RULE_CAPABILITY, .subject = (char *)"NET_ADMIN" },
	{ .class = RULE_NETWORK, .subject = (char *)"tcp port 443" },
	{ .class = RULE_FILE, .subject = (char *)"/proc/[0-9]*/*", .file = &file },
	{ .class = RULE_MOUNT, .subject = (char *)"mount tmpfs tmpfs at /mnt" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = xmemdup(data, size);
	CLEANUP(question_done) struct question question = { 0 };

	question_read(&question, text);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		bool fits = question_fits(&question, &rules[i]);

		promise(fits || strcmp(text, rules[i].subject) != 0);
	}
	return 0;
}
