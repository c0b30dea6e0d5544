#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a recording costs: each workload native and under each tracer, in rounds, one after the other, so that a
# slow moment of the machine hits all of them alike. Prints the median rates and their ratios to native as a
# Markdown table. Nothing is asserted. SNUG_BENCH_ROUNDS (default 3) sets the number of rounds.
# What is absent is left out, and said; the programs come from the Debian packages named beside them.
. "$TOP_SRCDIR/tests/lib.sh"
needs bench root ip
private_machine "$@"

rounds=${SNUG_BENCH_ROUNDS:-3}
tracers='native snug strace strace-bpf'
data=$SCRATCH/data
mkdir -p "$data"

# What stands before the command of a workload, into the array `before`.
tracer() {
	case $1 in
	native) before=() ;;
	snug) before=("$SNUG" record --allow-incomplete -o "$SCRATCH/trace.json" --) ;;
	strace) before=(strace -f -o /dev/null) ;;
	strace-bpf) before=(strace -f --seccomp-bpf -e 'trace=%file,%network,%process' -o /dev/null) ;;
	esac
}

# A server in the background, until it listens; afterwards ended by its own signal.
serve() {	# PORT COMMAND...
	local port=$1
	shift
	"${before[@]}" "$@" >"$SCRATCH/server" 2>&1 &
	server=$!
	until_true 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" || give_up "$1 does not listen" "$SCRATCH/server"
}

stop() {	# the program itself: a tracer need not pass a signal on
	local pid=$server
	[ ${#before[@]} -eq 0 ] || pid=$(pgrep -o -P "$server")
	kill "$pid"
	until_gone 10 "$server" || kill -KILL "$pid" "$server" 2>/dev/null
	wait "$server" 2>/dev/null
}

# The workloads. Each prints a rate: work a second.

rate_redis() {
	serve 6379 redis-server --port 6379 --save '' --dir "$data"
	redis-benchmark -p 6379 -t get,set -n 20000 -c 20 --csv | awk -F'"' '/GET|SET/ { n++; sum += $4 } END { print sum / n }'
	stop
}

nginx_configuration() {	# MORE
	printf 'daemon off; worker_processes 1; pid %s/nginx.pid; error_log stderr;
events {}
http { access_log off; client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s; uwsgi_temp_path %s;
	scgi_temp_path %s; %s server { listen 127.0.0.1:8080; root %s; } }\n' \
		"$data" "$data/1" "$data/2" "$data/3" "$data/4" "$data/5" "$1" "$data" >"$data/nginx.conf"
	echo hello >"$data/index.html"
	chmod 755 "$SCRATCH" "$data"
}

rate_requests() {
	serve 8080 nginx -e stderr -c "$data/nginx.conf"
	wrk -t 1 -c 8 -d 3 http://127.0.0.1:8080/index.html | awk '/^Requests\/sec/ { print $2 }'
	stop
}

rate_nginx() {
	nginx_configuration ''
	rate_requests
}

rate_nginx-cached() {
	nginx_configuration 'open_file_cache max=10; open_file_cache_valid 1h;'
	rate_requests
}

elapsed_rate() {	# COMMAND...: of one execution
	local start=$EPOCHREALTIME
	"${before[@]}" "$@" >/dev/null 2>&1
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print 1 / (b - a) }'
}

rate_find() {
	elapsed_rate find /usr/share -newer /nonexistent -o -type f -size +100k
}

rate_shell() {
	# shellcheck disable=SC2016	# the inner shell expands it
	elapsed_rate sh -c 'i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i + 1)); done'
}

# Workload, what it needs, what it is.
workloads='
redis        redis-server,redis-benchmark  redis-benchmark, GET and SET, 20 clients
nginx        nginx,wrk                     GET of a small file, one open a request
nginx-cached nginx,wrk                     the same from the cache of open files
find         find                          stat of every file below /usr/share
shell        sh                            a shell that starts 200 programs
'

absent() {	# PROGRAM,...
	local program
	for program in ${1//,/ }; do
		command -v "$program" >/dev/null || echo "$program"
	done
}

median() {
	sort -g "$1" | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

command -v strace >/dev/null || tracers='native snug'
echo "| workload | native, per second | $(echo "$tracers" | cut -d' ' -f2- | sed 's/ / | /g') |"
echo "|---|---|$(echo "$tracers" | cut -d' ' -f2- | sed 's/[^ ]*/---|/g; s/ //g')"
while read -r name programs what; do
	[ -n "$name" ] || continue
	missing=$(absent "$programs")
	if [ -n "$missing" ]; then
		echo "| $what | left out: no ${missing//$'\n'/, } |"
		continue
	fi
	rm -f "$SCRATCH"/rate.*
	for ((round = 0; round < rounds; round++)); do
		for tracer in $tracers; do
			tracer "$tracer"
			"rate_$name" >>"$SCRATCH/rate.$tracer"
		done
	done
	line="| $what |" native=$(median "$SCRATCH/rate.native")
	for tracer in $tracers; do
		line+=$(awk -v rate="$(median "$SCRATCH/rate.$tracer")" -v native="$native" -v t="$tracer" \
			'BEGIN { if (t == "native") printf " %.3g |", rate; else printf " %.3f |", rate / native }')
	done
	echo "$line"
done <<<"$workloads"
printf '\nRatios to native, medians of %s rounds; 1 costs nothing. %s.\n' "$rounds" "$(uname -sr), $(nproc) processors"
