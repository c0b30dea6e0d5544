#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unites the traces of one service from all nodes:
#
#	collect.sh NAME TRACE.json	NAME is the container's name in its pod
#
# A trace is there when its container has ended: end the pods first, then collect.
set -eu
[ $# = 2 ] || { echo "usage: $0 NAME TRACE.json" >&2; exit 2; }

traces=$(mktemp -d)
trap 'rm -rf "$traces"' EXIT
pods=$(kubectl -n snug get pods -l app=snug-listener -o name)
for pod in $pods; do
	mkdir "$traces/${pod##*/}"
	kubectl -n snug exec "$pod" -- tar -C /var/lib/kubelet/seccomp/snug -cf - . | tar -C "$traces/${pod##*/}" -xf -
done
set -- "$2" "$traces"/*/"$1".*trace.json
[ -e "$2" ] || { echo "$0: no node has a trace of that name" >&2; exit 1; }
exec snug merge -o "$@"
