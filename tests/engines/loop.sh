# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2016,SC2154	# commands are expanded where they run; the test sets the variables
#
# The closed loop of a sample: record it directly and in a container, emit the profiles, run it in Docker under each of
# them, pass the same integration test; and see refused whatever the profiles do not allow.
#
# A test says what is its own and then calls server_loop or job_loop:
#	sample=nginx packages=(nginx-light)	# the folder of samples/, and what its Dockerfile installs
#	prepare				# a function: makes ready what the direct run needs, in the current folder
#	direct=(nginx -p .)		# the direct run: the command that the image has as CMD
#	capabilities='SETGID SETUID'	# what the recording in the container has to give, no more and no less
. "$TOP_SRCDIR/tests/lib.sh" || exit
needs engines root unshare ip iptables dockerd runc crun podman curl jq redis-cli nginx redis-server sqlite3 psql node \
	/usr/bin/docker /usr/lib/postgresql/15/bin/postgres /usr/lib/python3/dist-packages/numpy \
	/usr/lib/python3/dist-packages/sklearn /usr/bin/python3
private_machine "$@"
. "$TOP_SRCDIR/tests/engines/engine.sh"
. "$TOP_SRCDIR/tests/engines/suite.sh"
. "$TOP_SRCDIR/tests/engines/listen_loop.sh"
helpers=$TOP_BUILDDIR/tests/engines
samples=$TOP_SRCDIR/samples
cd "$SCRATCH" || exit 1

sample_test() {
	"$SAMPLE_TEST"
}

begin_loop() {
	export SAMPLE=$samples/$sample SAMPLE_TEST=$samples/$sample/test.sh SNUG
	export ENGINE=$TOP_SRCDIR/tests/engines/engine_command.sh
	docker_start
	build_sample "$sample" "${packages[@]}"
	mkdir direct-run
	(cd direct-run && prepare) || give_up 'cannot prepare the direct run'
}

end_loop() {
	docker_stop
	done_testing
}

emit() {	# FOLDER: out of FOLDER.trace.json
	check "$1: the profiles are emitted" "$SNUG" emit -d "$1" "$1.trace.json"
}

# The arguments as a user would give them. Where this kernel has AppArmor, its profile is the guest tier's business.
# Where it has none, Docker overlooks the line, podman refuses it: there it is left out, as the last one.
docker_arguments() {	# FOLDER [ENGINE]
	if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
		head -n -1 "$1/docker-run.args"
		echo --security-opt=apparmor=unconfined
	elif [ "${2:-docker}" = podman ]; then
		head -n -1 "$1/docker-run.args"
	else
		cat "$1/docker-run.args"
	fi
}

# All that the profile does not allow is refused: by Docker, and by both runtimes for themselves.
refuses_the_rest() {	# FOLDER
	local tool=$TOP_SRCDIR/tests/engines/try_syscalls.py options
	mapfile -t options < <(docker_arguments "$1" | grep -v seccomp=)
	check "$1: Docker refuses every other syscall" \
		"$tool" "$1/seccomp.json" "$helpers/try_syscall" docker "$sample" "${options[@]}"
	check "$1: runc refuses every other syscall" "$tool" "$1/seccomp.json" "$helpers/try_syscall" runc bundle
	check "$1: crun refuses every other syscall" "$tool" "$1/seccomp.json" "$helpers/try_syscall" crun bundle
}

# A server listens until it is told to end.

record_server_direct() {
	(cd direct-run && ADDRESS=127.0.0.1:$port SEND_SIGNAL=$direct_signal \
		"$SNUG" record -o ../direct.trace.json --test '"$SAMPLE_TEST"' --ready "tcp:$port" --ready-timeout 300 -- "${direct[@]}")
}

record_server_contained() {
	ADDRESS=127.0.0.1:$port SEND_SIGNAL='runc kill recorded "$1"' \
		"$SNUG" record -o contained.trace.json --test '"$SAMPLE_TEST"' --ready "tcp:$port" --ready-timeout 300 -- \
		runc run --bundle bundle recorded
}

