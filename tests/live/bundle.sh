# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A small container for the tests of `snug listen`: busybox under runc or crun, with the profile that is in $SNUG_RECORD. Used
# inside of private_machine (tests/lib.sh), after which the working folder is $SCRATCH.
#
#	./container NAME RUNTIME SCRIPT [JQ]	runs it under the record profile (without one where $SNUG_RECORD is not set); NAME is
#						its id, and its trace's name; JQ changes its config.json

make_container() {
	local applet
	export BUNDLE=$SCRATCH/bundle
	mkdir -p "$BUNDLE"/rootfs/{bin,etc,tmp,proc,sys,dev,root}
	cp "$(command -v busybox)" "$BUNDLE/rootfs/bin/busybox"
	for applet in sh ls cat true mkdir rm sleep echo chown id stat; do
		ln -s busybox "$BUNDLE/rootfs/bin/$applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$BUNDLE/rootfs/etc/passwd"
	(cd "$BUNDLE" && runc spec && mv config.json spec.json)
	cat >container <<-'END'
	#!/bin/bash
	own=$BUNDLE/$1
	mkdir -p "$own"
	jq --slurpfile record "${SNUG_RECORD:-/dev/null}" --arg script "$3" --arg name "$1" --arg group "/$CGROUP/$1" --arg root "$BUNDLE/rootfs" \
		'.process.terminal = false | .process.args = ["sh", "-c", $script] | .root = { path: $root, readonly: false }
		| .annotations["snug.name"] = $name | .linux.seccomp = $record[0] | .linux.cgroupsPath = $group'"${4:+ | $4}" \
		"$BUNDLE/spec.json" >"$own/config.json"
	exec "$2" run --bundle "$own" "$1"
	END
	chmod +x container
}

# Ends a container that may be there.
end_container() {	# NAME RUNTIME
	"$2" kill "$1" KILL 2>/dev/null
	until_true 10 eval "! $2 state $1"
}
