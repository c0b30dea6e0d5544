#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From a bare Debian 12 to the profiles of a real server: installs what is missing, builds snug, records redis while
# its integration test drives it, emits the profiles; where a Docker Engine answers, runs the image under them.
# Needs neither Docker nor root for its main job; may be run again at any time. All that it makes is under build/.
set -u
export LC_ALL=C.UTF-8 PATH="$PATH:/usr/sbin:/sbin"

cd "$(dirname "$0")/.." || exit 1
build=build
work=build/quickstart
log=$work/log
profiles=$work/redis

# What is needed (a command, or a file by its name), and the Debian package that brings it. redis-tools holds the
# server as well; the package redis-server would also start one on this machine, and at each boot.
needed='
gcc                                       gcc
/usr/include/stdio.h                      libc6-dev
make                                      make
autoreconf                                autoconf
automake                                  automake
pkg-config                                pkg-config
/usr/include/auparse.h                    libauparse-dev
/usr/include/libaudit.h                   libaudit-dev
/usr/include/jansson.h                    libjansson-dev
/usr/include/seccomp.h                    libseccomp-dev
/usr/include/traceevent/event-parse.h     libtraceevent-dev
/usr/include/zlib.h                       zlib1g-dev
redis-cli                                 redis-tools
'

if [ -t 1 ]; then
	bold=$(printf '\033[1m') green=$(printf '\033[32m') red=$(printf '\033[31m') plain=$(printf '\033[0m')
else
	bold='' green='' red='' plain=''
fi

# row WHAT TEXT: one line of the report, two columns.
row() {
	printf '  %s%-10s%s %s\n' "$bold" "$1" "$plain" "$2"
}

more() {
	row '' "$1"
}

