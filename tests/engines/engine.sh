# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Engines for the tests: a Docker Engine of the test's own, images without a registry, OCI bundles. Used inside of
# private_machine (tests/lib.sh), so that what the engine does to network and mounts is seen by nobody else.

# Debian's own client, also where another one comes first in PATH.
DOCKER_CLIENT=$(PATH=/usr/bin:$PATH command -v docker)
ENGINE_LOG=$SCRATCH/dockerd.log
engine_configuration=$SCRATCH/docker.json	# a test may want it where people have it

docker() {
	"$DOCKER_CLIENT" "$@"
}

docker_start() {
	# In the environment of the tests that the samples bring, "docker" is the same client with the same engine.
	export DOCKER_HOST=unix://$SCRATCH/docker.sock DOCKER_CONFIG=$SCRATCH/docker-client PATH=${DOCKER_CLIENT%/*}:$PATH
	mkdir -p "$SCRATCH/docker" "$DOCKER_CONFIG"
	echo '{}' >"$DOCKER_CONFIG/config.json"	# podman wants to see one
	[ -e "$engine_configuration" ] || cat >"$engine_configuration" <<-END
	{"runtimes": {
		"crun": {"path": "crun"},
		"snug": {"path": "$SNUG", "runtimeArgs": ["runtime", "--runtime", "runc", "--"]},
		"watched": {"path": "$SCRATCH/watched"}
	}}
	END
	dockerd --config-file "$engine_configuration" --data-root "$SCRATCH/docker/data" --exec-root "$SCRATCH/docker/exec" \
		--pidfile "$SCRATCH/docker.pid" --host "$DOCKER_HOST" --cgroup-parent "/$CGROUP" \
		--exec-opt native.cgroupdriver=cgroupfs </dev/null >"$ENGINE_LOG" 2>&1 &
	engine_pid=$!
	trap docker_stop EXIT
	until_true 120 docker info || give_up 'the Docker Engine does not come up' "$ENGINE_LOG"
}

docker_stop() {
	kill "$engine_pid" 2>/dev/null || return 0
	if ! until_gone 20 "$engine_pid"; then
		note 'the Docker Engine does not stop'
		kill -KILL "$engine_pid"
	fi
	wait "$engine_pid" 2>/dev/null
}

# A base of packages that are installed here.
import_base() {	# TAG [PACKAGE...]
	local tag=$1
	shift
	"$TOP_SRCDIR/tests/engines/base_image.py" "$SCRATCH/base.tar" "$@" &&
		docker import "$SCRATCH/base.tar" "$tag" &&
		rm "$SCRATCH/base.tar"
}

# The image of a sample, by its own Dockerfile, upon such a base.
build_sample() {	# NAME [PACKAGE...]
	local name=$1
	shift
	if ! {
		import_base snug-base "$@" &&
			docker build --network none --build-arg BASE=snug-base --tag "$name" "$TOP_SRCDIR/samples/$name"
	} >"$SCRATCH/build.log" 2>&1; then
		give_up "cannot build the image of sample $name" "$SCRATCH/build.log"
	fi
}

engine() {	# ENGINE COMMAND...
	"$TOP_SRCDIR/tests/engines/engine_command.sh" "$@"
}

# What an engine needs to hear at `run` beside the profiles. Podman's containers share the network of the test, so that
# they need no plugin for it, and those of a bare runtime do.
run_options() {	# ENGINE
	[ "$1" != podman ] || echo --network=host
}

# Makes an image of Docker known to another engine. A Docker of another suite takes the place of the one that runs, with
# all that this one has; from then on every engine is that suite's.
lend_image() {	# ENGINE IMAGE
	local images=$SCRATCH/images container
	if [[ $1 == docker-* ]]; then
		needs_suite engines "${1#docker-}"
		docker_stop
		use_suite "${1#docker-}"
		docker_start
		return
	fi
	case $1 in
	docker) ;;
	podman)
		podman_configure &&
			docker save "$2" | engine podman load --quiet
		;;
	*)
		[ -d "$images/$2" ] || {
			mkdir -p "$images/$2/rootfs" &&
				container=$(docker create "$2") &&
				docker export "$container" | tar --extract --file - --directory "$images/$2/rootfs" &&
				docker rm "$container" &&
				docker image inspect "$2" >"$images/$2/image.json"
		}
		;;
	esac >"$SCRATCH/lend.log" 2>&1 || give_up "cannot give image $2 to $1" "$SCRATCH/lend.log"
}

# The limits that podman would set may lie above those of the machine.
podman_configure() {
	export CONTAINERS_CONF=$SCRATCH/containers.conf
	cat >"$CONTAINERS_CONF" <<-END
	[containers]
	default_ulimits = ["nofile=$(ulimit -n):$(ulimit -n)", "nproc=1024:1024"]
	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "file"
	END
}

engine_address() {	# ENGINE CONTAINER
	case $1 in
	docker | docker-*) container_address "$2" ;;
	*) echo 127.0.0.1 ;;
	esac
}

# An OCI bundle out of an image: the command, user and folder that the image names, in the network namespace of the test.
make_bundle() {	# FOLDER IMAGE [TARGET=FOLDER...]
	local bundle=$1 image=$2 container
	shift 2
	mkdir -p "$bundle/rootfs"
	if ! {
		container=$(docker create "$image") &&
			docker export "$container" | tar --extract --file - --directory "$bundle/rootfs" &&
			docker rm "$container" &&
			docker image inspect "$image" >"$bundle/image.json" &&
			runc spec --bundle "$bundle" &&
			"$TOP_SRCDIR/tests/engines/bundle_config.py" "$bundle" "/$CGROUP" "$@"
	} >"$SCRATCH/bundle.log" 2>&1; then
		give_up "cannot make a bundle of image $image" "$SCRATCH/bundle.log"
	fi
}

container_address() {	# NAME
	docker inspect --format '{{.NetworkSettings.IPAddress}}' "$1"
}
