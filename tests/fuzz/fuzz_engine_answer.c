/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an engine's answer. Whatever it says, the container gets a name that can be a part of a file's. */
#include <string.h>

#include "snug/container_identity.h"
#include "tests/fuzz/fuzz.h"

#define ID "aa"

static void check_name(const struct engine_answer *answer)
{
	const struct bundle nothing = { .command = TEXT_EMPTY };
	struct container_identity identity;

	container_identity_of(&identity, ID, NULL, &nothing, answer);
	promise(identity.name[0] && strlen(identity.name) <= CONTAINER_NAME_MAX);
	promise(!strpbrk(identity.name, "/ \n\t'\"\\$*") && !strchr("._-", identity.name[0]));
	container_identity_done(&identity);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *json = (const char *)data;
	struct engine_answer answer;

	if (engine_answer_parse(&answer, json, size) == 0) {
		engine_answer_parse_digest(&answer, json, size);
		check_name(&answer);
	}
	engine_answer_done(&answer);
	if (engine_answer_parse_storage(&answer, json, size, ID) == 0)
		check_name(&answer);
	engine_answer_done(&answer);
	return 0;
}
