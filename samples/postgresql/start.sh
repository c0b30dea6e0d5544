#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts the database: makes its folder as root, goes on as postgres, fills the folder where it is empty, and becomes
# the server.
#
# usage: start.sh FOLDER [OPTION...]	(options are the server's)
set -eu
data=${1:?usage: start.sh FOLDER [OPTION...]}
PATH=/usr/lib/postgresql/15/bin:$PATH

if [ "$(id -u)" = 0 ]; then
	if [ ! -d "$data" ]; then
		mkdir -m 700 "$data"
		chown postgres:postgres "$data"
	fi
	exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
fi

shift
if [ ! -s "$data/PG_VERSION" ]; then
	echo "$POSTGRES_PASSWORD" |
		initdb --pgdata="$data" --pwfile=/dev/stdin --auth-local=trust --auth-host=scram-sha-256 --no-sync
	echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
fi
exec postgres -D "$data" -c listen_addresses='*' "$@"
