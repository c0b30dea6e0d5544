# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests inside the guest share, on top of tests/lib.sh.
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. /tests/lib.sh
scratch_folder

forget_messages() {
	dmesg --clear
}

# What AppArmor refused since then, one line each, without what differs every time.
denied() {
	dmesg | sed -n 's/.*apparmor="DENIED" //p' | sed -E 's/ ?(pid|fsuid|ouid|comm)=("[^"]*"|[^ ]*)//g'
}

load() {	# FILE: fails loudly; enforce mode
	apparmor_parser --replace --skip-cache --quiet "$1"
}

confined() {	# PROFILE COMMAND...
	local profile=$1
	shift
	aa-exec --profile="$profile" -- "$@"
}
