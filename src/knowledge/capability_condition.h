/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rows of the table of inferences (capability_inference.c) hold against a call's facts.
 *
 * Each answers "would the kernel ask, and refuse without it?", as its function that asks does (Linux 6.18): a call that needs
 * nothing because the caller already is what it asks to be holds for none of them. Pure.
 */
#ifndef SNUG_KNOWLEDGE_CAPABILITY_CONDITION_H
#define SNUG_KNOWLEDGE_CAPABILITY_CONDITION_H

#include "snug/capability_inference.h"

#define CONDITION(name) bool name(const struct inference_facts *facts)

CONDITION(asks_by_name);
CONDITION(asks_for_change);
CONDITION(asks_for_immutable);
CONDITION(asks_for_realtime);
CONDITION(binds_low_port);
CONDITION(changes_network);
CONDITION(changes_owner);
CONDITION(file_is_another_users);
CONDITION(is_user_message);
CONDITION(keeps_set_group_id);
CONDITION(lacks_no_new_privs);
CONDITION(links_to_unsafe_file);
CONDITION(locks_all_beyond_limit);
CONDITION(locks_beyond_limit);
CONDITION(lowers_nice);
CONDITION(makes_namespace);
CONDITION(makes_namespace_by_struct);
CONDITION(names_file_capabilities);
CONDITION(names_guarded_attribute);
CONDITION(raises_hard_limit);
CONDITION(schedules_another_users);
CONDITION(sets_other_file_group);
CONDITION(sets_other_file_user);
CONDITION(sets_other_group);
CONDITION(sets_other_user);
CONDITION(sets_three_other_groups);
CONDITION(sets_three_other_users);
CONDITION(sets_times_of_others);
CONDITION(sets_times_of_others_at);
CONDITION(sets_two_other_groups);
CONDITION(sets_two_other_users);
CONDITION(takes_from_sticky_folder);
CONDITION(target_is_another_users);
CONDITION(target_is_out_of_reach);

#endif
