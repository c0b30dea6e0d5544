#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: visits one of its servers. Programs start slowly there, so that this shell does what clients would.
#
# usage: visit.sh web|store|base
. /tests/lib.sh

# talk PORT WORD...: says the words, a line each, and prints what comes back until the server hangs up.
talk() {
	local server
	exec {server}<>"/dev/tcp/127.0.0.1/$1" || return
	printf '%s\r\n' "${@:2}" >&"$server"
	cat <&"$server"
	exec {server}>&-
}

get() {	# PATH [HEADER]
	talk 80 "GET $1 HTTP/1.1" 'Host: localhost' 'Connection: close' "${@:2}" ''
}

another_worker() {
	local now
	now=$(get /worker | tail -n 1) && [ "$now" != "$1" ]
}

visit_web() {
	local worker
	get / | grep -q '200 OK' && get /style.css 'Accept-Encoding: gzip' | grep -aq 'Content-Encoding: gzip' &&
		get /nothing-here | grep -q '404 Not Found' && worker=$(get /worker | tail -n 1) || return
	kill -HUP "$(cat nginx.pid)" && until_true 60 another_worker "$worker"
}

at_rest() {
	[ "$(talk 6379 'INFO persistence' QUIT | grep -cE '^(rdb_bgsave|aof_rewrite)_in_progress:0')" = 2 ]
}

# On a busy machine any command may be a slow one, for which the server asks who the client is: here all are.
visit_store() {
	talk 6379 'CONFIG SET slowlog-log-slower-than 0' 'SET coat green' 'GET coat' 'INCRBY buttons 42' SAVE BGREWRITEAOF QUIT |
		grep -qx $'green\r' && until_true 60 at_rest && talk 6379 BGSAVE QUIT && until_true 60 at_rest && sleep 1.5
}

visit_base() {
	psql -XAtq -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres <<-'SQL' && kill -HUP "$(head -n 1 base/postmaster.pid)"
		create table parts (id int primary key, name text not null);
		insert into parts select i, 'sleeve ' || i from generate_series(1, 5000) i;
		create index on parts (name);
		begin; update parts set name = 'hem' where id = 2; rollback;
		set work_mem = '64kB'; select count(*) from (select * from parts order by md5(name) offset 1) sorted;
		set force_parallel_mode = on; select sum(id) from parts;
		checkpoint; select pg_switch_wal() is not null; drop table parts; checkpoint;
	SQL
}

"visit_$1"
