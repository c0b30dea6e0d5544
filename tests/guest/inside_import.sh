#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: complain mode, `snug import` of the kernel's log and of nothing else, the profile enforced, the same again.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
act=/tests/act
mkdir -p /mnt /out

# A trace that knows of nothing but that there was a run.
cat >/out/empty.json <<'END'
{"format":"snug-trace/1","capabilities":[],"execs":[],"limits":{},"mounts":[],"network":[],"notes":[],"ptraces":[],"signals":[],
"sockets":[],"syscalls":[],"files":[{"access":["look"],"by":[],"kind":"folder","outcome":"ok","path":"/","runs":["r"]}],
"runs":[{"abi":"x86_64","command":["x"],"complete":true,"duration_ms":"1","exhaustive":false,"exit":0,"id":"r",
"kernel":"6.1","lost":{},"no_new_privs":false,"recorder":"audit","start":"2026-11-22T00:00:00Z","user":"0:0"}]}
END

emits() {	# NAME TRACE [OPTION]: loaded
	snug emit --format=apparmor --name="$1" --project=guest "${@:3}" "$2" >"/out/$1.profile" && load "/out/$1.profile"
}

# What it does is in the log; the log becomes the profile; it does the same under that.
learn() {	# NAME COMMAND...
	local name=$1
	shift
	check "$name: a profile that refuses nothing" emits "$name" /out/empty.json --complain
	cp "/out/$name.profile" "/out/$name.complain"
	check "$name: it complains" grep -qx "snug-guest-$name (complain)" /sys/kernel/security/apparmor/profiles
	forget_messages
	check "$name: runs under it" "$@"
	is "$name: nothing was refused" '' "$(denied)"
	dmesg >"/out/$name.log"
	check "$name: the log becomes a trace" snug import --profile="snug-guest-$name" -o "/out/$name.json" "/out/$name.log"
	check "$name: which becomes a profile" emits "$name" "/out/$name.json"
	check "$name: that is enforced" grep -qx "snug-guest-$name (enforce)" /sys/kernel/security/apparmor/profiles
	forget_messages
	check "$name: does the same under it" "$@"
	is "$name: and still nothing is refused" '' "$(denied)"
	# For the host, which compares.
	{
		printf '\n=== %s\n' "$name.complain" && cat "/out/$name.complain"
		printf '\n=== %s\n' "$name.profile" && cat "/out/$name.profile"
		printf '\n=== %s\n' "$name.log" && cat "/out/$name.log"
		printf '\n===\n'
	} >/dev/ttyS0
}

# Every row of inside_rules.sh.
acts() {
	local name arguments failed=0
	while IFS='|' read -r name arguments; do
		rm -rf /w && cp -a /form /w
		case $name in
		create) rm /w/file ;;
		*mount*) mount -t tmpfs tmpfs /mnt ;;
		esac
		# shellcheck disable=SC2086 # several arguments
		confined snug-guest-act $act $name $arguments || failed=1
		[[ $name != *mount* ]] || umount -l /mnt /w/folder /w/other 2>/dev/null
	done < <(grep -E '^[a-z_]+\|/' /tests/inside_rules.sh | cut -d'|' -f1,2 | sort -u)
	mount -t tmpfs tmpfs /mnt && mkdir /mnt/old
	confined snug-guest-act "$act" pivot /mnt /mnt/old || failed=1
	umount -l /mnt
	return "$failed"
}
mkdir -p /form/folder /form/other && cp $act /form/program && echo 1 >/form/file && echo 2 >/form/file2 && ln /form/file /form/hard &&
	printf '#!/w/program nothing\n' >/form/script && chmod +x /form/script
learn act acts

export ADDRESS=127.0.0.1:80
# shellcheck disable=SC2016 # the test expands it
export SEND_SIGNAL='kill -s "$1" "$(cat /srv/nginx/nginx.pid)"'
server() {
	local pid status=0
	cd / || return
	aa-exec --profile=snug-guest-nginx -- nginx -e stderr -p /srv/nginx -c nginx.conf > >(cat >"$SCRATCH/server") 2>&1 &
	pid=$!
	until_true 30 curl -s -o /dev/null "http://$ADDRESS/" || status=1
	sh /samples/nginx/test.sh || status=1
	kill -QUIT "$pid" 2>/dev/null
	until_gone 30 "$pid" || kill -KILL "$pid"
	return "$status"
}
learn nginx server
done_testing
