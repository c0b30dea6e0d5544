#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The engines of newer Debian suites, unpacked beside this machine's own; suite.sh runs them.
#
#	fetch_suites.sh FOLDER [SUITE...]	FOLDER/SUITE/usr, of all suites or of the named ones
#
# Nothing is installed: apt gets a package list and a cache of its own, and what it fetches is only unpacked. What is
# there already is kept while the archive has no newer versions, or when the archive cannot be reached.
set -u
export LC_ALL=C

# One row a suite: its name, whether the tests depend on it, the packages that are asked for. sid moves every day and
# may be broken on any of them, so that the tests take from it what works.
suites='
trixie required containerd crun docker-cli docker-compose docker.io podman conmon netavark runc tini
sid    optional crun runc
'

say() {
	echo "fetch_suites.sh: $*" >&2
}

# shellcheck source-path=SCRIPTDIR source=suite_apt.sh
. "$(dirname "$0")/suite_apt.sh"

# What is asked for, and the libraries that it needs: what a package depends on that is called lib. The rest, as the
# shell, useradd or iptables, is this machine's, with libraries of its own. Lines "FILE CHECKSUM".
choose_packages() {
	apt-cache --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
		--no-enhances depends "$@" |
		awk -v asked="$*" '
			/^[a-z0-9]/ { package = $1 }
			/^ .Depends:|^ .PreDepends:/ && $2 ~ /^lib/ { needs[package] = needs[package] " " $2 }
			END {
				count = split(asked, queue, " ")
				for (i = 1; i <= count; i++) {
					if (queue[i] in seen)
						continue
					seen[queue[i]] = 1
					words = split(needs[queue[i]], word, " ")
					for (j = 1; j <= words; j++)
						queue[++count] = word[j]
				}
				for (package in seen)
					print package
			}' | sort | xargs apt-get --print-uris download | awk '{ print $2, $4 }'
}

unpack() {	# FOLDER FILE...
	local folder=$1 file
	mkdir "$folder" || return
	for file in "${@:2}"; do
		dpkg-deb --fsys-tarfile "$file" |
			tar --extract --directory "$folder" --exclude='./usr/share/doc' --exclude='./usr/share/man' \
				--exclude='./usr/share/locale' || return
	done
}

fetch() {	# SUITE PACKAGE...
	local suite=$1 state=$folder/$1.apt
	shift
	choose_suite "$suite" "$state" && apt-get update && choose_packages "$@" >"$state/packages" &&
		[ -s "$state/packages" ] || return
	! cmp -s "$state/packages" "$folder/$suite/packages" || return 0
	rm -rf "$state/debs" "$state/new"
	mkdir "$state/debs" || return
	(cd "$state/debs" && cut -d_ -f1 ../packages | xargs apt-get download) &&
		unpack "$state/new" "$state"/debs/*.deb && cp "$state/packages" "$state/new/packages" || return
	rm -rf "${folder:?}/$suite" "$state/debs"
	mv "$state/new" "$folder/$suite"
}

[ $# -ge 1 ] || { say 'usage: fetch_suites.sh FOLDER [SUITE...]'; exit 2; }
mkdir -p "$1" && folder=$(realpath "$1") || exit 2
shift
wanted=" $* " status=0
while read -r suite need packages; do
	[ -n "$suite" ] || continue
	[ "$wanted" = '  ' ] || [[ $wanted == *" $suite "* ]] || continue
	# shellcheck disable=SC2086	# a list of words
	fetch "$suite" $packages && continue
	if [ -e "$folder/$suite/packages" ]; then
		say "$suite: the archive does not give it now; what was unpacked before is used"
	elif [ "$need" = optional ]; then
		say "$suite: the archive does not give it now"
	else
		say "$suite: cannot be fetched"
		status=1
	fi
done <<<"$suites"
exit $status
