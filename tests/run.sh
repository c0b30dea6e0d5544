#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and runs every tier of tests; works on a bare Debian 12, needs no
# preparation, asks nothing, and may be run again at any time. The last line is "N passed, N failed, N skipped".
# Everything is built and logged under build-tests/; the sources are copied there first, so that the tree
# stays as it was, and one that has been configured in place does no harm.
set -u
export LC_ALL=C.UTF-8 PATH="$PATH:/usr/sbin:/sbin" SNUG_TESTS_MUST_RUN="${SNUG_TESTS_MUST_RUN-all}"
unset MAKEFLAGS CFLAGS CPPFLAGS LDFLAGS CC

top=$(cd "$(dirname "$0")/.." && pwd)
work=${SNUG_TESTS_FOLDER:-$top/build-tests}
copy=$work/source
logs=$work/logs
jobs=$(nproc)

# One row a step: its name, its lane, whether --quick takes it, what it does. The lanes run side by side; the
# steps of a lane one after another. Lane 1 owns the machine's state (engines, network, kernel tracing); a virtual
# machine has its own.
steps='
check     2 quick  build with gcc, unit, golden, bad input, corpora, lint
live      1 -      the recorders against real programs
engines   1 -      record, emit and run enforced, with Docker, podman, runc and crun
sanitize  2 quick  build with clang, the check tier under ASan and UBSan
analysis  2 quick  gcc -fanalyzer, cppcheck, codespell
distcheck 2 -      the tarball builds, tests, installs and uninstalls
cross     2 -      build for aarch64, unit tests in user-mode emulation
guest     2 -      AppArmor and older kernels, in virtual machines
'

# What the steps need: a command, or a file by its pattern; and the Debian package that brings it. "any" is for all.
packages='
any       apparmor_parser                               apparmor
any       /etc/apparmor.d/abi/3.0                       apparmor
any       autoreconf                                    autoconf
any       automake                                      automake
any       gcc                                           gcc
any       ip                                            iproute2
any       jq                                            jq
any       git                                           git
any       make                                          make
any       mandoc                                        mandoc
any       pkg-config                                    pkg-config
any       ps                                            procps
any       python3                                       python3
any       shellcheck                                    shellcheck
any       /usr/include/auparse.h                        libauparse-dev
any       /usr/include/jansson.h                        libjansson-dev
any       /usr/include/libaudit.h                       libaudit-dev
any       /usr/include/seccomp.h                        libseccomp-dev
any       /usr/include/stdio.h                          libc6-dev
any       /usr/include/traceevent/event-parse.h         libtraceevent-dev
any       /usr/include/zlib.h                           zlib1g-dev
any       /usr/lib/python3/dist-packages/jsonschema     python3-jsonschema
live      auditd                                        auditd
live      bpftrace                                      bpftrace
live      busybox                                       busybox-static
live      crun                                          crun
live      docker-compose                                docker-compose
live      runc                                          runc
live      setcap                                        libcap2-bin
live      setpriv                                       util-linux
live      strace                                        strace
live      valgrind                                      valgrind
live      /usr/lib/debug/.build-id                      libc6-dbg
live      /usr/lib/gcc/*/*/32/libgcc.a                  gcc-12-multilib
engines   busybox                                       busybox-static
engines   crun                                          crun
engines   curl                                          curl
engines   docker-compose                                docker-compose
engines   dockerd                                       docker.io
engines   git                                           git
engines   iptables                                      iptables
engines   musl-gcc                                      musl-tools
engines   nginx                                         nginx-light
engines   node                                          nodejs
engines   npm                                           npm
engines   podman                                        podman
engines   psql                                          postgresql-client-15
engines   newuidmap                                     uidmap
engines   readelf                                       binutils
engines   redis-cli                                     redis-tools
engines   redis-server                                  redis-server
engines   rootlesskit                                   rootlesskit
engines   runc                                          runc
engines   /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
engines   setpriv                                       util-linux
engines   sqlite3                                       sqlite3
engines   sudo                                          sudo
engines   /usr/lib/postgresql/15/bin/postgres           postgresql-15
engines   /usr/lib/python3/dist-packages/grpc           python3-grpcio
engines   /usr/lib/python3/dist-packages/kubernetes     python3-kubernetes
engines   /usr/lib/python3/dist-packages/numpy          python3-numpy
engines   /usr/lib/python3/dist-packages/sklearn        python3-sklearn
engines   /usr/lib/python3/dist-packages/yaml           python3-yaml
guest     aa-exec                                       apparmor
guest     aa-logprof                                    apparmor-utils
guest     auditctl                                      auditd
guest     busybox                                       busybox-static
guest     cpio                                          cpio
guest     crun                                          crun
guest     curl                                          curl
guest     diff                                          diffutils
guest     jq                                            jq
guest     nginx                                         nginx-light
guest     qemu-system-x86_64                            qemu-system-x86
guest     redis-cli                                     redis-tools
guest     redis-server                                  redis-server
guest     runc                                          runc
guest     setcap                                        libcap2-bin
guest     setpriv                                       util-linux
guest     /usr/lib/gcc/*/*/32/libgcc.a                  gcc-12-multilib
guest     /usr/lib/postgresql/15/bin/initdb             postgresql-15
guest     /usr/lib/postgresql/15/bin/psql               postgresql-client-15
sanitize  clang                                         clang
sanitize  /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.asan-*.a libclang-rt-dev
analysis  codespell                                     codespell
analysis  cppcheck                                      cppcheck
distcheck xz                                            xz-utils
cross     aarch64-linux-gnu-gcc                         gcc-aarch64-linux-gnu
cross     /usr/aarch64-linux-gnu/include/stdio.h        libc6-dev-arm64-cross
cross     qemu-aarch64-static                           qemu-user-static
'

