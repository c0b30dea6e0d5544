#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same words for every engine, those of Docker's command line, with what the tests started under $SCRATCH.
#
# usage: engine_command.sh docker|docker-trixie|podman|runc|crun COMMAND...   (of the two Dockers, the one that runs)
engine=$1
shift
case $engine in
docker | docker-*) exec docker "$@" ;;
podman) exec podman --root "$SCRATCH/podman/root" --runroot "$SCRATCH/podman/run" "$@" ;;
*) exec "$(dirname "$0")/bare_engine.py" "$engine" "$@" ;;
esac
