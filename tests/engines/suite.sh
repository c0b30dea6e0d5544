# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Engines of newer Debian suites beside this machine's own, as fetch_suites.sh unpacked them. A program of a suite runs
# in a mount namespace of its own, where /usr is the suite's over this machine's: its libraries are newer than ours
# and serve our programs, too, and all other folders, sockets and processes are the same.

# Where they are; tests/run.sh says.
SUITES=${SNUG_TESTS_SUITES:-}

has_suite() {	# SUITE
	[ -e "$SUITES/$1/packages" ]
}

needs_suite() {	# TIER SUITE...
	local tier=$1 suite
	shift
	for suite; do
		has_suite "$suite" ||
			missing "$tier" "needs the engines of Debian's $suite: run tests/engines/fetch_suites.sh FOLDER, and set SNUG_TESTS_SUITES=FOLDER"
	done
}

# A command of a suite as a script of the same name, which can be given to whoever starts programs.
suite_command() {	# SUITE NAME; its path goes to stdout
	local script=$SCRATCH/suites/$1/$2
	mkdir -p "${script%/*}"
	cat >"$script" <<-END
		#!/bin/sh
		exec unshare --mount --propagation slave sh -c 'mount -t overlay -o "lowerdir=$SUITES/$1/usr:/usr" overlay /usr &&
			exec env PATH=/usr/sbin:/usr/bin:/sbin:/bin "\$0" "\$@"' $2 "\$@"
	END
	chmod +x "$script"
	echo "$script"
}

# From here on the engines are the suite's; for engine.sh, too, where that was read before.
use_suite() {	# SUITE
	local program
	for program in "$SUITES/$1"/usr/bin/{containerd,crun,ctr,docker,podman,runc} "$SUITES/$1/usr/sbin/dockerd"; do
		[ ! -e "$program" ] || suite_command "$1" "${program##*/}" >/dev/null
	done
	PATH=$SCRATCH/suites/$1:$PATH
	# shellcheck disable=SC2034	# of engine.sh
	DOCKER_CLIENT=$SCRATCH/suites/$1/docker
}

# What a listener saw a runtime call before the program, and the table of baselines does not have of that version; what it
# has of Go's own doing, it has from Go's sources. It cannot be told the other way round: much of that comes by chance.
# What was refused each time is no part of a baseline: runc 1.3 asks for mounts of its own, and does without.
unmeasured_calls() {	# TRACE RUNTIME VERSION NO-NEW-PRIVILEGES; the calls go to stdout
	local called='.syscalls[] | select(.phase == "runtime" and (.assumed | not)) |
		select(.ok or ((.errnos // []) | . == [] or . - ["ENOSYS", "EPERM"] != [])) | .name'
	jq -r "$called" "$1" | LC_ALL=C sort -u |
		LC_ALL=C comm -23 - <(awk -F, -v runtime="$2" -v version="$3" -v nnp="$4" \
			'$1 == runtime && ($2 == version || $2 == "*") && $3 == nnp { print $5 }' \
			"$TOP_SRCDIR/templates/baseline.csv" | LC_ALL=C sort -u)
}

runtime_version() {	# COMMAND
	"$1" --version | sed -n 's/^[a-z]* version \([0-9.]*\).*/\1/p'
}