# The libraries of the cross build. They are unpacked under build-tests/, not installed: no foreign
# architecture is added to this machine.
cross_packages='libaudit-dev libaudit1 libauparse-dev libauparse0 libcap-ng-dev libcap-ng0
	libjansson-dev libjansson4 libseccomp-dev libseccomp2 libtraceevent-dev libtraceevent1 zlib1g
	zlib1g-dev'

usage() {
	cat <<-END
	usage: tests/run.sh [--quick] [--no-install] [STEP...]

	Installs what is missing, builds, and runs the named steps, or all:

	$(awk 'NF { printf "  %-10s", $1; $1 = $2 = $3 = ""; print substr($0, 4) }' <<<"$steps")

	  --quick       only the steps that need neither root nor an engine
	  --no-install  install nothing; what is missing makes its tests fail
	END
}

die() {
	echo "tests/run.sh: $*" >&2
	exit 2
}

# The rows of the table of steps that were asked for, in their order there.
choose_steps() {
	local word
	for word in "$@"; do
		awk -v w="$word" '$1 == w { found = 1 } END { exit !found }' <<<"$steps" ||
			die "unknown step '$word' (hint: tests/run.sh --help lists them)"
	done
	awk -v words=" $* " -v quick="$quick" \
		'NF && (words ~ /^ *$/ ? !quick || $3 == "quick" : index(words, " " $1 " ")) { print $1, $2 }' <<<"$steps"
}

