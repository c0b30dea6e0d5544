#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make soak: each workload recorded unmodified by each engine and run under what came of it, ten times; a table at the
# end. Takes long, and may be interrupted: what is in the file of results is not done again.
#
#	soak.sh [FOLDER]	with a folder: the table of what `make check-engines` left there as logs; nothing is run
#
# SOAK_TIMES     how often (default 10)
# SOAK_RESULTS   that file (default: soak.results in the current folder), one line a loop
# SOAK_ENGINES, SOAK_WORKLOADS   only these
set -u
times=${SOAK_TIMES:-10} results=${SOAK_RESULTS:-soak.results}
engines=${SOAK_ENGINES:-docker podman runc crun docker-trixie} workloads=${SOAK_WORKLOADS:-nginx redis postgresql training node}
here=$(dirname "$0")

verdict() {	# WORKLOAD ENGINE LOG
	if grep -q "^ok [0-9]* - $2: these capabilities, no more" "$3" && ! grep -q "^not ok .* - $2: " "$3"; then
		echo "$1 $2 passed"
	else
		echo "$1 $2 failed: $(grep -m 1 '^not ok' "$3")"
	fi
}

passed_before() {	# WORKLOAD ENGINE
	grep -c "^$1 $2 passed" "$results"
}

# One loop for each engine that lacks some; false when none does.
one_more() {	# WORKLOAD
	local wanted='' engine log
	for engine in $engines; do
		[ "$(grep -c "^$1 $engine " "$results")" -ge "$times" ] || wanted="$wanted $engine"
	done
	[ -n "$wanted" ] || return
	log=$(mktemp soak.XXXXXX)
	LISTEN_ONLY=yes LISTEN_ENGINES=$wanted "$here/$1.test" >"$log" 2>&1 </dev/null
	for engine in $wanted; do
		verdict "$1" "$engine" "$log" >>"$results"
		tail -n 1 "$results" | grep -q "^$1 $engine passed" || cp "$log" "soak.$1.$engine.failed"
	done
	rm -f "$log"
}

take_logs() {	# FOLDER
	local workload engine
	times=1 results=$(mktemp) || exit
	trap 'rm -f "$results"' EXIT
	for workload in $workloads; do
		for engine in $engines; do
			verdict "$workload" "$engine" "$1/$workload.log"
		done
	done >"$results"
}

# Round by round, so that what an interruption leaves says as much of each.
run_rounds() {
	local round workload
	touch "$results" || exit
	for ((round = 1; round <= times; round++)); do
		for workload in $workloads; do
			! one_more "$workload" || echo "round $round: $workload"
		done
	done
}

if [ $# -gt 0 ]; then
	take_logs "$1"
else
	run_rounds
fi

status=0
printf '%-12s' workload
# shellcheck disable=SC2086	# a list of words
printf '%14s' $engines
echo
for workload in $workloads; do
	printf '%-12s' "$workload"
	for engine in $engines; do
		passed=$(passed_before "$workload" "$engine")
		printf '%14s' "$passed/$times"
		[ "$passed" -ge "$times" ] || status=1
	done
	echo
done
exit "$status"
