# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# A TAP producer for shell tests: . "$TOP_SRCDIR/tests/tap.sh", then check DESCRIPTION COMMAND..., at the end
# done_testing. A failed check says what was run. must_run NAME tells whether a missing component is an error.
tap_run=0

pass() {
	tap_run=$((tap_run + 1))
	echo "ok $tap_run - $1"
}

fail() {
	tap_run=$((tap_run + 1))
	echo "not ok $tap_run - $1"
}

# check DESCRIPTION COMMAND...: ok if the command succeeds.
check() {
	tap_description=$1
	shift
	if "$@"; then
		pass "$tap_description"
	else
		fail "$tap_description"
		echo "# failed: $*" | head -n 1
	fi
}

# empty DESCRIPTION FILE: ok if the file is empty; else its lines are the diagnosis.
empty() {
	check "$1" [ ! -s "$2" ]
	sed 's/^/# /' "$2"
}

# The tests that need a component skip where it is missing, unless SNUG_TESTS_MUST_RUN (all, or a list of names
# with commas) demands it: then its absence is a failure. have NAME COMMAND: may the tests that need it run?
have() {
	command -v "${2:-$1}" >/dev/null && return 0
	case ",${SNUG_TESTS_MUST_RUN-}," in
	*,all,* | *",$1,"*) fail "$1 is missing, and SNUG_TESTS_MUST_RUN demands it" ;;
	*)
		tap_run=$((tap_run + 1))
		echo "ok $tap_run # SKIP $1 is not installed"
		;;
	esac
	return 1
}

done_testing() {
	echo "1..$tap_run"
}
