#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What paths cost on Debian's kernel, in a virtual machine: by event probes (recorder tracefs), and by stops (recorders ptrace and auto). A
# storm of stat and open, as ratios to an unrecorded run; the machine is emulated, so that nothing else of it can be compared.
#
# usage: bench.py --guest SNUG STORM FOLDER, which runs this one as: guest.sh SNUG STORM
export TOP_SRCDIR SNUG
TOP_SRCDIR=$(cd "$(dirname "$0")/../.." && pwd)
SNUG=$(realpath "$1")
storm=$(realpath "$2")
. "$TOP_SRCDIR/tests/lib.sh" || exit
# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. "$TOP_SRCDIR/tests/guest/guest.sh"
guest_seconds=600
guest_begin jq
guest_program jq
guest_copy "$storm" /storm
guest_libraries "$storm"
guest_part "Debian's kernel" "$TOP_SRCDIR/tests/bench/inside_guest.sh"
done_testing
