#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: the samples, recorded and then confined, and what else a program may try.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
act=/tests/act
mkdir -p /out /mnt

# profile NAME: emits and loads it
profile() {
	check "$1: the profile is emitted" snug emit --format=apparmor --name="$1" --project=guest \
		--directory="/out/$1" "/out/$1.json"
	check "$1: and loaded" load "/out/$1/apparmor.profile"
	check "$1: to be enforced" grep -qx "snug-guest-$1 (enforce)" /sys/kernel/security/apparmor/profiles
	forget_messages
}

nothing_denied() {	# NAME
	is "$1: nothing was refused" '' "$(denied)"
}

# Engines give a container pipes, which AppArmor knows no names for; files of ours would be rules of ours.
piped() {
	"$@" 2>&1 | cat
	return "${PIPESTATUS[0]}"
}

# A server is started, tested by its sample's own test, and stopped; recorded first, then confined.
server() {	# NAME FOLDER TEST SERVER...
	local name=$1 folder=$2 test=$3 pid
	shift 3
	mkdir -p "$folder" && cd "$folder" || exit 1
	check "$name: recorded while its test drives it" \
		piped snug record -o "/out/$name.json" --test "$test" --ready "tcp:${ADDRESS##*:}" -- "$@"
	profile "$name"
	rm -rf /data && mkdir -p "$folder" && cd "$folder" || exit 1
	aa-exec --profile="snug-guest-$name" -- "$@" > >(cat >"$SCRATCH/server") 2>&1 &
	pid=$!
	check "$name: passes the same test, confined" sh -c "$test"
	is "$name: by its profile" "snug-guest-$name (enforce)" "$(cat "/proc/$pid/attr/current")"
	kill -QUIT $pid 2>/dev/null || kill $pid
	until_gone 10 $pid || kill -KILL $pid
	nothing_denied "$name"
}

export ADDRESS=127.0.0.1:80
# shellcheck disable=SC2016 # the test expands it
export SEND_SIGNAL='kill -s "$1" "$(cat /srv/nginx/nginx.pid)"'
server nginx / 'sh /samples/nginx/test.sh' nginx -e stderr -p /srv/nginx -c nginx.conf

ADDRESS=127.0.0.1:6379
server redis /data 'sh /samples/redis/test.sh' redis-server /etc/redis/site.conf

cd / && rm -rf /data && mkdir /data
export DATA=/data
check 'pipeline: recorded by its test' env 'RUN=snug record -o /out/pipeline.json -- digest.sh /srv/logs /data' \
	sh /samples/pipeline/test.sh
profile pipeline
rm -rf /data && mkdir /data
check 'pipeline: passes the same test, confined' \
	env 'RUN=aa-exec --profile=snug-guest-pipeline -- digest.sh /srv/logs /data' sh /samples/pipeline/test.sh
nothing_denied pipeline

# What none of them did. Each is first done without a profile, so that it is AppArmor that refuses it.
# An explicit deny is quiet; here it has to speak, too.
printf noquiet >/sys/module/apparmor/parameters/audit
echo secret >/etc/shadow
while read -r name arguments; do
	rm -rf /tmp/misdeed && mkdir -p /tmp/misdeed && cp $act /tmp/misdeed/program
	# shellcheck disable=SC2086 # several arguments
	check "$name $arguments: possible without a profile" $act $name $arguments
	umount /mnt 2>/dev/null
	rm -f /etc/added
	for profile in nginx redis pipeline; do
		rm -rf /tmp/misdeed && mkdir -p /tmp/misdeed && cp $act /tmp/misdeed/program
		forget_messages
		# shellcheck disable=SC2086
		confined snug-guest-$profile $act $name $arguments 2>/dev/null
		is "$name $arguments: refused under $profile's" 1 $?
		check "$name $arguments: and logged as DENIED" test -n "$(denied)"
	done
done <<'END'
read /etc/shadow
create /etc/added
write /proc/sys/kernel/core_pattern
run /tmp/misdeed/program
map_code /tmp/misdeed/program
make_device /tmp/misdeed/device
change_root /tmp
raw_socket /
packet_socket /
mount_tmpfs /mnt
trace_first /
signal_first /
set_host_name /
be_nice /
END

# Names in which a parser could see syntax: each is allowed to be read, and what it would match as a pattern is not.
mkdir /names /near && cd /names || exit 1
hostile=('glob*' 'one?' 'set[a-z]' 'un[^a]set' 'either{a,b}' 'var@{PROC}' 'quote"d' "tick'" 'blank  two' 'comma,' 'hash#'
	$'line\nbreak' $'tab\there' 'back\slash' 'octal\052' $'end\\' $'byte\xff\xfe' $'utf\xc3\xa9' 'deny ' '" rw, "')
near=('globby' 'onex' 'setb' 'unbset' 'eithera' 'octal*' 'octalx' 'varproc')
for name in "${hostile[@]}" "${near[@]}"; do
	echo content >"/names/$name"
done
check 'hostile names: recorded' snug record -o /out/names.json -- cat -- "${hostile[@]}"
profile names
check 'hostile names: each can be read, confined' confined snug-guest-names cat -- "${hostile[@]}"
nothing_denied 'hostile names'
for name in "${near[@]}"; do
	forget_messages
	confined snug-guest-names cat -- "$name" >/dev/null 2>&1
	is "hostile names: '$name' cannot" 1 $?
	check "hostile names: '$name' is logged as DENIED" grep -qF "name=\"/names/$name\"" <<<"$(denied)"
done
done_testing
