/* SPDX-License-Identifier: Apache-2.0 */
/* Classic BPF as seccomp understands it. */
#ifndef SNUG_KNOWLEDGE_BPF_H
#define SNUG_KNOWLEDGE_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

/* True when every instruction is one that seccomp(2) accepts, every jump stays inside and the last one returns. */
bool bpf_is_valid(const struct sock_filter *program, size_t length);

/* The program's return value. Only for programs that bpf_is_valid() accepted. */
__u32 bpf_run(const struct sock_filter *program, const struct seccomp_data *data);

#endif
