/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: -m32
 * Does nothing, with the 32-bit loader and libc. */
#include "nothing.c"
