#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: capabilities as this kernel checks them, by whatever it has: a tracepoint or a kprobe.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
chmod 755 "$SCRATCH"
cd "$SCRATCH" || exit
SNUG=snug corpus=/tests/capability_corpus
# shellcheck source-path=SCRIPTDIR source=../live/capability_rows.sh
. /tests/capability_rows.sh

mkdir tracing && mount -t tracefs tracefs tracing
has_tracepoint=$([ ! -e tracing/events/capability/cap_capable ] || echo yes)
umount tracing
note "$(uname -r), tracepoint: ${has_tracepoint:-no}"

# What containers lack in which the other tests run.
rows='SYS_MODULE SYS_RAWIO SYS_RESOURCE'
# And where the kernel asks for one and then for another, or bits are lost without: with a tracepoint the other tests do these.
[ -n "$has_tracepoint" ] || rows+=' BPF DAC_READ_SEARCH FSETID'
for name in $rows; do
	needs_one "$name" || result 1 "$name: is there"
done
[ -n "$has_tracepoint" ] || try_special_programs
done_testing
