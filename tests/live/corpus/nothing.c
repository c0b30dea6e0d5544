/* SPDX-License-Identifier: Apache-2.0 */
/* Does nothing: what it touches is what the loader and libc touch in every program. */
#include "corpus.h"

int main(int argc, char **argv)
{
	begin(argc, argv);
	if (sizeof(long) == 4)
		expect_row("notes", "code=abi-x86");
	return finish();
}
