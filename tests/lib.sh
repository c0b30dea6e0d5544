# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the shell tests share: TAP, "needs this, else skipped", a machine of their own.
#
#	. "$TOP_SRCDIR/tests/lib.sh" || exit	# what follows is for a private machine
#	needs live root strace		# tier, then what must be there; without it: skipped, or an error if it must run
#	private_machine "$@"		# the rest runs in namespaces of its own; or: scratch_folder
#					# (with HOST_PIDS=yes before it, in the machine's pid namespace: tracing knows no other; with
#					# ALONE=yes while no other such test runs: it uses the kernel's audit)
#	check 'what holds' COMMAND...	# a test: passes if the command does; its output is shown if it fails
#	is 'what' "$want" "$got"
#	done_testing
#
# $SCRATCH is a folder that is gone when the test has ended, however it ended.
set -u

tap_count=0 tap_failures=0

result() {	# STATUS DESCRIPTION
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
	else
		tap_failures=$((tap_failures + 1))
		echo "not ok $tap_count - $2"
		return 1
	fi
}

note() {
	local line
	while IFS= read -r line; do
		printf '# %s\n' "$line"
	done <<<"$*"
}

show_tail() {	# FILE [LINES]
	note "$(tail -n "${2:-20}" "$1" 2>/dev/null | tr -cd '[:print:]\n\t')"
}

check() {	# DESCRIPTION COMMAND...
	local description=$1 status=0
	shift
	"$@" >"$SCRATCH/output" 2>&1 || status=$?
	result "$status" "$description" && return 0
	note "status $status of: $*"
	show_tail "$SCRATCH/output"
	return 1
}

is() {	# DESCRIPTION WANT GOT
	[ "$2" = "$3" ]
	result $? "$1" && return 0
	note "want: $2"
	note "got:  $3"
	return 1
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_failures" -eq 0 ]
	exit
}

