#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Integration test of the web site: static files, conditional and ranged requests, 404, reload by SIGHUP.
#
# ADDRESS      where the server listens (default 127.0.0.1:80)
# SEND_SIGNAL  a shell command that sends the signal named by $1 to the server's first process, as
#              docker kill -s "$1" web
set -eu
: "${ADDRESS:=127.0.0.1:80}"
: "${SEND_SIGNAL:?set it to a command that sends signal \$1 to the server, such as: docker kill -s \"\$1\" web}"
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=../expect.sh
. "$here/../expect.sh"
site=http://$ADDRESS

fetch() {
	curl --silent --show-error --max-time 10 "$@"
}

status() {
	fetch --output /dev/null --write-out '%{http_code}' "$@"
}

worker() {
	fetch "$site/worker"
}

another_worker() {
	now=$(worker) && [ -n "$now" ] && ! echo "$before" | grep -qx "$now"
}

if ! until_true fetch "$site/"; then
	expect 'the server answers' yes no
	verdict
fi

expect 'the index is served' "$(cat "$here/www/index.html")" "$(fetch "$site/")"
expect 'a file is served' "$(cat "$here/www/style.css")" "$(fetch "$site/style.css")"
expect 'its type is told' 'text/css' "$(fetch --output /dev/null --write-out '%{content_type}' "$site/style.css")"
expect 'compressed on request' "$(cat "$here/www/style.css")" "$(fetch --compressed "$site/style.css")"
expect 'a HEAD request has a status' 200 "$(status --head "$site/")"
expect 'a range has its own status' 206 "$(status --range 0-9 "$site/style.css")"
changed=$(fetch --head "$site/style.css" | tr -d '\r' | sed -n 's/^Last-Modified: //p')
expect 'an unchanged file is not sent again' 304 \
	"$(status --header "If-Modified-Since: $changed" "$site/style.css")"
expect 'a missing file is 404' 404 "$(status "$site/nothing-here")"
expect 'with a page of its own' "$(cat "$here/www/missing.html")" "$(fetch "$site/nothing-here")"
expect 'a way out of the site is closed' 400 "$(status --path-as-is "$site/../../etc/passwd")"
expect 'a form is refused' 405 "$(status --data 'name=value' "$site/")"

codes=$(fetch --no-progress-meter --parallel --parallel-max 8 --output /dev/null --write-out '%{http_code}\n' "$site/?[1-40]" | sort | uniq -c)
expect 'forty requests at once' '40 200' "$(echo "$codes" | sed 's/^ *//')"

# The kernel deals connections out between the workers: thirty miss one of them once in 10^8 times.
before=$(for _ in 1 2 3 4 5 6 7 8 9 10; do worker; worker; worker; done | sort -u)
expect 'both workers answer' 2 "$(echo "$before" | wc -l)"
sh -c "$SEND_SIGNAL" send-signal HUP
if until_true another_worker; then
	expect 'a reload brings new workers' yes yes
else
	expect 'a reload brings new workers' yes no
fi
expect 'and the site is still there' 200 "$(status "$site/")"
verdict
