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
. "$TOP_SRCDIR/tests/lib.sh"
needs engines root unshare ip iptables dockerd runc crun curl redis-cli nginx redis-server sqlite3 /usr/bin/docker \
	/usr/lib/python3/dist-packages/numpy /usr/lib/python3/dist-packages/sklearn /usr/bin/python3
private_machine "$@"
. "$TOP_SRCDIR/tests/engines/engine.sh"
helpers=$TOP_BUILDDIR/tests/engines
samples=$TOP_SRCDIR/samples
cd "$SCRATCH" || exit 1

sample_test() {
	"$samples/$sample/test.sh"
}

begin_loop() {
	export SAMPLE=$samples/$sample SAMPLE_TEST=$samples/$sample/test.sh SNUG
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
docker_arguments() {	# FOLDER
	if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
		head -n -1 "$1/docker-run.args"
		echo --security-opt=apparmor=unconfined
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
		"$SNUG" record -o ../direct.trace.json --test '"$SAMPLE_TEST"' --ready "tcp:$port" -- "${direct[@]}")
}

record_server_contained() {
	ADDRESS=127.0.0.1:$port SEND_SIGNAL='runc kill recorded "$1"' \
		"$SNUG" record -o contained.trace.json --test '"$SAMPLE_TEST"' --ready "tcp:$port" -- \
		runc run --bundle bundle recorded
}

listening_or_ended() {	# CONTAINER
	[ "$(docker inspect --format '{{.State.Running}}' "$1")" = false ] ||
		timeout 1 bash -c ": </dev/tcp/$(container_address "$1")/$port"
}

run_server() {	# FOLDER RUNTIME
	local status=0
	# shellcheck disable=SC2046	# one argument a line
	docker run --detach --name "$2" --runtime "$2" $(docker_arguments "$1") "$sample" || return
	if ! until_true 10 listening_or_ended "$2" || [ "$(docker inspect --format '{{.State.Running}}' "$2")" = false ]; then
		echo 'the container does not listen'
		docker logs "$2" 2>&1
		docker rm --force "$2"
		return 1
	fi
	ADDRESS=$(container_address "$2"):$port SEND_SIGNAL='docker kill -s "$1" '"$2" sample_test || status=$?
	docker kill -s TERM "$2"
	timeout 20 docker wait "$2" | tee ended
	docker logs "$2" 2>&1 | tail -n 20
	docker rm --force "$2"
	# It has to end as well as it served.
	[ "$status" -eq 0 ] && [ "$(cat ended)" = 0 ]
}

server_loop() {
	begin_loop
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

run_contained_job() {	# FOLDER RUNTIME
	# shellcheck disable=SC2046	# one argument a line
	run_job "exec timeout 300 docker run --rm --runtime $2 --volume \"\$DATA:/data\" $(docker_arguments "$1" | xargs) $sample"
}

record_job_contained() {
	DATA=$(mktemp -d "$SCRATCH/data.XXXXXX")
	export DATA
	make_bundle bundle "$sample" "/data=$DATA"
	RUN='exec "$SNUG" record -o contained.trace.json -- runc run --bundle bundle recorded' sample_test
}

job_loop() {
	begin_loop
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
