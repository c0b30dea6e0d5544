#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Integration test of the store: values, lists, expiry, a transaction, a Lua script, saving to disk.
#
# ADDRESS  where the server listens (default 127.0.0.1:6379)
set -eu
: "${ADDRESS:=127.0.0.1:6379}"
# shellcheck source-path=SCRIPTDIR source=../expect.sh
. "$(dirname "$0")/../expect.sh"

redis() {
	redis-cli -h "${ADDRESS%:*}" -p "${ADDRESS##*:}" "$@"
}

# info SECTION KEY
info() {
	redis info "$1" | tr -d '\r' | sed -n "s/^$2://p"
}

nothing_in_progress() {
	[ "$(info persistence rdb_bgsave_in_progress)$(info persistence aof_rewrite_in_progress)" = 00 ]
}

if ! until_true redis ping; then
	expect 'the server answers' yes no
	verdict
fi

redis flushall >/dev/null
expect 'a value is set' OK "$(redis set coat green)"
expect 'and read' green "$(redis get coat)"
expect 'a number counts' 42 "$(redis incrby buttons 42)"
expect 'a list keeps its order' 'sleeve collar hem' "$(redis rpush parts sleeve collar hem >/dev/null; redis lrange parts 0 -1 | xargs)"
expect 'a value expires' '' "$(redis set basting thread px 50 >/dev/null; sleep 0.2; redis get basting)"
expect 'a transaction is one step' 'OK QUEUED QUEUED 43 44' \
	"$(printf 'multi\nincr buttons\nincr buttons\nexec\n' | redis | xargs)"
expect 'a script runs inside' 'green:44' \
	"$(redis eval 'return redis.call("get", KEYS[1]) .. ":" .. redis.call("get", KEYS[2])' 2 coat buttons)"
expect 'a script that fails says so' 'ERR' "$(redis eval 'return redis.error_reply("ERR torn")' 0 | cut -c1-3)"

expect 'a thousand commands in one go' 1000 \
	"$(i=0; while [ $i -lt 1000 ]; do echo "set stitch:$i $i"; i=$((i + 1)); done | redis | grep -cx OK)"
expect 'are all there' 1003 "$(redis dbsize)"
# On a busy machine any command may be one of these, and for each the server asks who the client is.
redis config set slowlog-log-slower-than 0 >/dev/null
expect 'a slow command is remembered, with its client' yes \
	"$(redis get coat >/dev/null; redis slowlog get 1 | grep -Eqx '[0-9.]+:[0-9]+' && echo yes)"
redis config set slowlog-log-slower-than 10000 >/dev/null

expect 'the data is saved at once' OK "$(redis save)"
redis bgsave >/dev/null
until_true nothing_in_progress || expect 'the second save ends' yes no
expect 'and once more by a process of its own' ok "$(info persistence rdb_last_bgsave_status)"
redis bgrewriteaof >/dev/null
until_true nothing_in_progress || expect 'the rewriting ends' yes no
expect 'the log of changes is rewritten' ok "$(info persistence aof_last_bgrewrite_status)"
expect 'nothing got lost meanwhile' 'green 1003' "$(redis get coat) $(redis dbsize)"
verdict
