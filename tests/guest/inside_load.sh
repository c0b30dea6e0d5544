#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest: a repository of two services whose profiles are loaded, and everything that keeps them from being loaded.
# shellcheck source-path=SCRIPTDIR source=inside.sh
. /tests/inside.sh

# load OPTION...: runs it; leaves $ended and $said.
load() {
	ended=0
	said=$(snug load "$@" 2>&1) || ended=$?
}
ends() {	# STATUS EXPRESSION: one line, unless it is fine
	[ "$ended" -eq "$1" ] && grep -Eq -- "$2" <<<"$said" && { [ "$1" -eq 0 ] || [ "$(wc -l <<<"$said")" -eq 1 ]; }
}
holds() {
	grep -qx "$1 (enforce)" /sys/kernel/security/apparmor/profiles
}
lacks() {
	! holds "$1"
}
make_repository() {	# FOLDER PROJECT COMMAND...
	mkdir -p "$1" && cd "$1" || exit 1
	snug record -o recorded.json -- "${@:3}" >/dev/null
	for service in db web; do
		snug emit -d "snug/$service" -p "$2" recorded.json
	done
}

make_repository /srv/shop shop true
load
check 'both are loaded, by a command that is printed' \
	ends 0 '^apparmor_parser --replace --skip-cache snug/db/apparmor.profile snug/web/apparmor.profile$'
check 'and held by the kernel' holds snug-shop-db
check 'each of them' holds snug-shop-web
load
check 'again: the same' ends 0 '^loaded snug-shop-web$'

cd / && make_repository /srv/other shop cat /etc/passwd
load web
check "another project's profile of that name stays" ends 2 "already that of '/srv/shop/snug/web/apparmor.profile'"
cp -a /srv/shop /srv/clone && cd /srv/clone || exit 1
load
check 'a clone of the same project is no other one' ends 0 '^loaded snug-shop-web$'

cd /srv/shop || exit 1
load --persist web
check 'persisted' ends 0 '^loaded snug-shop-web, and at each start of this machine$'
check 'as a profile that can be loaded' apparmor_parser --skip-kernel-load --skip-cache /etc/apparmor.d/snug-shop-web
echo '# changed' >>snug/web/apparmor.profile
load
check 'the copy is renewed by loading again' grep -qx '# changed' /etc/apparmor.d/snug-shop-web

# bash as the program: it waits without help until its standard input ends.
mkfifo "$SCRATCH/wait"
printf 'profile %s { file, signal, }\n' snug-shop-web | apparmor_parser --replace --skip-cache
aa-exec --profile=snug-shop-web -- bash -c 'read -r line' <>"$SCRATCH/wait" &
confined=$!
until_true 10 grep -q snug-shop-web "/proc/$confined/attr/current"
load --undo
check 'none is removed under a process that it confines' ends 2 "confines running processes, such as $confined"
check 'and all stay' holds snug-shop-db
kill $confined
until_gone 10 $confined
load --undo
check 'undone, by a command that is printed' ends 0 '^apparmor_parser --remove --skip-cache snug/db/apparmor.profile snug/web'
check 'in the kernel' lacks snug-shop-web
check 'and where profiles are loaded at the start' [ ! -e /etc/apparmor.d/snug-shop-web ]
load --undo
check 'undone twice is no failure' ends 0 '^not loaded: snug-shop-db$'

echo 'profile snug-shop-web {}' >/etc/apparmor.d/snug-shop-web
load web
check "a file of somebody else's stays" ends 2 "'/etc/apparmor.d/snug-shop-web' was not written by snug"
rm /etc/apparmor.d/snug-shop-web

said=$(setpriv --reuid 33 --clear-groups snug load 2>&1) && ended=0 || ended=$?
check 'nobody but root' ends 2 'by root \(hint: sudo snug load'
ended=0
said=$(unshare --mount sh -c 'umount /sys/kernel/security && snug load' 2>&1) || ended=$?
check 'not where the kernel does not tell, as in a container' ends 2 'in a container'
mv /etc/apparmor.d/abi /etc/apparmor.d/abi.away
load
check 'not without the abi file' ends 2 "'/etc/apparmor.d/abi/3.0' is missing"
mv /etc/apparmor.d/abi.away /etc/apparmor.d/abi
sed -i 's/^}/  no rule\n}/' snug/web/apparmor.profile
ended=0
said=$(snug load web 2>&1) || ended=$?
check "what the parser refuses is trouble, in the parser's words" grep -q 'failed with status 1' <<<"$said"
is 'of status 2' 2 "$ended"
mv "$(command -v apparmor_parser)" /parser.away
ended=0
said=$(snug load db 2>&1 >/dev/null) || ended=$?
check 'not without the parser' ends 2 'apparmor_parser is not installed'
done_testing
