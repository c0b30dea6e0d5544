#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Integration test of the report: it ends well, the sums are right, no writer lost a step, the backup holds what came in.
#
# RUN   a shell command that runs the report once, such as: docker run --rm -v "$DATA:/data" report
# DATA  the folder that then holds the results
set -eu
: "${RUN:?set it to the command that runs the report}"
: "${DATA:?set it to the folder that then holds the results}"
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=../expect.sh
. "$here/../expect.sh"

# The same sums, by another program.
totals() {
	awk -F, 'NR > 1 { n[$3]++; pieces[$3] += $5; cents[$3] += $5 * $6 }
		END { for (who in n) printf "%s %d %d %.2f\n", who, n[who], pieces[who], cents[who] / 100 }' "$1" | sort
}

if sh -c "$RUN" >"$DATA/run.log" 2>&1; then
	expect 'the report ends well' yes yes
else
	expect 'the report ends well' yes "no, status $?"
	tail -20 "$DATA/run.log"
fi
expect 'the sums are right' "$(totals "$here/orders.csv")" "$(sed -n '3,7s/  */ /gp' "$DATA/report.txt")"
expect 'ten thousand days were counted' 1 "$(grep -cx '10000 *' "$DATA/report.txt")"
expect 'no writer lost a step' 'left 10 right 10' "$(grep -E '^(left|right) ' "$DATA/report.txt" | xargs)"
expect 'the backup is sound' ok "$(cat "$DATA/check.txt")"
expect 'and holds what came in' "$(sed 1d "$here/orders.csv")" "$(tr -d '\r' <"$DATA/copy.csv")"
verdict
