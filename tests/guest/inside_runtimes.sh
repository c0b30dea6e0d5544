#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: one container's profile under runc and crun.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
cd /bundle || exit 1

configure() {	# FORM
	cp "$1.json" config.json
	rm -f rootfs/tmp/pid
	forget_messages
}

configure record
check 'recorded through runc' snug record --container -o "$SCRATCH/trace.json" -- runc run recorded
check 'the profile is emitted' snug emit --format=apparmor --name=job --project=guest --directory="$SCRATCH" "$SCRATCH/trace.json"
check 'and loaded' load "$SCRATCH/apparmor.profile"
# What the runtime opened, unconfined, and hands over: pipes, a terminal, /dev/null, stays open without a rule for it.
is 'it has no rule for a terminal' '' "$(grep /dev/pts "$SCRATCH/apparmor.profile")"

for runtime in runc crun; do
	for form in pipe privileges; do
		configure $form
		is "$runtime, $form: the job is done" 'welcome, status 0' "$($runtime run job 2>&1), status $?"
		is "$runtime, $form: nothing was refused" '' "$(denied)"
	done
	configure terminal
	script --quiet --return --command "$runtime run job" /dev/null </dev/null >"$SCRATCH/terminal" 2>&1
	is "$runtime, terminal: the job's status" 0 $?
	check "$runtime, terminal: the job is done" grep -q welcome "$SCRATCH/terminal"
	is "$runtime, terminal: nothing was refused" '' "$(denied)"

	configure long
	$runtime run --detach job </dev/null >"$SCRATCH/long" 2>&1
	is "$runtime, exec: it runs as recorded" welcome "$($runtime exec job cat /etc/greeting 2>&1)"
	is "$runtime, exec: nothing was refused" '' "$(denied)"
	pid=$($runtime state job | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
	is "$runtime: its label" 'snug-guest-job (enforce)' "$(cat "/proc/$pid/attr/current")"
	check "$runtime, exec: what was not recorded is refused" eval "! $runtime exec job cat /etc/secret"
	check "$runtime, exec: and logged" grep -q 'name="/etc/secret"' <<<"$(denied)"
	forget_messages
	check "$runtime, kill: the host may send a signal" $runtime kill job KILL
	check "$runtime, kill: it ends" until_true 20 eval "$runtime state job | grep -q stopped"
	check "$runtime, delete" $runtime delete job
	is "$runtime, kill: nothing was refused" '' "$(denied)"
done

done_testing