missing_packages() {
	local user what package
	while read -r user what package; do
		[[ -n $user && " any $* " == *" $user "* ]] || continue
		case $what in
		/*) compgen -G "$what" >/dev/null || echo "$package" ;;
		*) command -v "$what" >/dev/null || echo "$package" ;;
		esac
	done <<<"$packages" | sort -u
}

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"
}

# The tests start the daemons that they need; those that a package would start on its own stay down.
hold_daemons() {
	[ ! -e /usr/sbin/policy-rc.d ] || return 0
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod +x /usr/sbin/policy-rc.d
	held=/usr/sbin/policy-rc.d
}

install_missing() {
	local missing log=$logs/install.log
	missing=$(missing_packages "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null ||
		die "missing: ${missing% }: this machine has no apt-get (hint: install them, by these Debian names)"
	[ "$(id -u)" = 0 ] ||
		die "missing: ${missing% } (hint: run this as root, or first: sudo apt-get install --no-install-recommends ${missing% })"
	echo "installing ${missing% }"
	hold_daemons
	# shellcheck disable=SC2086	# a list of words
	apt install --no-install-recommends $missing >"$log" 2>&1 ||
		{ apt update && apt install --no-install-recommends $missing; } >>"$log" 2>&1 ||
		{ tail -n 20 "$log"; die "cannot install what is missing, see $log"; }
	release_daemons
}

release_daemons() {
	[ -z "$held" ] || rm -f "$held"
	held=
}

copy_source() {
	rm -rf "$copy"
	mkdir -p "$copy"
	tar -C "$top" --exclude='./build*' --exclude='*~' --exclude=./.git --exclude=./autom4te.cache -c . | tar -C "$copy" -x || return 1
	cd "$copy" || return 1
	if [ -e config.status ]; then
		make -s distclean || return 1
	fi
	./autogen.sh
}

# configure FOLDER OPTION...: a build folder of its own, made once.
configure() {
	mkdir -p "$work/$1" && cd "$work/$1" && shift && "$copy/configure" -q --enable-werror "$@"
}

# The parts of a step. Each leaves a line "PASSED FAILED SKIPPED" in the step's account.
account() {
	echo "$*" >>"$logs/$step.account"
}

# part DESCRIPTION COMMAND...: one command, one result.
part() {
	local description=$1
	shift
	echo "== $description: $*"
	if "$@"; then
		echo "ok - $description"
		account 1 0 0
	else
		echo "not ok - $description"
		account 0 1 0
		return 1
	fi
}

# suite MAKE-ARGUMENT...: an automake test suite, its results as its summary counts them.
suite() {
	local status=0 output
	output=$(mktemp "$logs/$step.suite.XXXXXX")
	make -j"$jobs" AM_COLOR_TESTS=no VERBOSE=1 "$@" >"$output" 2>&1 || status=$?
	cat "$output"
	awk -v status="$status" '
		/^Testsuite summary/ { lines = 9 }
		lines-- > 0 && /^# [A-Z]+:/ { n[$2] += $3 }
		END {
			failed = n["FAIL:"] + n["XPASS:"] + n["ERROR:"]
			print n["PASS:"] + n["XFAIL:"], failed + (status && !failed), n["SKIP:"] + 0
		}' "$output" >>"$logs/$step.account"
	rm -f "$output"
	return $status
}

build_gcc() {
	configure gcc && make -s -j"$jobs" all && make -s -j"$jobs" check TESTS=
}

step_check() {
	cd "$work/gcc" && suite check
}

step_live() {
	cd "$work/gcc" && suite check-live
}

step_engines() {
	# Engines of newer suites are unpacked under build-tests/, too; what was unpacked by an earlier run is kept.
	export SNUG_TESTS_SUITES=$work/suites
	part 'engines of newer suites' "$copy/tests/engines/fetch_suites.sh" "$SNUG_TESTS_SUITES"
	cd "$work/gcc" && suite check-engines
	part 'each workload, recorded and enforced by each engine' "$copy/tests/engines/soak.sh" tests/engines
}

step_guest() {
	# The guest's kernel comes from the archive, too.
	apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1 || [ "$(id -u)" != 0 ] || apt update
	cd "$work/gcc" && suite check-guest
}

step_sanitize() {
	part 'configure with clang' configure clang CC=clang --enable-sanitizers || return
	part 'build with clang' make -s -j"$jobs" || return
	suite check ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
}

step_distcheck() {
	part 'configure' configure dist || return
	part 'distcheck' make -j"$jobs" distcheck
}

step_analysis() {
	local status=0
	# gcc 12 does not know what getline() writes.
	part 'configure for gcc -fanalyzer' configure analyzer CFLAGS='-O1 -g -fanalyzer -Wno-analyzer-use-of-uninitialized-value' || return
	part 'gcc -fanalyzer' make -s -j"$jobs" || status=1
	cd "$copy" || return
	# It does not see what is closed by scope; the sanitizers and valgrind do.
	part 'cppcheck' cppcheck -q -j"$jobs" --std=c11 --enable=warning,portability --inline-suppr --suppress=identicalInnerCondition --suppress=resourceLeak \
		--error-exitcode=1 -Iinclude -Isrc "-I$work/analyzer/src" src || status=1
	part 'codespell' codespell --skip='*.json,*.jsonl,*.csv,*/corpus/*' --ignore-words-list=nd,readby \
		README.md NEWS include src templates tests samples || status=1
	return $status
}

# The headers and libraries of aarch64, fetched with a package list and a cache of our own.
fetch_cross_libraries() {
	local state=$work/cross-apt root=$work/cross-root package
	[ ! -e "$root/complete" ] || return 0
	rm -rf "$root"
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$root/debs"
	local options=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o "Dir::State::lists=$state/lists"
		-o Dir::State::status=/dev/null -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
	# shellcheck disable=SC2086	# a list of words
	apt "${options[@]}" update && (cd "$root/debs" && apt "${options[@]}" download $cross_packages) || return 1
	for package in "$root"/debs/*.deb; do
		dpkg-deb -x "$package" "$root" || return 1
	done
	# Where a link names a place of the whole machine, the linker takes the archive beside it, which wants more libraries.
	find "$root" -type l -lname '/*' -printf '%l\0%p\0' | while IFS= read -r -d '' target && IFS= read -r -d '' link; do
		ln -snf "$root$target" "$link" || exit
	done || return 1
	touch "$root/complete"
}

step_cross() {
	local root=$work/cross-root triplet=aarch64-linux-gnu
	part 'libraries of aarch64' fetch_cross_libraries || return
	export PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
	local link="-L$root/usr/lib/$triplet -Wl,-rpath-link,$root/usr/lib/$triplet:$root/lib/$triplet"
	part 'configure for aarch64' configure cross --host="$triplet" CPPFLAGS="-I$root/usr/include" LDFLAGS="$link" || return
	part 'build for aarch64' make -s -j"$jobs" || return
	local emulator="qemu-aarch64-static -L /usr/$triplet -E LD_LIBRARY_PATH=$root/usr/lib/$triplet:$root/lib/$triplet"
	# shellcheck disable=SC2086	# a command line
	part 'snug --version on aarch64' $emulator ./snug --version || return
	part 'a static binary for aarch64' make -s static || return
	part 'which needs no library' qemu-aarch64-static ./snug-static --version || return
	suite check-unit LOG_COMPILER="$emulator"
}

# run_step NAME: runs it, writes its log, says in one line how it went; a failure shows the end of the log.
run_step() {
	step=$1
	local log=$logs/$1.log status=0 start=$SECONDS passed failed skipped verdict=ok
	rm -f "$logs/$1.account"
	(set -o pipefail; "step_$1") >"$log" 2>&1 </dev/null || status=$?
	read -r passed failed skipped < <(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' \
		"$logs/$1.account" 2>/dev/null || echo 0 0 0)
	if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
		failed=1
		echo "$passed $failed $skipped" >"$logs/$1.account"
	fi
	[ "$failed" = 0 ] || verdict=FAILED
	printf '%-7s %-10s %5d passed %3d failed %3d skipped %5d s  %s\n' \
		"$verdict" "$1" "$passed" "$failed" "$skipped" $((SECONDS - start)) "${log#"$PWD"/}"
	[ "$failed" = 0 ] || show_failure "$log"
}

show_failure() {
	{
		grep -nE '^not ok|^(FAIL|XPASS|ERROR):|(error|warning):|^make.*\*\*\*' "$1" | head -n 30
		echo ...
		tail -n 40 "$1"
	} | sed 's/^/    /'
}

run_lane() {
	local name
	awk -v lane="$1" '$2 == lane { print $1 }' <<<"$chosen" | while read -r name; do
		run_step "$name"
	done
}

finish() {
	local status=$? lane
	trap - EXIT
	for lane in $lanes; do
		kill -TERM -- "-$lane" 2>/dev/null
	done
	release_daemons
	exit "$status"
}

quick='' held='' lanes='' install=yes words=()
while [ $# -gt 0 ]; do
	case $1 in
	--quick) quick=yes ;;
	--no-install) install= ;;
	-h | --help) usage; exit 0 ;;
	-*) die "unknown option '$1' (hint: tests/run.sh --help)" ;;
	*) words+=("$1") ;;
	esac
	shift
done
chosen=$(choose_steps "${words[@]}") || exit 2
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir -p "$logs" || die "cannot make '$logs' (hint: SNUG_TESTS_FOLDER names another folder)"
rm -f "$logs"/*
# shellcheck disable=SC2046	# names of steps
[ -z "$install" ] || install_missing $(awk '{ print $1 }' <<<"$chosen")
cd "$top" || exit 2

for stage in copy_source build_gcc; do
	("$stage") >"$logs/$stage.log" 2>&1 </dev/null && continue
	echo "FAILED  $stage, see $logs/$stage.log"
	show_failure "$logs/$stage.log"
	echo '0 passed, 1 failed, 0 skipped'
	exit 1
done

set -m	# a process group for each lane, so that all of it can be ended
for number in 1 2; do
	run_lane "$number" &
	lanes="$lanes $!"
done
set +m
# shellcheck disable=SC2086	# a list of process ids
wait $lanes
lanes=

cat "$logs"/*.account | awk '
	{ passed += $1; failed += $2; skipped += $3 }
	END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed != 0 || passed == 0 }'
