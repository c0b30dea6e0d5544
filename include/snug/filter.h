/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a seccomp profile answers to a call, told by the filter itself.
 *
 * The profile (Docker's format or the OCI runtime-spec's, in the subset that both honour) is compiled by
 * libseccomp as runc and crun do it, and the resulting BPF program is run over seccomp_data here, in user
 * space. So a verdict is the kernel's own and no second reading of the rules. Two things are put before libseccomp's
 * instructions: calls newer than this build's libseccomp are ruled by their number, and calls newer than any that
 * the profile names are answered with ENOSYS, as by runc.
 */
#ifndef SNUG_FILTER_H
#define SNUG_FILTER_H

#include <stddef.h>
#include <stdint.h>

#include "snug/arch.h"
#include "snug/cleanup.h"
#include "snug/error.h"

struct filter;

/* `name` is for messages. -EINVAL with one line for what is not such a profile: conditional rules (archMap, includes,
 * excludes, minKernel) too, because their meaning depends on the container: see profile_resolve.h. Names that no table
 * knows are passed over, as every runtime does. */
int filter_from_profile(struct filter **ret, const char *json, size_t length, const char *name, struct error *err);
struct filter *filter_free(struct filter *filter);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct filter *, filter_free);

/* The BPF program, so that another process can judge by it: its bytes (borrowed), and a filter of such bytes. -EINVAL when they are
 * no program that seccomp(2) would take. */
const void *filter_program(const struct filter *filter, size_t *ret_size);
int filter_from_program(struct filter **ret, const void *program, size_t size);

/* SECCOMP_RET_* with its data, <linux/seccomp.h>. `number` as the kernel reports it, the x32 bit included. */
uint32_t filter_answer(const struct filter *filter, const struct arch *abi, uint32_t number, const uint64_t args[6]);

#endif
