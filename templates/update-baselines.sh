#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures what container runtimes call between loading the seccomp filter and starting the program, and adds it to
# templates/baseline.csv (`make update-baselines`; needs root, strace, jq and busybox-static).
#
#	[REPETITIONS=20] update-baselines.sh TABLE [RUNTIME...]	a runtime is a program: runc, /opt/new/crun
#
# Without a runtime: this machine's runc and crun, and those of newer Debian suites, which are fetched and unpacked
# (tests/engines/fetch_suites.sh, into the folder that SNUG_TESTS_SUITES names).
#
# Under strace each runtime starts a container with a filter that allows all but what is dangerous and what a runtime
# only tries, as Docker's default profile does: as root, as another user with
# groups and a working folder, with a terminal, by create and start, by exec into a running one, in a user namespace,
# and for a program that cannot be started; last with a filter that notifies a listener. A thread counts from its own
# filter on, or from its birth by one that counts; the rest of the machine's work does not. Rows that exist stay: what
# Go's scheduler calls is a matter of chance, so that a union over many runs is what is true. `chance` is true for what
# one way of starting showed in some repetitions and not in others. A comment of the table tells of each version what
# it was built from, where and how often it was last measured.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../tests/lib.sh"
engines=$(realpath "$(dirname "$0")")/../tests/engines

repetitions=${REPETITIONS:-20}
table=$(realpath "$1")
for tool in strace jq busybox script python3; do
	command -v "$tool" >/dev/null || { echo "update-baselines: needs $tool" >&2; exit 2; }
