/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a runtime's message. What is accepted names a container; what is not has a reason. */
#include "record/notify_state.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct notify_state state = { 0 };
	struct error err = ERROR_NONE;

	if (notify_state_parse(&state, (const char *)data, size, &err) == 0)
		promise(state.id && state.id[0] && (!state.name || state.name[0]) && (!state.bundle || state.bundle[0]));
	else
		promise(err.code < 0 && err.text[0] && !state.id);
	notify_state_done(&state);
	return 0;
}
