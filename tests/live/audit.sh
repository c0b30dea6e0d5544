# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of the recorder `audit` share: the machine's audit to itself, what is set, a reader that is too slow, a daemon. Each of
# them sources it after `needs`.
machine_lock
"$SNUG" doctor | grep -q '^audit *usable' || missing live 'the kernel has no audit that can be used from here'
scratch_folder
cd "$SCRATCH" || exit

# All that is set. "lost" and the like are sums since the boot, and the pid of a reader that is gone stays until the kernel has tried it.
state() {
	auditctl -s | grep -E '^(enabled|failure|rate_limit|backlog_limit|backlog_wait_time) '
	auditctl -l
}

unchanged() {	# DESCRIPTION
	state >after
	check "$1: the machine is as it was" diff before after
}

# A reader that does not keep up. The command makes FOLDER/ready, waits for FOLDER/go, and has the kernel tell a lot; it may be asked to
# keep less of that.
overrun() {	# DESCRIPTION SOURCE BACKLOG FOLDER OPTION... -- COMMAND...
	local description=$1 source=$2 backlog=$3 folder=$4 recorder program
	shift 4
	rm -f "$folder/go" "$folder/ready"
	state >before
	"$SNUG" record --recorder audit -o lossy.json "$@" >out 2>err 9>&- &
	recorder=$!
	until_true 60 test -e "$folder/ready"
	program=$(pgrep -P "$recorder")
	kill -STOP "$recorder"
	auditctl -b "$backlog" >/dev/null
	auditctl --backlog_wait_time 0 >/dev/null
	: >"$folder/go"
	until_true 60 eval "grep -q '^State:.*Z' /proc/$program/status"
	[ "$source" = audit ] || until_true 60 eval "auditctl -s | grep -q '^backlog 0'"
	kill -CONT "$recorder"
	wait "$recorder"
	is "$description: incomplete" 124 $?
	is "$description: it is known what was lost" true \
		"$(jq --arg s "$source" '.runs[0].lost[$s] != null and (.runs[0].complete | not)' lossy.json)"
	auditctl -b "$(awk '/^backlog_limit/ { print $2 }' before)" \
		--backlog_wait_time "$(awk '/^backlog_wait_time/ { print $2 }' before)" >/dev/null
	unchanged "$description"
}

# From here on another one reads audit's records, and writes them to daemon/log/audit.log or does not; end_auditd puts back what was before.
start_auditd() {	# yes|no
	enabled_before=$(auditctl -s | awk '/^enabled/ { print $2 }')
	mkdir -p daemon/plugins.d daemon/log
	cat >daemon/auditd.conf <<-END
	local_events = yes
	write_logs = $1
	log_file = $SCRATCH/daemon/log/audit.log
	log_format = RAW
	plugin_dir = $SCRATCH/daemon/plugins.d
	space_left = 2
	admin_space_left = 1
	END
	setpriv --pdeathsig=TERM auditd -n -c "$SCRATCH/daemon" >daemon/out 2>&1 9>&- &
	daemon=$!
	until_true 60 eval "auditctl -s | grep -q '^pid $daemon\$'" || { kill "$daemon"; give_up 'auditd does not start' daemon/out; }
}

end_auditd() {
	kill "$daemon"
	wait "$daemon"
	auditctl -e "$enabled_before" >/dev/null
}
