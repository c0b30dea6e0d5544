/* SPDX-License-Identifier: Apache-2.0 */
/* Ends by SIGSEGV, even as the first process of a container: from a fault of its own nobody is protected. */
#include <stdio.h>

int main(void)
{
	volatile int *nowhere = NULL;
	FILE *file = fopen("/tmp/before-the-crash", "w");

	if (!file)
		return 1;
	fclose(file);
	return *nowhere;
}
