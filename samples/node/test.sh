#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Integration test of the web service: files, a worker thread, a child process, a call to itself, a log.
#
# ADDRESS  where the server listens (default 127.0.0.1:3000)
set -eu
: "${ADDRESS:=127.0.0.1:3000}"
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=../expect.sh
. "$here/../expect.sh"
site=http://$ADDRESS

fetch() {
	curl --silent --show-error --max-time 20 "$@"
}

status() {
	fetch --output /dev/null --write-out '%{http_code}' "$@"
}

if ! until_true fetch "$site/"; then
	expect 'the server answers' yes no
	verdict
fi

expect 'the index is served' "$(cat "$here/public/index.html")" "$(fetch "$site/")"
expect 'a file is served' "$(cat "$here/public/style.css")" "$(fetch "$site/style.css")"
expect 'its type is told' text/css "$(fetch --output /dev/null --write-out '%{content_type}' "$site/style.css")"
expect 'a missing file is 404' 404 "$(status "$site/nothing-here")"
expect 'a way out of the site is closed' 404 "$(status --path-as-is "$site/../../etc/passwd")"
expect 'a worker thread counts' 78498 "$(fetch "$site/primes?limit=1000000")"
expect 'what is no number is refused' 400 "$(status "$site/primes?limit=many")"
expect 'a child process reads' "$(sha256sum <"$here/public/index.html" | cut -d ' ' -f 1)" "$(fetch "$site/digest")"
expect 'the service asks itself' "$(cat "$here/public/style.css")" "$(fetch "$site/relay")"
expect 'a note is kept' 201 "$(status --data "hem $$" "$site/notes")"
expect 'and read' "hem $$" "$(fetch "$site/notes" | tail -n 1)"

codes=$(fetch --no-progress-meter --parallel --parallel-max 8 --output /dev/null --write-out '%{http_code}\n' "$site/?[1-40]" | sort | uniq -c)
expect 'forty requests at once' '40 200' "$(echo "$codes" | sed 's/^ *//')"
verdict
