#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: every row of what AppArmor asks for (src/emit/apparmor_file.c, apparmor_mount.c) against the kernel.
# One act, one trace that says so, one emitted profile: with it the act is done and nothing is logged; without any single
# permission of its rule the act is refused and logged. So no row says too little or too much.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
act=/tests/act

# file PATH KIND "ACCESS...": an entry of files[]
file() {
	local words=${3// /\",\"}
	printf '{"access":["%s"],"by":["/x"],"kind":"%s","outcome":"ok","path":"%s","runs":["r"]}' "$words" "$2" "$1"
}

joined() {
	local IFS=,
	echo "$*"
}

# emit FILES [SECTION...]: the profile for a trace of these entries, and of act itself
emit() {
	local section=() files=$1 name
	shift
	for name in capabilities mounts network ptraces signals sockets; do
		[[ " $*" == *" \"$name\":"* ]] || section+=("\"$name\":[]")
	done
	# shellcheck disable=SC2046,SC2086 # one entry a word
	cat >"$SCRATCH/trace.json" <<-END
		{"format":"snug-trace/1","execs":[],"limits":{},"notes":[],"syscalls":[],
		"runs":[{"abi":"x86_64","command":["act"],"complete":true,"duration_ms":"1","exhaustive":false,"exit":0,"id":"r",
		"kernel":"6.1","lost":{},"no_new_privs":false,"recorder":"ptrace","start":"2026-11-22T00:00:00Z","user":"0:0"}],
		$(joined "${section[@]}" "$@" "\"files\":[$(joined $files $(cat /tests/act.files))]")}
	END
	snug emit --format=apparmor --name=act --project=guest "$SCRATCH/trace.json" >"$SCRATCH/profile"
}

prepare() {
	umount -l /w/* 2>/dev/null
	rm -rf /w && mkdir -p /w/folder && cp $act /w/program && echo 1 >/w/file && echo 2 >/w/file2 && ln /w/file /w/hard &&
		printf '#!/w/program nothing\n' >/w/script && chmod +x /w/script && eval "$1"
}

# tried WANT ACT ARGUMENTS: it is done (0) or refused (1) as wanted, and the log says so
tried() {
	local want=$1 status=0 log
	shift
	load "$SCRATCH/profile" || return
	forget_messages
	# shellcheck disable=SC2086 # ARGUMENTS are several
	confined snug-guest-act $act $1 $2 2>"$SCRATCH/message" || status=$?
	log=$(denied)
	if [ "$status" -eq 0 ] && [ "$want" -eq 0 ] && [ -z "$log" ]; then
		return 0
	elif [ "$status" -eq 1 ] && [ "$want" -eq 1 ] && [ -n "$log" ]; then
		return 0
	fi
	echo "status $status, wanted $want: $(cat "$SCRATCH/message")"
	echo "log: $log"
	grep -F /w "$SCRATCH/profile"
	return 1
}

# Every rule about /w once without each of its permissions: refused.
needs_each_permission() {	# ACT SETUP ARGUMENTS
	local rule path permissions letter
	grep -v '^  deny' "$SCRATCH/profile" >"$SCRATCH/whole"	# compiles in a tenth of the time
	while read -r rule; do
		path=${rule% *} permissions=${rule##* }
		permissions=${permissions%,}
		for letter in m r w a l k x; do
			[[ $permissions == *$letter* ]] || continue
			grep -vxF "  $rule" "$SCRATCH/whole" | sed "/^profile/a $path ${permissions//${letter/x/ix}/}," |
				grep -v ' ,$' >"$SCRATCH/profile"
			prepare "$2"
			tried 1 "$1" "$3" || {
				echo "without $letter on $path"
				return 1
			}
		done
	done < <(grep -E '^  "?/w' "$SCRATCH/whole")
}

while IFS='|' read -r name setup arguments entries; do
	[ -n "$name" ] || continue
	files=
	for entry in $entries; do
		IFS=: read -r path kind access <<<"$entry"
		files+=" $(file "$path" "$kind" "${access//,/ }")"
	done
	emit "$files"
	prepare "$setup" || result 1 "$name: setup"
	check "$name: done with $entries" tried 0 "$name" "$arguments"
	check "$name: refused without any part of it" needs_each_permission "$name" "$setup" "$arguments"
done <<'END'
read||/w/file|/w/file:file:read
write||/w/file|/w/file:file:write
append||/w/file|/w/file:file:append
append_create||/w/file|/w/file:file:append,create
append_create|rm /w/file|/w/file|/w/file:file:append,create
read_create||/w/file|/w/file:file:create,read
read_write||/w/file|/w/file:file:read,write
create|rm /w/file|/w/file|/w/file:file:create,write
create_unnamed||/w|/w/#17:file:create,read,write
truncate||/w/file|/w/file:file:write
change_mode||/w/file|/w/file:file:change-mode
change_mode||/w/folder|/w/folder:folder:change-mode
change_mode||/w/file|/w/file:file:change-mode,change-attributes
change_times||/w/file|/w/file:file:change-attributes
change_attribute||/w/file|/w/file:file:change-attributes
look||/w/file|/w/file:file:look
open_path||/w/file|/w/file:file:look
enter||/w/folder|/w/folder:folder:enter
watch||/w/folder|/w/folder:folder:watch
list||/w/folder|/w/folder:folder:read
list||/w/folder|/w/folder:unknown:read
make_folder||/w/new|/w/new:folder:create
remove_folder||/w/folder|/w/folder:folder:delete
remove||/w/file|/w/file:file:delete
make_symlink||/w/new|/w/new:symlink:create
make_pipe||/w/new|/w/new:pipe:create
rename||/w/file /w/new|/w/file:file:rename-from /w/new:file:rename-to
rename||/w/folder /w/new|/w/folder:folder:rename-from /w/new:folder:rename-to
exchange||/w/file /w/file2|/w/file:file:rename-from,rename-to /w/file2:file:rename-from,rename-to
make_link||/w/file /w/new|/w/file:file:link-from /w/new:file:link-to
make_used_link||/w/file /w/new|/w/file:file:link-from /w/new:file:link-to,read,write
lock_shared||/w/file|/w/file:file:lock,read
lock_exclusive||/w/file|/w/file:file:lock,lock-exclusive,read
lock_record||/w/file|/w/file:file:lock,lock-exclusive,read,write
map_code||/w/file|/w/file:file:map-execute,read
run||/w/program|/w/program:file:execute
run||/w/script|/w/script:file:execute
END

# capability and family: the act needs no file
section() {	# NAME WORDS: an entry with what each section has to have
	printf '"%s":[{%s,"by":[],"outcome":"ok","runs":["r"]}]' "$1" "$2"
}

while IFS='|' read -r name arguments line sections; do
	[ -n "$name" ] || continue
	declare -a given=()
	IFS=';' read -ra given <<<"$sections"
	declare -a made=()
	for entry in "${given[@]}"; do
		made+=("$(section "${entry%%=*}" "${entry#*=}")")
	done
	emit "$(file /w/file file change-owner)" "${made[@]}"
	prepare 'mkdir -p /w/a/old /w/b; mount -t tmpfs tmpfs /w/a; mkdir /w/a/old'
	check "$name: done with '$line'" tried 0 "$name" "$arguments"
	grep -qF "  $line" "$SCRATCH/profile" || result 1 "$name: the profile says '$line'"
	grep -vF "  $line" "$SCRATCH/profile" >"$SCRATCH/less" && mv "$SCRATCH/less" "$SCRATCH/profile"
	prepare 'mkdir -p /w/a/old /w/b; mount -t tmpfs tmpfs /w/a; mkdir /w/a/old'
	check "$name: refused without it" tried 1 "$name" "$arguments"
done <<'END'
inet|/|network inet stream,|network="family":"inet","type":"stream","protocol":"tcp","acts":["create"],"bound":[],"connected":[]
inet_datagram|/|network inet dgram,|network="family":"inet","type":"dgram","protocol":"udp","acts":["create"],"bound":[],"connected":[]
netlink|/|network netlink raw,|network="family":"netlink","type":"raw","protocol":"ip","acts":["create"],"bound":[],"connected":[]
socket_pair|/|network unix stream,|sockets="type":"stream","acts":["create"]
signal_first|/|signal (send) set=(exists),|signals="number":"exists","target":"outside"
trace_first|/|ptrace (trace),|ptraces="act":"trace","target":"outside";capabilities="name":"SYS_PTRACE","granted":true,"inferred":true,"syscall":"ptrace","reason":"x","userns":"initial"
change_owner|/w/file|capability chown,|capabilities="name":"CHOWN","granted":true,"inferred":true,"syscall":"chown","reason":"x","userns":"initial"
be_nice|/|capability sys_nice,|capabilities="name":"SYS_NICE","granted":true,"inferred":true,"syscall":"nice","reason":"x","userns":"initial"
END
done_testing
