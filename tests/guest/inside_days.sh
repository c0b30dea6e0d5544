#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: three servers recorded on one day and on another, and what snug update makes of that. They are visited by visit.sh.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
export PATH=/usr/lib/postgresql/15/bin:$PATH

server() {	# NAME PORT COMMAND...
	check "$today: $1 answers" snug record -o "/repository/.snug/$1.trace.json" --test "/tests/visit.sh $1" --ready "tcp:$2" \
		--ready-timeout 300 -- "${@:3}"
}

# Programs that name their files by the day. The second does it in a way that is no date to snug: what changes from one day
# to the next is seen here.
diary() {	# NAME FORMAT
	check "$today: $1 is written" snug record -o "/repository/.snug/$1.trace.json" -- \
		bash -c "echo up >\"\$(date +'/srv/diary/$2')\""
}

day() {	# TIME
	today=${1% *}
	date --set="$1" >/dev/null || give_up 'the clock of the guest cannot be set'
	rm -rf /repository/.snug /srv/{diary,web,store,base}
	mkdir -p /repository/.snug /srv/{diary,store} && cp -r /samples/nginx /srv/web && cp -r /srv/data /srv/base &&
		chmod 700 /srv/base && chown -R postgres:postgres /srv/base || exit
	cd /srv/web && server web 80 nginx -e stderr -p . -c nginx.conf
	cd /srv/store && server store 6379 redis-server /samples/redis/redis.conf
	cd /srv && server base 5432 /samples/postgresql/start.sh base -k . -c autovacuum=off -c checkpoint_timeout=1d
	diary log 'access-%Y-%m-%d.log'
	diary weekday 'access-%A.log'
	cd /repository && check "$today: what was learnt of them" snug update --project=shop
}

# Across the end of a year, and a leap day after the last second that fits into 31 bits.
day '2027-12-31 23:59:50'
mv snug /committed && cp -r /committed snug
day '2040-02-29 12:00:00'
is 'only what is called by the day of the week has changed' '/committed/weekday/apparmor.profile /committed/weekday/trace.json' \
	"$(diff -rq /committed snug | sed 's/^Files \(.*\) and .* differ$/\1/' | xargs)" || note "$(diff -r /committed snug)"
done_testing
