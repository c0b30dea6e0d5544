/* SPDX-License-Identifier: Apache-2.0 */
/* Where struct pt_regs has a call, on an architecture whose registers we do not know; see kernel_known_internal.h. */
#include "record/kernel_known_internal.h"

const struct call_registers *const kernel_known_registers;
