/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what a caller's pointers point to. */
#include <string.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

#define PAGE 4096u		/* bytes; on larger pages a string takes more, smaller reads */
#define FIRST_READ 256u		/* bytes: nearly every path ends within */

bool read_exactly(const struct task *task, uint64_t address, void *buffer, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = task->read_memory(task->context, address + done, (char *)buffer + done, length - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

bool read_word(const struct task *task, const struct arch *abi, uint64_t *address, uint64_t *ret)
{
	uint32_t narrow;
	bool ok;

	if (abi->pointer_bits == 64) {
		ok = read_exactly(task, *address, ret, sizeof(*ret));
	} else {
		ok = read_exactly(task, *address, &narrow, sizeof(narrow));
		*ret = narrow;
	}
	*address += abi->pointer_bits / 8;
	return ok;
}

/* The kernel reads up to the NUL and no further: what follows may be unmapped, so no read crosses a page. */
char *read_string(const struct task *task, uint64_t address)
{
	char buffer[STRING_MAX];
	size_t length = 0;

	while (length < sizeof(buffer)) {
		uint64_t at = address + length;
		size_t want = PAGE - at % PAGE;
		ssize_t n;

		if (!length && want > FIRST_READ)
			want = FIRST_READ;
		if (want > sizeof(buffer) - length)
			want = sizeof(buffer) - length;
		n = task->read_memory(task->context, at, buffer + length, want);
		if (n <= 0)
			return NULL;
		if (memchr(buffer + length, '\0', (size_t)n))
			return xstrdup(buffer);
		length += (size_t)n;
	}
	return NULL;
}
