#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: a container that runs already is told from others by its AppArmor profile, where that is its own.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
export TMPDIR=$SCRATCH

box() {	# NAME PROFILE: runs from now on, and does on demand what is below
	cp -a /bundle "$SCRATCH/$1"
	jq --arg profile "$2" '.process.apparmorProfile = $profile' /bundle/config.json >"$SCRATCH/$1/config.json"
	runc run --detach --bundle "$SCRATCH/$1" "$1" </dev/null >"$SCRATCH/said" 2>&1 || give_up "no container $1" "$SCRATCH/said"
	until_true 60 test -e "$SCRATCH/$1/rootfs/tmp/here" || give_up "container $1 does nothing"
}

listen() {	# FOLDER CONTAINER COMMAND...
	local folder=$SCRATCH/$1 id=$2
	shift 2
	snug listen --recorder audit --container "$id" -o "$folder" -s "$SCRATCH/socket" -- "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"
}

fact() {	# FOLDER FILTER
	jq -cS "$2" "$SCRATCH/$1"/*.trace.json
}

refuses() {	# CONTAINER WORDS
	local status
	listen none "$1" touch "$SCRATCH/it-ran"
	status=$?
	is "refused, $1: $2" '125 1' "$status $(grep -cF "$2" "$SCRATCH/err")" || show_tail "$SCRATCH/err"
	check "$1: its command is not run" test ! -e "$SCRATCH/it-ran"
}

for name in box-profile two-profile docker-default; do
	printf 'profile %s flags=(attach_disconnected) {\n  file,\n  capability,\n  network,\n  signal,\n  ptrace,\n  unix,\n  mount,\n  umount,\n  change_profile,\n}\n' \
		"$name"
done >"$SCRATCH/profiles"
load "$SCRATCH/profiles" || give_up 'the profiles are not loaded'

# From before audit was enabled: the kernel keeps no context for it.
box old box-profile
listen old old true
is 'from before audit was enabled: incomplete' '124 ["audit-older"]' "$? $(fact old '.runs[0].lost | keys')" || show_tail "$SCRATCH/err"
runc delete --force old
auditctl -e 1 >"$SCRATCH/out" 2>&1

box one box-profile
box two two-profile
login=$(cat "/proc/$(runc state one | jq .pid)/loginuid")
cat >"$SCRATCH/work" <<'WORK'
#!/bin/bash
mkdir "$SCRATCH/of-host"
: >"$SCRATCH/one/rootfs/tmp/go"
: >"$SCRATCH/two/rootfs/tmp/go"
runc exec one mkdir /tmp/of-session
until [ -e "$SCRATCH/one/rootfs/tmp/done" ] && [ -e "$SCRATCH/two/rootfs/tmp/done" ]; do sleep 0.1; done
WORK
chmod +x "$SCRATCH/work"
export SCRATCH
auditctl -l >"$SCRATCH/before"
listen traces one "$SCRATCH/work"
is 'a container that runs is recorded' '0 {"complete":true,"lost":{}}' "$? $(fact traces '.runs[0] | {complete, lost}')" || show_tail "$SCRATCH/err"
is 'what it does, and a session in it, and nobody else' '["/tmp/done","/tmp/of-box","/tmp/of-session"]' \
	"$(fact traces '[.files[] | select((.access | index("create")) and .outcome == "ok") | .path] | unique')"
is 'its programs' '["/bin/busybox"]' "$(fact traces '[.execs[].to] | unique')"
is 'it is said what is missing' '["audit-running","no-checks"]' "$(fact traces '[.notes[].code] - ["paths-as-passed"]')"
is 'nothing was changed in it' "$login" "$(cat "/proc/$(runc state one | jq .pid)/loginuid")"
is 'no rule is left' "$(cat "$SCRATCH/before")" "$(auditctl -l)"

# The kernel tells of its profile only.
listen others one sh -c 'aa-exec --profile=box-profile -- sleep 15 & runc exec --apparmor two-profile one sleep 15; wait'
is 'a session under another profile, its profile elsewhere: incomplete' '124 ["audit-other-profile","audit-shared-profile"]' \
	"$? $(fact others '.runs[0].lost | keys')" || show_tail "$SCRATCH/err"
# It ends while it is recorded.
# shellcheck disable=SC2016	# for the inner shell
listen ended one sh -c ': >"$SCRATCH/one/rootfs/tmp/end"; until runc state one | grep -q stopped; do sleep 0.1; done'
is 'one that ends is recorded whole' '0 true' "$? $(fact ended '.runs[0].complete')" || show_tail "$SCRATCH/err"

refuses one "no container 'one' runs here"
box unconfined ''
refuses unconfined 'AppArmor does not confine it'
check 'and what else there is' grep -q "by notify.* or by tracefs" "$SCRATCH/err"
box default docker-default
refuses default "is its engine's, for every container"
box twin two-profile
refuses two 'its AppArmor profile confines others too'
for name in one two twin default unconfined; do
	runc delete --force "$name"
done
done_testing
