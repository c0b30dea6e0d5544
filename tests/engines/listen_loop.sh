# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154	# the test and loop.sh set the variables
#
# The closed loop through snug listen: an engine runs the sample's container unmodified under the record profile while
# its test drives it, then under the profiles that come of it, and it passes the same test. For tests over loop.sh:
#	listen_loops		# after server_loop or job_loop
# LISTEN_ONLY in the environment leaves out the other loops, LISTEN_ENGINES names the engines: see soak.sh. What a test wants
# of the listener stands in listen_options.

# This machine's own, of which Docker 20.10 needs the wrapper; last a Docker that needs none: see lend_image.
listen_engines='docker podman runc crun docker-trixie'
listen_options=()

# How an engine is told to record: by the profile, or where it drops half of that, by the runtime that adds it.
record_options() {	# ENGINE
	case $1 in
	docker) echo --runtime=snug ;;
	*) echo "--security-opt=seccomp=$SNUG_RECORD" ;;
	esac
}

# Runs inside of snug listen.
drive_recorded() {	# ENGINE
	# shellcheck disable=SC2046
	sessions=yes drive "$1" $(record_options "$1")
}

drive_enforced() {	# ENGINE
	# shellcheck disable=SC2046
	sessions=yes drive "$1" $(docker_arguments "$1" "$1")
}

drive() {	# ENGINE OPTION...
	if [ "$kind" = server ]; then
		serve "$@"
	else
		run_contained "$@"
	fi
}

record_with() {	# ENGINE
	rm -rf "listen-$1"
	"$SNUG" listen -o "listen-$1" "${listen_options[@]}" -- "$BASH" -c "drive_recorded $1"
}

# Names of calls, or capabilities, that only one of two lists has.
differences() {	# LIST-OF-LISTEN LIST-OF-PTRACE
	local only
	only=$(comm -23 "$1" "$2" | xargs)
	[ -z "$only" ] || note "  only under listen: $only"
	only=$(comm -13 "$1" "$2" | xargs)
	[ -z "$only" ] || note "  only under ptrace: $only"
}

called() {	# FOLDER
	jq -r '.syscalls[] | .names[]' "$1/seccomp.json" | LC_ALL=C sort -u
}

rules() {	# FOLDER
	grep '^[[:blank:]].*,' "$1/apparmor.profile" | sed 's/^[[:blank:]]*//; s/[[:blank:]]*#.*//; s/snug-local-[a-z]*/snug-NAME/' | LC_ALL=C sort -u
}

# What the same workload shows to the other recorder.
compare_with_ptrace() {	# ENGINE
	local list
	for list in called rules; do
		"$list" "$1" >"$1.$list"
		"$list" contained >"contained.$list"
		note "$1, $list: $(wc -l <"$1.$list"), by ptrace $(wc -l <"contained.$list")"
		differences "$1.$list" "contained.$list"
	done
}

# What the runtime does under the filter is in the trace, with its name, and a part of every profile already.
runtime_was_measured() {	# ENGINE
	local runtime unmeasured trace
	for trace in "listen-$1"/*.trace.json; do
		runtime=$(jq -er '.runs[0].runtime | split(" ")[0]' "$trace") &&
			jq -e '.syscalls | any(.phase == "runtime" and .name == "execve")' "$trace" &&
			unmeasured=$(unmeasured_calls "$trace" "$runtime" "$(runtime_version "$runtime")" false) || return
		[ -z "$unmeasured" ] || { echo "$unmeasured"; return 1; }
	done
}

listen_loop() {	# ENGINE
	lend_image "$1" "$sample"
	export -f drive drive_recorded record_options
	check "$1: recorded unmodified, it passes its test" record_with "$1" || return
	check "$1: all that its runtime called before was measured" runtime_was_measured "$1"
	check "$1: the profiles are emitted" "$SNUG" emit -d "$1" "listen-$1"/*.trace.json
	check "$1: under them it passes the same test" drive_enforced "$1"
	is "$1: these capabilities, no more" "$capabilities" "$(xargs <"$1/cap-add.txt")"
	[ -n "${LISTEN_ONLY:-}" ] || compare_with_ptrace "$1"
}

listen_loops() {
	local engine
	# All that runs inside of snug listen, and what it needs.
	export sample port kind SCRATCH
	export -f engine engine_address container_address container_ended listening_or_ended until_true run_options sample_test serve \
		run_contained run_job
	# shellcheck disable=SC2086	# a list of words
	for engine in ${LISTEN_ENGINES:-$listen_engines}; do
		if [[ $engine == docker-* ]] && ! has_suite "${engine#docker-}" && ! must_run engines; then
			note "$engine: left out, SNUG_TESTS_SUITES does not say where it is"
			continue
		fi
		listen_loop "$engine"
	done
}
