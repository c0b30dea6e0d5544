/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over the files that are named, for builds without libFuzzer: a corpus is a regression test. */
#include "snug/cleanup.h"
#include "snug/file.h"
#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		CLEANUP(text_done) struct text data = TEXT_EMPTY;
		struct error err = ERROR_NONE;

		if (file_read(argv[i], 0, &data, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return 2;
		}
		/* Exactly as large as the input: the sanitizer then sees a read behind its end. */
		auto_free uint8_t *copy = malloc(data.length ? data.length : 1);

		promise(copy);
		if (data.length)
			memcpy(copy, data.data, data.length);
		LLVMFuzzerTestOneInput(copy, data.length);
	}
	return 0;
}