# Trouble that leaves nothing more to test; shows the end of the file if one is given.
give_up() {	# REASON [FILE]
	result 1 "$1"
	[ $# -lt 2 ] || show_tail "$2" 30
	echo "1..$tap_count"
	exit 1
}

# SNUG_TESTS_MUST_RUN ("all", or tiers) says which tiers have to run here.
must_run() {	# TIER
	[[ " ${SNUG_TESTS_MUST_RUN:-} " == *" all "* || " ${SNUG_TESTS_MUST_RUN:-} " == *" $1 "* ]]
}

# A missing component skips the file, unless its tier has to run.
missing() {	# TIER REASON
	! must_run "$1" || give_up "$2, and SNUG_TESTS_MUST_RUN asks for tier $1"
	echo "1..0 # SKIP $2"
	exit 0
}

needs() {	# TIER WHAT...: "root", a path, or a program
	local tier=$1 what
	shift
	for what; do
		case $what in
		root) [ "$(id -u)" -eq 0 ] || missing "$tier" 'needs root' ;;
		/*) [ -e "$what" ] || missing "$tier" "needs $what" ;;
		*) command -v "$what" >/dev/null || missing "$tier" "needs the program $what" ;;
		esac
	done
}

# until_true SECONDS COMMAND...
until_true() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.05
	done
}

# Waits for the end of a process that need not be a child.
until_gone() {	# SECONDS PID
	local pid=$2
	until_true "$1" eval "! kill -0 $pid"
}

# The machine's audit is one: a test that uses it runs alone. Those with a private machine share the lock.
machine_lock() {	# [--shared]
	exec 9>"${SNUG_TESTS_LOCK:-/tmp/snug-tests.lock}" || give_up 'cannot open the lock of the machine'
	flock "${1:---exclusive}" 9
}

# Begins the test again in network, mount, pid and ipc namespaces of its own: docker0, iptables, forwarding, mounts,
# /run, /etc and every daemon that the test starts vanish with them, even if the test is killed. What no
# namespace holds is put back here, outside: control groups (all under $CGROUP) and files (all under $SCRATCH).
private_machine() {	# the arguments of the test
	[ -z "${PRIVATE_MACHINE:-}" ] || { inside_private_machine; return; }
	if [ -n "${ALONE:-}" ]; then
		machine_lock
	else
		machine_lock --shared
	fi
	SCRATCH=$(mktemp -d /tmp/snug-test.XXXXXX) || exit 1
	CGROUP=snug-tests-$$
	export SCRATCH CGROUP PRIVATE_MACHINE=yes
	trap leave_private_machine EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	if [ -z "${HOST_PIDS:-}" ]; then
		unshare --net --mount --ipc --pid --fork --kill-child --mount-proc "$BASH" "$0" "$@" 9>&-
	else
		unshare --net --mount --ipc "$BASH" "$0" "$@" 9>&-
	fi
	exit
}

end_processes() {	# CGROUP...: all that are in them
	local folder pid
	for folder; do
		[ -d "$folder" ] || continue
		find "$folder" -name cgroup.procs -exec cat {} + | while read -r pid; do
			kill -KILL "$pid" 2>/dev/null
		done
	done
}

# The folder of a test goes; never through a mount that a test left in it, which may be a view of the whole machine
# (--one-file-system does not see that: a bind mount has the same device).
remove_scratch() {
	local mounts
	mounts=$(awk -v folder="$SCRATCH/" 'index($5, folder) == 1 { print $5 }' /proc/self/mountinfo) ||
		{ note "left behind: $SCRATCH"; return; }
	if [ -n "$mounts" ]; then
		note "left behind, because of what is mounted there: $mounts"
		return
	fi
	rm -rf --one-file-system "${SCRATCH:?}"
}

leave_private_machine() {
	local folder
	[ -z "${HOST_PIDS:-}" ] || end_processes /sys/fs/cgroup/"$CGROUP" /sys/fs/cgroup/*/"$CGROUP"
	for folder in /sys/fs/cgroup/"$CGROUP" /sys/fs/cgroup/*/"$CGROUP"; do
		[ ! -d "$folder" ] || until_true 5 find "$folder" -depth -type d -exec rmdir {} + ||
			note "left behind: $folder"
	done
	remove_scratch
}

# What engines write is soon gone again: it stays in memory where there is much of it, and where a tmpfs keeps all that files
# bear (attributes of users: Linux 6.6).
scratch_in_memory() {
	local available
	available=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
	if [ "$available" -ge 12582912 ] && printf '%s\n' 6.6 "$(uname -r)" | sort --version-sort --check=quiet; then
		mount -t tmpfs -o "mode=700,size=$((available / 2))k" tmpfs "$SCRATCH" || give_up 'cannot mount a tmpfs'
	fi
}

inside_private_machine() {
	local folder
	scratch_in_memory
	ip link set lo up || give_up 'cannot set up the loopback interface'
	# Engines write to these (key.json, plugin sockets, shims): they get a copy that nobody else sees.
	mount -t tmpfs -o mode=755 tmpfs /run || give_up 'cannot mount a private /run'
	mkdir "$SCRATCH/layers"
	mount -t tmpfs -o mode=755 tmpfs "$SCRATCH/layers" || give_up 'cannot mount a tmpfs'
	for folder in etc opt; do
		mkdir -p "$SCRATCH/layers/$folder/upper" "$SCRATCH/layers/$folder/work" "/$folder"
		mount -t overlay -o "lowerdir=/$folder,upperdir=$SCRATCH/layers/$folder/upper,workdir=$SCRATCH/layers/$folder/work" \
			overlay "/$folder" || give_up "cannot mount a private /$folder"
	done
	# crun refuses to run while a controller sits in the unified half of a hybrid tree; here nobody needs that half.
	if [ "$(stat -f -c %T /sys/fs/cgroup/unified 2>/dev/null)" = cgroup2fs ]; then
		umount /sys/fs/cgroup/unified
	fi
}

# A test that needs no machine of its own still wants its folder.
scratch_folder() {
	SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/snug-test.XXXXXX") || exit 1
	trap remove_scratch EXIT
}