container_ended() {	# ENGINE CONTAINER
	local state
	case $1 in
	runc | crun) [ -e "$SCRATCH/containers/$1/$2/status" ] ;;
	*) state=$(engine "$1" inspect --format '{{.State.Running}}' "$2") && [ "$state" = false ] ;;
	esac
}

listening_or_ended() {	# ENGINE CONTAINER
	container_ended "$@" || timeout 1 bash -c ": </dev/tcp/$(engine_address "$@")/$port"
}

# Starts the server, drives it by its test (with $sessions set: by sessions of exec and a restart, too, where the engine
# has that), ends it. It has to end as well as it served.
serve() {	# ENGINE OPTION...
	local engine=$1 name=served-$sample status=0 restart=
	shift
	# shellcheck disable=SC2046	# one argument a line
	engine "$engine" run --detach --name "$name" $(run_options "$engine") "$@" "$sample" || return
	if ! until_true 120 listening_or_ended "$engine" "$name" || container_ended "$engine" "$name"; then
		echo 'the container does not listen'
		status=1
	else
		[[ ${sessions:-}$engine != yesdocker* ]] || restart="\$ENGINE docker restart $name"
		ADDRESS=$(engine_address "$engine" "$name"):$port SEND_SIGNAL="\$ENGINE $engine kill -s \"\$1\" $name" \
			RESTART=$restart INSIDE="${sessions:+"\$ENGINE $engine exec $name \"\$@\""}" sample_test || status=$?
		engine "$engine" kill -s TERM "$name"
		timeout 60 "$ENGINE" "$engine" wait "$name" | tee ended
		[ "$(cat ended)" = 0 ] || status=1
	fi
	engine "$engine" logs "$name" 2>&1 | tail -n 20
	engine "$engine" rm --force "$name" || status=1
	return "$status"
}

run_server() {	# FOLDER RUNTIME
	# shellcheck disable=SC2046	# one argument a line
	serve docker --runtime "$2" $(docker_arguments "$1")
}

server_loop() {
	kind=server
	begin_loop
	[ -z "${LISTEN_ONLY:-}" ] || return 0
	make_bundle bundle "$sample"
	check 'recorded directly, the server passes its test' record_server_direct
	check 'recorded in a container, the server passes its test' record_server_contained
	run_loop run_server
}

# A job ends by itself and leaves its results in a folder.

run_job() {	# COMMAND, in which $DATA is that folder
	DATA=$(mktemp -d "$SCRATCH/data.XXXXXX")
	export DATA
	RUN=$1 sample_test
}

run_contained() {	# ENGINE OPTION...
	local engine=$1
	shift
	run_job "exec timeout 300 \"\$ENGINE\" $engine run --rm --volume \"\$DATA:/data\" $(run_options "$engine") $* $sample"
}

run_contained_job() {	# FOLDER RUNTIME
	# shellcheck disable=SC2046	# one argument a line
	run_contained docker --runtime "$2" $(docker_arguments "$1")
}

record_job_contained() {
	DATA=$(mktemp -d "$SCRATCH/data.XXXXXX")
	export DATA
	make_bundle bundle "$sample" "/data=$DATA"
	RUN='exec "$SNUG" record -o contained.trace.json -- runc run --bundle bundle recorded' sample_test
}

job_loop() {
	kind=job
	begin_loop
	[ -z "${LISTEN_ONLY:-}" ] || return 0
	check 'recorded directly, the job passes its test' \
		run_job "exec \"\$SNUG\" record -o direct.trace.json -- ${direct[*]}"
	check 'recorded in a container, the job passes its test' record_job_contained
	run_loop run_contained_job
}

run_loop() {	# run_server or run_contained_job
	emit direct
	emit contained
	check 'direct: the server or job passes under its profiles in Docker' "$1" direct runc
	check 'contained: it passes under its profiles in Docker' "$1" contained runc
	check 'contained: it passes under the same profiles with crun' "$1" contained crun
	is 'contained: these capabilities, no more' "$capabilities" "$(xargs <contained/cap-add.txt)"
	refuses_the_rest contained
}