stop() {	# WHAT REASON [HINT]
	row "$1" "${red}failed${plain}: $2"
	[ ! -s "$log" ] || tail -n 15 "$log" | cut -c 1-76 | sed 's/^/    /'
	[ $# -lt 3 ] || more "$3"
	exit 1
}

missing_packages() {
	local what package
	while read -r what package; do
		case $what in
		'') ;;
		/*) [ -e "$what" ] || compgen -G "${what/include/include/*-linux-gnu}" >/dev/null || echo "$package" ;;
		*) command -v "$what" >/dev/null || echo "$package" ;;
		esac
	done <<<"$needed" | sort -u | xargs
}

install_missing() {
	local missing as_root=''
	missing=$(missing_packages)
	if [ -z "$missing" ]; then
		row packages 'all there'
		return
	fi
	command -v apt-get >/dev/null || stop packages 'this machine has no apt-get' "Install: $missing"
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || stop packages 'not root, and no sudo here' "As root: apt-get install $missing"
		as_root=sudo
	fi
	row packages "installing, by ${as_root:+sudo }apt-get:"
	fold -s -w 64 <<<"$missing" | while IFS= read -r line; do more "$line"; done
	# shellcheck disable=SC2086	# a list of words
	{
		$as_root apt-get -qq -y -o DPkg::Lock::Timeout=600 install --no-install-recommends $missing ||
			{
				$as_root apt-get -qq -o DPkg::Lock::Timeout=600 update &&
					$as_root apt-get -qq -y -o DPkg::Lock::Timeout=600 install --no-install-recommends $missing
			}
	} >"$log" 2>&1 || stop packages 'apt-get did not install them'
}

# A tree that was configured in place is built in place.
build_snug() {
	local start=$SECONDS
	[ ! -e config.status ] || build=.
	{
		{ [ -x configure ] || ./autogen.sh; } &&
			(cd "$build" && { [ -e config.status ] || "$OLDPWD/configure" --quiet; } && make -s -j"$(nproc)")
	} >"$log" 2>&1 || stop build 'snug does not build' "All of it: $log"
	snug=$PWD/$build/snug
	row build "$build/snug, in $((SECONDS - start)) s"
}

# The first of a few ports on which nobody listens.
free_port() {
	local port
	for port in 6379 16379 26379 36379; do
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
	return 1
}

record_redis() {
	local port
	port=$(free_port) || stop record 'every port that it would take is taken'
	rm -rf "$work/data"
	mkdir -p "$work/data" "$work/bin"
	command -v redis-server >/dev/null || ln -sf "$(command -v redis-check-rdb)" "$work/bin/redis-server"
	row record "redis on port $port, while samples/redis/test.sh drives it"
	(
		export PATH=$PATH:$PWD/$work/bin ADDRESS=127.0.0.1:$port TEST=$PWD/samples/redis/test.sh
		config=$PWD/samples/redis/redis.conf output=$PWD/$work/redis.trace.json
		cd "$work/data" || exit
		# shellcheck disable=SC2016	# the shell that runs the test expands it
		"$snug" record -o "$output" --test 'exec "$TEST"' --ready "tcp:$port" -- \
			redis-server "$config" --bind 127.0.0.1 --port "$port"
	) >"$log" 2>&1 || stop record 'the test did not pass, or not all was seen' "All of it: $log"
	more "${green}$(grep -c '^pass: ' "$log") expectations met${plain}; trace: $work/redis.trace.json"
}

# The list in the profiles' README.md, without the mark-up, as wide as fits here.
emit_profiles() {
	"$snug" emit -d "$profiles" -n redis "$work/redis.trace.json" >"$log" 2>&1 ||
		stop emit 'no profiles came of the trace'
	row emit "$profiles/"
	awk '/^- / { print text; text = substr($0, 3); next }
		/^  / { text = text substr($0, 2); next }
		{ print text; text = "" }' "$profiles/README.md" |
		sed -e 's/[*`]//g' -e '/^$/d' | fold -s -w 66 | sed 's/ *$//' |
		while IFS= read -r line; do more "$line"; done
}

# The recording saw the files of this folder, the container has others: AppArmor's line is left to a recording of the
# container itself.
docker_arguments() {
	head -n -1 "$profiles/docker-run.args"
}

run_in_docker() {
	local name=snug-quickstart-$$ address status=0
	if ! docker info >"$log" 2>&1; then
		row docker 'no engine answers here; where one does:'
		more 'docker build -t redis-sample samples/redis'
		more "docker run \$(head -n -1 $profiles/docker-run.args) \\"
		more '    redis-sample'
		return
	fi
	if ! docker build -t snug-quickstart samples/redis >"$log" 2>&1; then
		row docker 'an engine answers, but cannot build samples/redis: left out'
		tail -n 3 "$log" | cut -c 1-76 | sed 's/^/    /'
		return
	fi
	# shellcheck disable=SC2046	# one argument a line
	docker run --detach --name "$name" --publish 127.0.0.1::6379 $(docker_arguments) snug-quickstart >"$log" 2>&1 &&
		address=$(docker port "$name" 6379/tcp | head -n 1) &&
		ADDRESS=$address samples/redis/test.sh >>"$log" 2>&1 || status=1
	docker logs "$name" >"$work/docker.log" 2>&1
	docker rm --force "$name" >/dev/null 2>&1
	[ "$status" = 0 ] || stop docker 'the container does not pass its test under the profiles' "Its log: $work/docker.log"
	row docker "${green}under these profiles the container passes the same test${plain}"
	more 'AppArmor is left out: the recording saw the paths of this folder,'
	more 'the container has others'
}

mkdir -p "$work"
: >"$log"
echo "${bold}snug quickstart${plain}: the profiles of a real server, out of its own test"
echo
install_missing
build_snug
record_redis
emit_profiles
run_in_docker

cat <<END

To be reviewed and committed, in $profiles/:
  seccomp.json      what the kernel lets it call
  cap-add.txt       the capabilities that it needs
  apparmor.profile  what it may open, run and connect to
  docker-run.args   all of them: docker run \$(cat DIR/docker-run.args) IMAGE
  README.md         one screen for the reviewer
END
