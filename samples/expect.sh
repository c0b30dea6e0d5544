# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The few words in which the samples' integration tests say what they expect.

failures=0

# expect WHAT WANT GOT
expect() {
	if [ "$2" = "$3" ]; then
		echo "pass: $1"
	else
		echo "FAIL: $1: expected '$2', got '$3'"
		failures=$((failures + 1))
	fi
}

# until_true COMMAND...: waits up to ten seconds for the command to succeed.
until_true() {
	deadline=$(($(date +%s) + 10))
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$deadline" ] || return 1
		sleep 0.1
	done
}

# The last line of every test: its status.
verdict() {
	if [ "$failures" -gt 0 ]; then
		echo "$failures expectations failed"
		exit 1
	fi
	echo "all expectations met"
}