done
[ "$(id -u)" -eq 0 ] || { echo 'update-baselines: needs root' >&2; exit 2; }
if [ $# -eq 1 ] && [ -z "${PRIVATE_MACHINE:-}" ]; then
	export SNUG_TESTS_SUITES=${SNUG_TESTS_SUITES:-$PWD/suites}
	"$engines/fetch_suites.sh" "$SNUG_TESTS_SUITES" || exit 2
fi
private_machine "$@"
shift
# shellcheck source=tests/engines/suite.sh
. "$engines/suite.sh"
if [ $# -eq 0 ]; then
	set -- runc crun
	for program in "$SUITES"/*/usr/bin/{runc,crun}; do
		suite=${program#"$SUITES/"}
		[ ! -e "$program" ] || set -- "$@" "$(suite_command "${suite%%/*}" "${program##*/}")"
	done
fi

# runc 1.3 tries to mount a procfs of its own, and does without; a profile must not let every container mount.
refused='bpf clone3 fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree pivot_root setns umount2 unshare'
filter=$(jq -n --arg refused "$refused" '{defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
	syscalls: [{names: $refused | split(" "), action: "SCMP_ACT_ERRNO", errnoRet: 38}]}')

make_bundle() {	# FOLDER PROGRAM [JQ-EDIT]: a container of busybox alone
	rm -rf "$1"
	mkdir -p "$1/rootfs"/{bin,proc,dev,sys,tmp,work}
	cp "$(command -v busybox)" "$1/rootfs/bin/busybox"
	ln -s busybox "$1/rootfs/bin/true"
	ln -s busybox "$1/rootfs/bin/sleep"
	echo 'no program' >"$1/rootfs/bin/broken" && chmod 755 "$1/rootfs/bin/broken"
	(cd "$1" && runc spec) &&
	jq --argjson seccomp "$filter" --argjson nnp "$no_new_privs" --arg program "$2" \
		--arg cgroup "/$CGROUP/c" \
		'.process.terminal = false | .process.args = ($program | split(" ")) | .process.noNewPrivileges = $nnp
		| .linux.seccomp = $seccomp | .linux.cgroupsPath = $cgroup'"${3:+ | $3}" "$1/config.json" >"$1/new.json" &&
	mv "$1/new.json" "$1/config.json"
}

# The calls that a filter had to allow, from strace's lines "PID call(...) = result".
filtered_calls() {
	LC_ALL=C awk -v refused="$refused" '
	BEGIN {
		split(refused, names, " ")
		for (i in names)
			is_refused[names[i]] = 1
	}
	{
		pid = $1
		line = substr($0, length(pid) + 1)
		sub(/^ +/, "", line)
		if (line ~ /^(\+\+\+|---)/)
			next
		begins = line !~ /^<\.\.\./
		if (begins && match(line, /^[a-z0-9_]+\(/)) {
			name = substr(line, 1, RLENGTH - 1)
			if (pid in counts && !(name in is_refused))
				print name
		}
		if (line ~ /<unfinished \.\.\.>$/) {
			sub(/ *<unfinished \.\.\.>$/, "", line)
			begun[pid] = line
			next
		}
		if (!begins) {
			sub(/^<\.\.\. [a-z0-9_]+ resumed>/, "", line)
			line = begun[pid] line
			delete begun[pid]
		}
		if (line ~ /^(seccomp\(SECCOMP_SET_MODE_FILTER|prctl\(PR_SET_SECCOMP, SECCOMP_MODE_FILTER).*= [0-9]+$/)
			counts[pid] = 1
		if ((pid in counts) && line ~ /^(clone|clone3|fork|vfork)\(.*= [0-9]+$/)
			counts[substr(line, match(line, /[0-9]+$/))] = 1
		if (line ~ /^execve\(.*= 0$/)
			delete counts[pid]
	}' "$1" | sort -u
}

# Runs one start under strace; "$@" may fail, that is one of the cases.
trace_start() {	# COMMAND...
	strace -f -qq -s 0 -e signal=none -o "$SCRATCH/strace" "$@" </dev/null >"$SCRATCH/output" 2>&1
}

start_run() { trace_start "$runtime" run -b "$SCRATCH/bundle" "$id"; }
start_fail() { ! start_run; }
start_tty() { trace_start script -qec "$runtime run -b $SCRATCH/bundle $id" /dev/null; }
start_userns() { start_run; }
start_listen() { start_run; }
start_create() {
	# The container's first process outlives `create` and waits; strace has to see both halves of its life.
	strace -f -qq -s 0 -e signal=none -o "$SCRATCH/strace" "$runtime" create -b "$SCRATCH/bundle" "$id" \
		</dev/null >"$SCRATCH/output" 2>&1 &
	until_true 10 eval "'$runtime' state $id | grep -q '\"created\"'" && "$runtime" start "$id" || return 1
	wait $!
}
start_exec() {
	local command=("$runtime" exec "${exec_options[@]}" "$id" /bin/true)
	[[ " ${exec_options[*]} " != *' --tty '* ]] || command=(script -qec "${command[*]}" /dev/null)
	"$runtime" run -b "$SCRATCH/bundle" "$id" </dev/null >/dev/null 2>&1 &
	until_true 10 eval "'$runtime' state $id | grep -q '\"running\"'" && trace_start "${command[@]}"
	local status=$?
	"$runtime" kill "$id" KILL
	wait $!
	return $status
}

as_user='.process.user = {"uid": 1000, "gid": 1000, "additionalGids": [100, 1001]} | .process.cwd = "/work"'
terminal='.process.terminal = true'
in_namespace='.linux.namespaces += [{"type": "user"}]
	| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] | .linux.gidMappings = .linux.uidMappings'
# Of no container's doing, so that nothing waits for an answer.
notifying='.linux.seccomp.listenerPath = "'$SCRATCH'/listener"
	| .linux.seccomp.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_NOTIFY"}]'

# Takes what runtimes bring, and keeps it as long as they keep the connection.
receive() {
	python3 -c 'import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
while True:
    peer, _ = server.accept()
    message, descriptors, _, _ = socket.recv_fds(peer, 65536, 8)' "$SCRATCH/listener" &
	receiver=$!
	until_true 10 test -S "$SCRATCH/listener"
}

# One way of starting, REPETITIONS times; its rows go to $SCRATCH/seen.
measure() {	# START PROGRAM EDIT [EXEC-OPTION...]
	local start=$1 program=$2 edit=$3 i times call chance
	shift 3
	exec_options=("$@")
	make_bundle "$SCRATCH/bundle" "$program" "$edit" || exit 1
	: >"$SCRATCH/calls"
	for ((i = 0; i < repetitions; i++)); do
		id=baseline-$$-$i
		: >"$SCRATCH/strace"
		"start_$start" || { echo "update-baselines: $runtime: '$start' did not do what it was to do" >&2
			tail -n 5 "$SCRATCH/output" >&2; exit 1; }
		"$runtime" delete --force "$id" >/dev/null 2>&1
		filtered_calls "$SCRATCH/strace" >>"$SCRATCH/calls"
	done
	# Without a single call the filter was missed, and must not look like a frugal runtime. Only a program that
	# is not there may be found missing before the filter is loaded.
	[ -s "$SCRATCH/calls" ] || [ "$start" = fail ] ||
		{ echo "update-baselines: $runtime: '$start' made no filtered call" >&2; exit 1; }
	sort "$SCRATCH/calls" | uniq -c | while read -r times call; do
		[ "$times" -eq "$repetitions" ] && chance=false || chance=true
		echo "$name,$version,$no_new_privs,$start,$call,$chance"
	done >>"$SCRATCH/seen"
}

# Its row of provenance.
describe() {
	local told
	told=$("$runtime" --version | sed -n 's/^go: //p; s/^libseccomp: /libseccomp /p' | paste -sd, | sed 's/,/, /')
	echo "# measured: $name $version${told:+ ($told)}, on Linux $(uname -r | cut -d. -f1-2) $(uname -m), $repetitions times a start"
}

: >"$SCRATCH/seen"
chmod 711 "$SCRATCH"
receive
for runtime; do
	name=$(basename "$runtime")
	version=$("$runtime" --version | sed -n 's/^\(runc\|crun\) version \([0-9.]*\).*/\2/p')
	[ -n "$version" ] || { echo "update-baselines: '$runtime' does not tell its version" >&2; exit 1; }
	describe >>"$SCRATCH/measured"
	for no_new_privs in false true; do
		measure run /bin/true ''
		measure run true "$as_user"
		measure tty /bin/true "$terminal"
		measure create /bin/true "$as_user"
		measure exec '/bin/sleep 1000' ''
		measure exec '/bin/sleep 1000' '' --user 1000:1000 --cwd /work
		measure exec '/bin/sleep 1000' '' --tty
		measure userns /bin/true "$in_namespace"
		measure fail /no/such/program ''
		measure fail no-such-program "$as_user"
		measure fail /bin/broken ''
		measure listen /bin/true "$notifying"
	done
done
kill "$receiver"

# Into the table: its comments, and the union of its rows and ours. What was chance once is chance. What a listener
# makes a runtime do is a row only where it does not do that anyway.
{
	grep '^#' "$table" | grep -v '^# \(measured:\|runtime,\)'
	{ cat "$SCRATCH/measured"; grep '^# measured:' "$table"; } | LC_ALL=C sort -s -u -k3,4
	grep '^# runtime,' "$table"
	LC_ALL=C awk -F, '
	/^#/ { next }
	{ key = $1 FS $2 FS $3 FS $4 FS $5; row[key] = row[key] == "true" ? "true" : $6 }
	$4 != "listen" { known[$1 FS $2 FS $3 FS $5] = 1 }
	END {
		for (key in row) {
			split(key, field, FS)
			if (field[4] != "listen" || !((field[1] FS field[2] FS field[3] FS field[5]) in known))
				print key FS row[key]
		}
	}' "$SCRATCH/seen" "$table" | LC_ALL=C sort
} >"$SCRATCH/table" && cp "$SCRATCH/table" "$table"
