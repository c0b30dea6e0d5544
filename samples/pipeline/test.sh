#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Integration test of the night job: it ends well, counts right, and what it packed can be unpacked.
#
# RUN   a shell command that runs the job once, such as: docker run --rm -v "$DATA:/data" digest
# DATA  the folder that then holds the results
set -eu
: "${RUN:?set it to the command that runs the job}"
: "${DATA:?set it to the folder that then holds the results}"
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=../expect.sh
. "$here/../expect.sh"

if sh -c "$RUN" >"$DATA/run.log" 2>&1; then
	expect 'the job ends well' yes yes
else
	expect 'the job ends well' yes "no, status $?"
	tail -20 "$DATA/run.log"
fi
expect 'it complains of nothing' '' "$(cat "$DATA/run.log")"
expect 'every line was counted' 180 "$(cat "$DATA/lines.txt")"
expect 'three visitors stand out' 3 "$(grep -c '^ *[0-9]* 10\.0\.0\.[1-9]$' "$DATA/visitors.txt")"
expect 'the bytes add up' "$(cat "$here"/logs/access.log.* | awk '{ n += $10 } END { print n }')" \
	"$(awk '{ n += $1 } END { print n }' "$DATA/pages.txt")"
expect 'the errors are counted' "$(cat "$here"/logs/access.log.* | grep -c '" 500 ')" "$(cat "$DATA/server-errors.txt")"
expect 'nothing was lost in the named pipe' "$(cat "$here"/logs/access.log.* | LC_ALL=C sort | sha256sum | cut -c 1-64)" \
	"$(cat "$DATA/sum.txt")"
expect 'the archive holds the logs' "$(cat "$here"/logs/access.log.* | cksum)" \
	"$(mkdir "$DATA/unpacked" && tar -C "$DATA/unpacked" -xzf "$DATA/latest" && zcat "$DATA"/unpacked/packed/*.gz | cksum)"
expect 'only its group may read it' 640 "$(stat -c %a "$DATA/packed.tar.gz")"
verdict
