#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest, of whose kernel nobody can have audit.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
cd "$SCRATCH" || exit
snug record --recorder audit -o none.json -- true >out 2>said
is 'refused' '125 1' "$? $(grep -cF 'this kernel has no audit' said)" || note "$(cat said)"
check 'and how that is changed' grep -qF "no 'audit=0' on its command line" said
check 'another recorder is there' snug record -o trace.json -- true
done_testing
