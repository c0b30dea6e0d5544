#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Integration test of the training run: it ends well, leaves its checkpoints, goes on from them, and has learned.
#
# RUN   a shell command that runs the training once, such as: docker run --rm -v "$DATA:/data" training
# DATA  the folder that then holds the results
set -eu
: "${RUN:?set it to the command that runs the training}"
: "${DATA:?set it to the folder that then holds the results}"
# shellcheck source-path=SCRIPTDIR source=../expect.sh
. "$(dirname "$0")/../expect.sh"

if sh -c "$RUN" >"$DATA/run.log" 2>&1; then
	expect 'the training ends well' yes yes
else
	expect 'the training ends well' yes "no, status $?"
	tail -20 "$DATA/run.log"
fi
expect 'each epoch left a checkpoint' '1 2 3 4 5 6 7 8' \
	"$(find "$DATA" -name 'checkpoint-*.pickle' | sed 's/.*-00\(.*\)\.pickle$/\1/' | sort -n | xargs)"
expect 'and none is half written' '' "$(find "$DATA" -name '*.new')"
expect 'the second half went on from the first' '"resumed_from": 4' "$(grep -o '"resumed_from": [0-9]*' "$DATA/metrics.json")"
expect 'nine digits of ten are read' yes \
	"$(sed -n 's/.*"accuracy": \([0-9.]*\).*/\1/p' "$DATA/metrics.json" | awk '{ print ($1 > 0.9 ? "yes" : "no, " $1) }')"
verdict
