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

# Paths without a stop: by the strings of the kernel's own events, else by event probes. Addresses of sockets are not among them.
paths() {
	jq -S '[.files[] | select(.kind != "socket") | [.path, .kind, .outcome, .access]]' "$1"
}
paths by-ptrace.json >paths-by-ptrace
paths by-tracefs.json >paths-by-tracefs
check 'the same files as ptrace recorded' diff paths-by-ptrace paths-by-tracefs
is 'and nothing was lost' true "$(jq '.runs[0].complete' by-tracefs.json)"
mkdir tracing folder && echo text >folder/file && ln -s file folder/link
# shellcheck disable=SC2016	# for the inner shell
record moves.json tracefs bash -c 'cd folder; exec 5<link; cd ..; mkdir made; cd made; read -r line <../folder/file; exec 6</proc/version'
is 'relative paths, symlinks, folders that were left' "$PWD/folder enter, $PWD/folder/file read, $PWD/made create,enter, /proc/version read" \
	"$(jq -r --arg here "$PWD" '[.files[] | select((.path | startswith($here + "/")) or .path == "/proc/version") |
		"\(.path) \(.access - ["look"] | join(","))"] | sort_by(startswith("/proc")) | join(", ")' moves.json)" ||
	note "$(cat said; jq -c '.files[], .runs[].lost' moves.json)"

# Uses that are like those before are not looked up again; what only looks like them is.
used() {	# NAME RECORDER ARGUMENT...: its files, as far as they lie here
	local name=$1 recorder=$2
	shift 2
	mkdir place
	(cd place && record "../$name.json" "$recorder" /uses_again "$@") || note "$(cat place/said)"
	jq -c --arg here "$PWD/place/" '.files[] | select(.path | startswith($here)) |
		[(.path | ltrimstr($here)), .kind, .outcome, (.access | join(" ")), .by]' "$name.json" | sort >"$name"
	rm -r place
}
used alike-ptrace ptrace alike
used alike tracefs alike
check 'the same uses, from elsewhere, through a descriptor, by somebody else' diff alike-ptrace alike
is 'all of them' true "$(jq '.runs[0].complete' alike.json)"
used often-ptrace ptrace often
used often tracefs often
check 'what was used often is used in another way, and by another program' diff often-ptrace often
used turned tracefs turned
is 'a name that stands for something else by then' 'fifo pipe ok, folder folder ok, gone unknown absent, target file ok' \
	"$(jq -r 'select((.[3] | test("read")) and ([.[0, 1]] | IN(["folder", "folder"], ["fifo", "pipe"], ["gone", "unknown"], ["target", "file"]))) |
		.[:3] | join(" ")' turned | sort | paste -sd, | sed 's/,/, /g')" || note "$(cat turned)"
used received tracefs received
is 'a descriptor of which no call told is not taken for the one before' 'false paths create write' \
	"$(jq -r '"\(.runs[0].complete) \(.runs[0].lost | keys | join(" "))"' received.json) $(jq -r 'select(.[0] == "one/inner")[3]' received)" ||
	note "$(cat received)"
mount -t tracefs tracefs tracing
mkdir tracing/instances/look-ups
for call in fcntl openat2; do
	echo 'comm == "snug"' >"tracing/instances/look-ups/events/syscalls/sys_enter_$call/filter"
	echo 1 >"tracing/instances/look-ups/events/syscalls/sys_enter_$call/enable"
done
look_ups() {	# COUNT: calls of the recorder's for that many uses
	echo >tracing/instances/look-ups/trace
	used many tracefs many "$1"
	awk '$1 == "entries:" || $1 == "overrun:" { sum += $2 } END { print sum }' tracing/instances/look-ups/per_cpu/cpu*/stats
}
few=$(look_ups 20)
many=$(look_ups 2020)
check 'two thousand uses more are hardly more to look up' [ $((many - few)) -lt 1000 ] || note "$few, $many"
rmdir tracing/instances/look-ups
umount tracing

# Calls of another ABI: a program of it is told of, one of the machine's own that makes some is not, and that is said where the kernel
# lets a probe stand in their way. 7.3 does not.
record narrow.json tracefs /nothing_32 . || note "$(cat said)"
is 'a 32-bit program' 'true true' "$(jq -r '"\(.runs[0].complete) \([.syscalls[] | .abi == "x86"] | any)"' narrow.json)" ||
	note "$(jq -c '.runs[0].lost' narrow.json)"
case $(uname -r) in
6.1.*) want='false foreign-abi' ;;
*) want='true ' ;;
esac
record mixed.json tracefs /int_80 .
is 'a call by int 0x80' "$want" "$(jq -r '"\(.runs[0].complete) \(.runs[0].lost | keys | join(" "))"' mixed.json)" || note "$(cat said)"

# Look-ups that are known pass the recorder auto; see tests/live/look_ups.test.
case $(uname -r) in
6.1.*) want='files that are known' ;;
*) want='not usable' ;;	# it passes over our program at times
esac
check "known look-ups: $want" eval "snug doctor | grep -q '^BPF *$want'" || note "$(snug doctor)"
for recorder in ptrace auto; do
	mkdir place
	(cd place && record "../look-ups-$recorder.json" "$recorder" /look_ups) || note "$(cat said)"
	rm -r place
	jq -S '[.runs[].complete, [.files[] | select(.path | startswith("/proc/") | not) | del(.runs)]]' "look-ups-$recorder.json" >"look-ups-$recorder"
done
check 'and what is recorded is the same' diff look-ups-ptrace look-ups-auto

# What each check was about, by the kernel's own word, and neither noise nor the probe itself.
: >file
record trace.json tracefs /busybox sh -c '/busybox chown 1 file; /busybox mknod null c 1 3; /busybox chroot / /busybox true'
is 'capabilities as the kernel checked them' 'CHOWN chown setattr_prepare, MKNOD mknodat vfs_mknod, SYS_CHROOT chroot __x64_sys_chroot' \
	"$(jq -r '[.capabilities[] | select(.syscall and (.inferred | not) and .granted and .outcome == "ok") |
		"\(.name) \(.syscall) \(.reason | sub(" <.*"; ""))"] | unique | join(", ")' trace.json)" ||
	note "$(cat said; jq -c '.capabilities[], .runs[]' trace.json)"
check 'what is left can be looked at' mount -t tracefs tracefs tracing
is 'nothing is left' '' "$(ls tracing/instances; cat tracing/dynamic_events)"
umount tracing
done_testing
