#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: see guest.sh.
# shellcheck source-path=SCRIPTDIR source=../guest/inside.sh
. /tests/inside.sh
cd "$SCRATCH" || exit
note "Linux $(uname -r)"

storm() {	# [RECORDER]: how many a second
	rm -f trace.json
	if [ -n "${1:-}" ]; then
		snug record --recorder "$1" -o trace.json -- /storm files 3 6 2>said || { note "$(cat said)"; return 1; }
	else
		/storm files 3 6
	fi
}

for round in 1 2 3; do
	native=$(storm)
	for recorder in tracefs ptrace auto; do
		rate=$(storm $recorder)
		check "round $round: the trace of $recorder is complete, with its files" jq -e \
			'.runs[0].complete and (any(.files[]; .path | endswith("/file-63")))' trace.json
		note "$recorder: $(awk -v rate="$rate" -v native="$native" 'BEGIN { printf "%d a second, %.3f of %d", rate, rate / native, native }')"
	done
done
done_testing
