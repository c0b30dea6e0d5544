#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: the recorder tracefs on this kernel, by whatever it has: a tracepoint or a kprobe for capabilities.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
cd "$SCRATCH" || exit
note "$(uname -r)"

record() {	# OUTPUT RECORDER COMMAND...
	local output=$1 recorder=$2
	shift 2
	snug record --recorder "$recorder" -o "$output" -- "$@" >said 2>&1
}

facts() {
	jq -S '{syscalls: [.syscalls[] | {abi, name, ok, errnos, args}], execs: [.execs[] | {from, to}]}' "$1"
}

check 'doctor finds it usable' eval "snug doctor | grep -q '^tracefs *usable'" || note "$(snug doctor)"
# shellcheck disable=SC2016	# for the inner shell
record by-ptrace.json ptrace bash -c 'echo $(ls / | cat); ls /nonexistent; (exit 3); exit 0'
# shellcheck disable=SC2016	# for the inner shell
record by-tracefs.json tracefs bash -c 'echo $(ls / | cat); ls /nonexistent; (exit 3); exit 0' || note "$(cat said)"
facts by-ptrace.json >by-ptrace
facts by-tracefs.json >by-tracefs
check 'the same calls and programs as ptrace recorded' diff by-ptrace by-tracefs

# capability WANT COMMAND...: what a call's check was about, by the kernel's own word.
capability() {
	local want=$1
	shift
	record trace.json tracefs "$@"
	is "$*" "$want" "$(jq -r '[.capabilities[] | select(.syscall and (.inferred | not) and (.reason | contains("probe") | not) and .granted and .outcome == "ok") |
		"\(.name) \(.syscall)"] | unique | join(", ")' trace.json)" || note "$(cat said; jq -c '.capabilities[], .runs[]' trace.json)"
}

: >file
capability 'CHOWN chown' /busybox chown 1 file
capability 'MKNOD mknodat' /busybox mknod null c 1 3
capability 'SYS_CHROOT chroot' /busybox chroot / /busybox true
capability '' /busybox true
is 'nothing is left' '' "$(mount -t tracefs none /mnt && ls /mnt/instances && cat /mnt/dynamic_events; umount /mnt)"
done_testing
