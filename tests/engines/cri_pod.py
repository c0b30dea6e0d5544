#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a kubelet asks of a container runtime for one pod, of a runtime that serves the CRI.

usage: cri_pod.py SOCKET CGROUP NODE run MANIFEST.yaml      starts its first container, prints the ids of pod and container
       cri_pod.py SOCKET CGROUP NODE wait CONTAINER         prints its exit status when it has ended
       cri_pod.py SOCKET CGROUP NODE remove POD:CONTAINER   stops both as at the pod's deletion, and removes them

NODE is the folder in which the node's /var/lib lies. Pods are in the node's network: no CNI plugin is needed.

The messages are few, so they are put together here from the field numbers of k8s.io/cri-api,
pkg/apis/runtime/v1/api.proto, in place of code made by a compiler.
"""
import sys
import time

import grpc
import yaml

NODE_NAMESPACE = 2	# NamespaceMode
EXITED = 2		# ContainerState
GRACE_S = 60		# between SIGTERM and SIGKILL
PROFILE_TYPES = {"RuntimeDefault": 0, "Unconfined": 1, "Localhost": 2}


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def message(*fields):
    """Fields (number, value): a string, a message, or a number; None and 0 are the defaults, left out."""
    out = b""
    for number, value in fields:
        if isinstance(value, str):
            value = value.encode()
        if isinstance(value, bytes):
            out += varint(number << 3 | 2) + varint(len(value)) + value
        elif value:
            out += varint(number << 3) + varint(int(value))
    return out


def parse(data):
    """{number: last value} of a message whose fields are numbers, strings and messages."""
    fields, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = number()
        value = number()
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        fields[key >> 3] = value
    return fields


class Runtime:
    def __init__(self, socket):
        self.channel = grpc.insecure_channel("unix://" + socket)

    def call(self, method, request):
        rpc = self.channel.unary_unary("/runtime.v1.RuntimeService/" + method)
        return parse(rpc(request, timeout=120))


def profile(context, node):
    chosen = context.get("seccompProfile", {"type": "Unconfined"})
    path = None
    if chosen["type"] == "Localhost":
        path = f"{node}/var/lib/kubelet/seccomp/{chosen['localhostProfile']}"
    return message((1, PROFILE_TYPES[chosen["type"]]), (2, path))


def on_node(path, node):
    return node + path if path.startswith("/var/lib/") else path


def pod_config(manifest, cgroup):
    metadata = manifest["metadata"]
    options = message((1, NODE_NAMESPACE), (2, NODE_NAMESPACE if spec_of(manifest).get("hostPID") else 0))
    linux = message((1, cgroup), (2, message((1, options), (9, message((1, PROFILE_TYPES["RuntimeDefault"]))))))
    names = message((1, metadata["name"]), (2, "uid-" + metadata["name"]), (3, metadata.get("namespace", "default")))
    return message((1, names), (8, linux)), options


def spec_of(manifest):
    return manifest["spec"].get("template", manifest)["spec"]


def container_config(manifest, options, node):
    spec = spec_of(manifest)
    container = spec["containers"][0]
    context = container.get("securityContext", {})
    capabilities = context.get("capabilities", {})
    security = message((1, message(*[(1, name) for name in capabilities.get("add", [])],
                                   *[(2, name) for name in capabilities.get("drop", [])])),
                       (3, options), (7, context.get("readOnlyRootFilesystem")),
                       (11, context.get("allowPrivilegeEscalation") is False), (15, profile(context, node)))
    volumes = {volume["name"]: volume["hostPath"]["path"] for volume in spec.get("volumes", [])}
    mounts = [message((1, mount["mountPath"]), (2, on_node(volumes[mount["name"]], node)))
              for mount in container.get("volumeMounts", [])]
    labels = [(9, message((1, key), (2, value))) for key, value in (("io.kubernetes.container.name", container["name"]),)]
    return message((1, message((1, container["name"]))), (2, message((1, container["image"]))),
                   *[(3, word) for word in container.get("command", [])], *[(4, word) for word in container.get("args", [])],
                   *[(7, mount) for mount in mounts], *labels, (15, message((2, security))))


def run(runtime, cgroup, node, path):
    with open(path, encoding="utf-8") as file:
        manifest = next(one for one in yaml.safe_load_all(file) if one["kind"] in ("Pod", "DaemonSet"))
    config, options = pod_config(manifest, cgroup)
    pod = runtime.call("RunPodSandbox", message((1, config)))[1]
    container = runtime.call("CreateContainer", message((1, pod), (2, container_config(manifest, options, node)),
                                                        (3, config)))[1]
    runtime.call("StartContainer", message((1, container)))
    print(pod.decode(), container.decode())


def wait(runtime, _cgroup, _node, container):
    while True:
        status = parse(runtime.call("ContainerStatus", message((1, container)))[1])
        if status.get(3) == EXITED:
            print(status.get(7, 0))
            return
        time.sleep(0.05)


def remove(runtime, _cgroup, _node, ids):
    pod, container = ids.split(":")
    runtime.call("StopContainer", message((1, container), (2, GRACE_S)))
    runtime.call("StopPodSandbox", message((1, pod)))
    runtime.call("RemovePodSandbox", message((1, pod)))


if __name__ == "__main__":
    if len(sys.argv) != 6 or sys.argv[4] not in ("run", "wait", "remove"):
        sys.exit(__doc__)
    globals()[sys.argv[4]](Runtime(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[5])
