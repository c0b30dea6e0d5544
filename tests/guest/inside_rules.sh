#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: every row of what AppArmor asks for (src/emit/apparmor_file.c, apparmor_mount.c) against the kernel.
# One act, one trace that says so, one emitted profile: with it the act is done and nothing is logged; without any single
# permission of its rule the act is refused and logged. So no row says too little or too much.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh
mkdir -p /mnt
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

mkdir -p /form/folder /form/other && cp $act /form/program && echo 1 >/form/file && echo 2 >/form/file2 && ln /form/file /form/hard &&
	printf '#!/w/program nothing\n' >/form/script && chmod +x /form/script

# All profiles are compiled in one go, and the log is read once: a program costs a tenth of a second here.
declare -a profiles=() wants=() acts=() argument_lists=() rules=() descriptions=()
everything=$SCRATCH/everything
echo 'abi <abi/3.0>,' >"$everything"

# plan WANT ACT ARGUMENTS RULES DESCRIPTION: the profile in $SCRATCH/profile; done (0) or refused (1)
plan() {
	local name=case${#profiles[@]}
	sed "/^abi/d; s/snug-guest-act/$name/g" "$SCRATCH/profile" >>"$everything"
	profiles+=("$name") wants+=("$1") acts+=("$2") argument_lists+=("$3") rules+=("$4") descriptions+=("$5")
}

run_plan() {
	local -a statuses=() messages=()
	local -A log=()
	local i line status
	check 'all profiles are taken' load "$everything"
	forget_messages
	for i in "${!profiles[@]}"; do
		rm -rf /w && cp -a /form /w
		case ${acts[i]} in
		create) rm /w/file ;;
		*mount*) mount -t tmpfs tmpfs /mnt ;;
		esac
		status=0
		# shellcheck disable=SC2086 # several arguments
		messages[i]=$(aa-exec --profile="${profiles[i]}" -- $act ${acts[i]} ${argument_lists[i]} 2>&1) || status=$?
		statuses[i]=$status
		[[ ${acts[i]} != *mount* ]] || umount -l /mnt /w/folder /w/other 2>/dev/null
	done
	while IFS= read -r line; do
		[[ $line =~ profile=\"([^\"]*)\" ]] && log[${BASH_REMATCH[1]}]+=$line
	done < <(denied)
	for i in "${!profiles[@]}"; do
		line=${log[${profiles[i]}]:-}
		is "${descriptions[i]}" "${wants[i]}, $([ "${wants[i]}" -eq 0 ] && echo nothing || echo DENIED) logged" \
			"${statuses[i]}, $([ -z "$line" ] && echo nothing || echo DENIED) logged" ||
			note "${rules[i]} ${messages[i]} $line"
	done
}

# Every rule about /w once without each of its permissions: refused.
plan_each_permission() {	# ACT ARGUMENTS
	local rule path permissions letter less
	grep -v '^  deny' "$SCRATCH/profile" >"$SCRATCH/whole"
	while read -r rule; do
		path=${rule% *} permissions=${rule##* }
		permissions=${permissions%,}
		for letter in m r w a l k x; do
			[[ $permissions == *$letter* ]] || continue
			less=${permissions//${letter/x/ix}/}
			grep -vxF "  $rule" "$SCRATCH/whole" | sed "${less:+/^profile/a $path $less,}" >"$SCRATCH/profile"
			plan 1 "$1" "$2" "$path $less" "$1 $2: refused without $letter for $path"
		done
	done < <(grep -E '^  "?/w' "$SCRATCH/whole")
}

while IFS='|' read -r name arguments entries; do
	files=
	for entry in $entries; do
		IFS=: read -r path kind access <<<"$entry"
		files+=" $(file "$path" "$kind" "${access//,/ }")"
	done
	emit "$files"
	plan 0 "$name" "$arguments" "$(grep ' "*/w' "$SCRATCH/profile")" "$name $arguments: done with $entries"
	plan_each_permission "$name" "$arguments"
done <<'END'
read|/w/file|/w/file:file:read
write|/w/file|/w/file:file:write
append|/w/file|/w/file:file:append
append_create|/w/file|/w/file:file:append,create
read_create|/w/file|/w/file:file:create,read
read_write|/w/file|/w/file:file:read,write
create|/w/file|/w/file:file:create,write
create_unnamed|/w|/w/#17:file:create,read,write
truncate|/w/file|/w/file:file:write
change_mode|/w/file|/w/file:file:change-mode
change_mode|/w/folder|/w/folder:folder:change-mode
change_mode|/w/file|/w/file:file:change-mode,change-attributes
change_times|/w/file|/w/file:file:change-attributes
change_attribute|/w/file|/w/file:file:change-attributes
look|/w/file|/w/file:file:look
open_path|/w/file|/w/file:file:look
enter|/w/folder|/w/folder:folder:enter
watch|/w/folder|/w/folder:folder:watch
list|/w/folder|/w/folder:folder:read
list|/w/folder|/w/folder:unknown:read
make_folder|/w/new|/w/new:folder:create
remove_folder|/w/folder|/w/folder:folder:delete
remove|/w/file|/w/file:file:delete
make_symlink|/w/new|/w/new:symlink:create
make_pipe|/w/new|/w/new:pipe:create
rename|/w/file /w/new|/w/file:file:rename-from /w/new:file:rename-to
rename|/w/folder /w/new|/w/folder:folder:rename-from /w/new:folder:rename-to
exchange|/w/file /w/file2|/w/file:file:rename-from,rename-to /w/file2:file:rename-from,rename-to
make_link|/w/file /w/new|/w/file:file:link-from /w/new:file:link-to
make_used_link|/w/file /w/new|/w/file:file:link-from /w/new:file:link-to,read,write
lock_shared|/w/file|/w/file:file:lock,read
lock_exclusive|/w/file|/w/file:file:lock,lock-exclusive,read
lock_record|/w/file|/w/file:file:lock,lock-exclusive,read,write
map_code|/w/file|/w/file:file:map-execute,read
run|/w/program|/w/program:file:execute
run|/w/script|/w/script:file:execute
END

section() {	# NAME WORDS: an entry with what each section has to have; of a capability, only its name
	local words=$2
	[ "$1" != capabilities ] ||
		words="\"name\":\"$2\",\"granted\":true,\"inferred\":true,\"syscall\":\"x\",\"reason\":\"x\",\"userns\":\"initial\""
	printf '"%s":[{%s,"by":[],"outcome":"ok","runs":["r"]}]' "$1" "$words"
}

while IFS='|' read -r name arguments line sections; do
	IFS=';' read -ra given <<<"$sections"
	made=()
	for entry in "${given[@]}"; do
		made+=("$(section "${entry%%=*}" "${entry#*=}")")
	done
	emit "$(file /w/file file change-owner)" "${made[@]}"
	check "$name: the profile says '$line'" grep -qF "  $line" "$SCRATCH/profile"
	plan 0 "$name" "$arguments" "$line" "$name: done with '$line'"
	grep -vF "  $line" "$SCRATCH/profile" >"$SCRATCH/less" && mv "$SCRATCH/less" "$SCRATCH/profile"
	plan 1 "$name" "$arguments" '' "$name: refused without"
done <<'END'
inet|/|network inet stream,|network="family":"inet","type":"stream","protocol":"tcp","acts":["create"],"bound":[],"connected":[]
inet_datagram|/|network inet dgram,|network="family":"inet","type":"dgram","protocol":"udp","acts":["create"],"bound":[],"connected":[]
netlink|/|network netlink raw,|network="family":"netlink","type":"raw","protocol":"ip","acts":["create"],"bound":[],"connected":[]
socket_pair|/|network unix stream,|sockets="type":"stream","acts":["create"]
signal_first|/|signal (send) set=(exists),|signals="number":"exists","target":"outside"
trace_first|/|ptrace (trace),|ptraces="act":"trace","target":"outside";capabilities=SYS_PTRACE
change_owner|/w/file|capability chown,|capabilities=CHOWN
mount_tmpfs|/w/folder|mount fstype=tmpfs options=(rw,nosuid,nodev) tmpfs -> /w/folder{,/},|mounts="act":"mount","source":"tmpfs","target":"/w/folder","type":"tmpfs","flags":"6";capabilities=SYS_ADMIN
mount_bind|/w/folder /w/other|mount options=(rbind) /w/folder{,/} -> /w/other{,/},|mounts="act":"mount","source":"/w/folder","target":"/w/other","flags":"20480";capabilities=SYS_ADMIN
mount_remount|/mnt|mount options=(ro,nosuid,remount,bind) -> /mnt{,/},|mounts="act":"mount","target":"/mnt","flags":"4131";capabilities=SYS_ADMIN
mount_private|/|mount options=(rprivate) -> /,|mounts="act":"mount","target":"/","flags":"278528";capabilities=SYS_ADMIN
unmount|/mnt|umount /mnt{,/},|mounts="act":"umount","target":"/mnt","flags":"2";capabilities=SYS_ADMIN
be_nice|/|capability sys_nice,|capabilities=SYS_NICE
END
run_plan
done_testing
