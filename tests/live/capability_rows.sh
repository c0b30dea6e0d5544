# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What each program of the capability corpus is put to: it is recorded with the kernel's tracing, and runs again with exactly
# what snug lists (it passes) and without that (it fails). For this machine and for guests.
#
#	corpus=FILE	# the built programs, by the full name: one of less than some milliseconds is gone when the recorder
#	. …/capability_rows.sh	# looks for its file. The current folder is the test's own
#	needs_one CHOWN
#	needs_nothing NAME COMMAND...
#	needs_each 'NET_RAW SYS_NICE' COMMAND...

setpriv --reuid 1234 --regid 1234 --clear-groups sleep 9999 >/dev/null &
sleeper=$!
queue=$(setpriv --reuid 1234 --regid 1234 --clear-groups "$corpus" queue) || queue=
trap 'kill $sleeper; [ -z "$queue" ] || ipcrm -q "$queue"; remove_scratch' EXIT

limit=()	# what recorded programs cannot have

# In namespaces of its own, so that nothing that is tried here changes the machine; in nobody's group.
apart() {
	unshare -m -u -n setpriv --clear-groups "$@"
}

# with CAPABILITIES COMMAND...: root with these alone
with() {
	local set=-all name
	for name in $1; do set+=,+${name,,}; done
	shift
	apart --bounding-set="$set" "$@" >/dev/null 2>said
}

# A new object for the program to work on; sets $object.
prepare() {
	rm -f object device
	: >object
	object=object
	case $1 in
	DAC_* | FOWNER) chown 1234 object && chmod 600 object ;;
	LEASE) chown 1234 object ;;
	FSETID | set-group-id | foreign-group) chown :1234 object ;;
	KILL | SYS_PTRACE) object=$sleeper ;;
	IPC_OWNER) object=$queue ;;
	esac
}

# record [SETPRIV-OPTION...] COMMAND...: sets $status, and $listed to what snug lists
record() {
	rm -f trace.json
	status=0
	apart "${limit[@]}" "$SNUG" record --recorder tracefs -o trace.json -- "$@" >/dev/null 2>said || status=$?
	listed=$("$SNUG" emit -f capabilities trace.json 2>>said | paste -sd ' ')
}

tell() {
	note "$(cat said)" "$("$SNUG" show trace.json)"
}

fails() {
	! "$@"
}

# Status 77: this kernel has no such thing; not tested.
needs_one() {	# CAPABILITY
	local name=$1
	prepare "$name"
	record "$corpus" "$name" "$object"
	[ $status -ne 77 ] || return $status
	is "$name: passes, is recorded and listed" "0 $name" "$status $listed" || tell
	prepare "$name"
	check "$name: passes with what is listed" with "$listed" "$corpus" "$name" "$object"
	prepare "$name"
	check "$name: fails without" fails with '' "$corpus" "$name" "$object"
}

needs_nothing() {	# NAME COMMAND...
	local name=$1
	shift
	prepare "$name"
	record "$@"
	is "$name: is listed with nothing" '0 ' "$status $listed" || tell
	prepare "$name"
	check "$name: passes with nothing" with '' "$@"
}

needs_each() {	# CAPABILITIES COMMAND...: these, and not one less
	local want=$1 name
	shift
	record "$@"
	is "${*##*/}: what is listed" "0 $want" "$status $listed" || tell
	check "${*##*/}: passes with it" with "$listed" "$@"
	for name in $want; do
		check "${*##*/}: fails without $name" fails with "$(tr ' ' '\n' <<<"$want" | grep -vx "$name" | paste -sd ' ')" "$@"
	done
}

# Programs that need none in spite of what the kernel asks, and such as need some that it does not ask for.
try_special_programs() {
	needs_nothing own-ids "$corpus" own-ids
	needs_nothing attributes "$corpus" attributes
	needs_nothing kallsyms "$corpus" kallsyms
	needs_nothing foreign-group "$corpus" foreign-group
	limit=(--bounding-set=-fsetid)
	needs_nothing set-group-id "$corpus" set-group-id
	limit=()
	needs_nothing shell sh -c 'ls -l / ; cat object; true'
	cp "$corpus" carrier
	setcap cap_net_raw,cap_sys_nice+ep carrier
	needs_each 'NET_RAW SYS_NICE' "$PWD/carrier"
	needs_each 'NET_BIND_SERVICE SYS_TIME' "$corpus" capset
	needs_each 'SYS_TIME' "$corpus" ambient
}
