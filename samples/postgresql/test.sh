#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Integration test of the database: tables, transactions, an index, two clients at once, disk and parallel work, a
# reload by SIGHUP, a client inside of the container, a restart.
#
# ADDRESS      where the server listens (default 127.0.0.1:5432)
# SEND_SIGNAL  a shell command that sends the signal named by $1 to the server's first process, as
#              docker kill -s "$1" db
# INSIDE       if set, a shell command that runs the command "$@" in the server's container, as
#              docker exec db "$@"
# RESTART      if set, a shell command that restarts the container; it then answers at the same address
set -eu
: "${ADDRESS:=127.0.0.1:5432}"
: "${SEND_SIGNAL:?set it to a command that sends signal \$1 to the server, such as: docker kill -s \"\$1\" db}"
: "${PGPASSWORD:=thimble}"
export PGPASSWORD
# shellcheck source-path=SCRIPTDIR source=../expect.sh
. "$(dirname "$0")/../expect.sh"

client() {
	psql -XAtq -v ON_ERROR_STOP=1 -h "${ADDRESS%:*}" -p "${ADDRESS##*:}" -U postgres 2>&1
}

# sql STATEMENT...: what it prints, rows by blanks.
sql() {
	printf '%s;\n' "$@" | client | xargs
}

answers() {
	[ "$(sql 'select 1')" = 1 ]
}

setting_is() {
	[ "$(sql "show $1")" = "$2" ]
}

if ! until_true answers; then
	expect 'the server answers' yes "no: $(sql 'select 1')"
	verdict
fi

expect 'tables are made' '' "$(sql 'set client_min_messages = error' 'drop table if exists parts, stitches' \
	'create table parts (id int primary key, name text not null, pieces int not null)' \
	'create table stitches (id int, part int references parts, length float)')"
expect 'rows are kept' 'sleeve 2' "$(sql "insert into parts values (1, 'sleeve', 2), (2, 'collar', 1)" \
	"select name || ' ' || pieces from parts where id = 1")"
expect 'twenty thousand in one go' 20000 "$(sql \
	'insert into stitches select i, 1 + i % 2, sqrt(i) from generate_series(1, 20000) i' 'select count(*) from stitches')"
expect 'a reference to nothing is refused' ERROR: "$(sql 'insert into stitches values (0, 3, 0)' | cut -d ' ' -f 1)"
expect 'an index is used' yes "$(sql 'create index on stitches (length)' 'vacuum analyze stitches' \
	'explain select * from stitches where length < 3' | grep -q 'Index' && echo yes)"

expect 'a transaction is kept' 3 "$(sql begin 'update parts set pieces = 3 where id = 2' commit \
	'select pieces from parts where id = 2')"
expect 'or undone' '4 3' "$(sql begin 'update parts set pieces = 4 where id = 2 returning pieces' rollback \
	'select pieces from parts where id = 2')"
sql begin 'update parts set pieces = pieces + 10 where id = 1' 'select pg_sleep(0.5)' commit >/dev/null &
sql 'update parts set pieces = pieces + 100 where id = 1' >/dev/null
wait
expect 'two clients write one row' 112 "$(sql 'select pieces from parts where id = 1')"

expect 'a sort goes through the disk' yes "$(sql "set work_mem = '64kB'" \
	'explain (analyze, costs off) select * from stitches order by md5(id::text)' | grep -q 'Disk:' && echo yes)"
expect 'a worker helps' yes "$(sql 'set force_parallel_mode = on' \
	'explain (analyze, costs off) select sum(length) from stitches' | grep -q 'Workers Launched: [12]' && echo yes)"
expect 'a client copies in and out' '3 hem' "$(printf '%s\n' "copy parts from stdin with delimiter ',';" '3,hem,1' '\.' \
	"copy (select id, name from parts where id = 3) to stdout with delimiter ' ';" | client)"
expect 'a checkpoint is written' '' "$(sql checkpoint)"

before=$(sql 'show vacuum_cost_limit')
sql "alter system set vacuum_cost_limit = $((before + 1))" >/dev/null
sh -c "$SEND_SIGNAL" send-signal HUP
if until_true setting_is vacuum_cost_limit $((before + 1)); then
	expect 'a reload brings the new setting' yes yes
else
	expect 'a reload brings the new setting' yes no
fi

if [ -n "${INSIDE:-}" ]; then
	expect 'a client inside of the container reads the same' 'hem' \
		"$(sh -c "$INSIDE" inside psql -XAtq -U postgres -c 'select name from parts where id = 3')"
fi
if [ -n "${RESTART:-}" ]; then
	started=$(sql 'select pg_postmaster_start_time()')
	sh -c "$RESTART" >/dev/null
	until_true answers || expect 'the server answers after a restart' yes no
	expect 'the restart happened' yes "$([ "$(sql 'select pg_postmaster_start_time()')" = "$started" ] || echo yes)"
	expect 'nothing got lost by it' '112 20000' "$(sql 'select pieces from parts where id = 1' 'select count(*) from stitches')"
fi
verdict
