#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: audit has never been on, so that the kernel keeps no context for us; what is started from then on has one.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
cd "$SCRATCH" || exit
note "$(uname -r)"

record() {	# OUTPUT RECORDER COMMAND...
	local output=$1 recorder=$2
	shift 2
	snug record --recorder "$recorder" -o "$output" -- "$@" >out 2>said
}

refuses() {	# REASON WORDS
	local status
	record none.json audit true
	status=$?
	is "refused: $1" '125 1' "$status $(grep -cF -- "$2" said)" || note "$(cat said)"
	check "doctor says so: $1" eval "snug doctor | grep -A6 '^audit ' | tr -s '\n ' '  ' | grep -qF -- '$2'" || note "$(snug doctor)"
}

calls() {
	jq -S '[.syscalls[] | {abi, name, ok, errnos, args}]' "$1"
}

files() {
	jq -S '[.files[] | [.path, .access - ["look"]]]' "$1"
}

is 'audit is off' 'enabled 0' "$(auditctl -s | grep enabled)"
auditctl -s >before
record by-audit.json audit bash -c 'ls / | cat; ls /nonexistent'
record by-ptrace.json ptrace bash -c 'ls / | cat; ls /nonexistent'
is 'nothing was lost' '{"complete":true,"lost":{}}' "$(jq -cS '.runs[0] | {complete, lost}' by-audit.json)" || note "$(cat said)"
calls by-audit.json >by-audit
calls by-ptrace.json >by-ptrace
check 'the same calls as ptrace recorded' diff by-ptrace by-audit
is 'and it is off again' 'enabled 0' "$(auditctl -s | grep enabled)"

snug record --recorder audit -o none.json --pid $$ >out 2>said
is 'refused: a process that runs already' '125 1' "$? $(grep -cF 'cannot tell a running process from others' said)"

auditctl -a never,task >out 2>&1
refuses 'a rule' 'keeps audit from looking at calls (never,task)'
auditctl -d never,task >out 2>&1
auditctl -f 2 >out 2>&1
refuses 'a machine that panics' 'panics when audit loses a record (auditctl -f 2)'
auditctl -f 1 >out 2>&1
record again.json audit true
is 'without all that it records' '0 true' "$? $(jq '.runs[0].complete' again.json)"

# Until the next boot.
auditctl --loginuid-immutable >out 2>&1
record again.json audit true
is 'who has no login uid may be given one' '0 true' "$? $(jq '.runs[0].complete' again.json)" || note "$(cat said)"
(
	echo 1000 >/proc/self/loginuid
	refuses 'an immutable login uid' 'nobody can where it is immutable (auditctl --loginuid-immutable)'
	echo "$tap_count $tap_failures" >counts
)
read -r tap_count tap_failures <counts
auditctl -e 2 >out 2>&1
refuses 'rules that are locked' 'locked until the next boot (auditctl -e 2)'
is 'nothing of ours is left' 'No rules' "$(auditctl -l)"
done_testing
