#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Make the config.json of an OCI bundle do what the image in image.json would do under Docker.

usage: bundle_config.py BUNDLE CGROUP [MOUNT=FOLDER...]
"""
import json
import os
import sys

# What Docker 20.10 grants without --cap-add (moby, oci/caps/defaults.go).
DOCKER_CAPABILITIES = ["CAP_" + name for name in (
    "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
    "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE")]


def user_ids(rootfs, user):
    if not user:
        return 0, 0
    with open(os.path.join(rootfs, "etc/passwd"), encoding="utf-8") as file:
        for line in file:
            fields = line.split(":")
            if user in (fields[0], fields[2]):
                return int(fields[2]), int(fields[3])
    sys.exit(f"bundle_config.py: no user '{user}' in the image")


def configured(bundle, cgroup, volumes=()):
    """What `runtime spec` wrote there, changed."""
    with open(os.path.join(bundle, "config.json"), encoding="utf-8") as file:
        spec = json.load(file)
    with open(os.path.join(bundle, "image.json"), encoding="utf-8") as file:
        image = json.load(file)[0]["Config"]
    process = spec["process"]
    uid, gid = user_ids(os.path.join(bundle, "rootfs"), image.get("User"))
    sets = ("bounding", "permitted", "effective") if uid == 0 else ("bounding",)
    process.update(terminal=False, args=(image.get("Entrypoint") or []) + image["Cmd"],
                   cwd=image.get("WorkingDir") or "/", user={"uid": uid, "gid": gid}, noNewPrivileges=False,
                   capabilities={name: DOCKER_CAPABILITIES for name in sets})
    process["env"] = image["Env"] or process["env"]
    process.pop("rlimits", None)
    spec["root"]["readonly"] = False
    spec["linux"]["cgroupsPath"] = cgroup
    # The network of the caller: it has loopback, and nothing else.
    spec["linux"]["namespaces"] = [one for one in spec["linux"]["namespaces"] if one["type"] != "network"]
    for volume in volumes:
        target, source = volume.split("=", 1)
        spec["mounts"].append({"destination": target, "type": "bind", "source": source, "options": ["rbind", "rw"]})
    return spec


def write(spec, bundle):
    with open(os.path.join(bundle, "config.json"), "w", encoding="utf-8") as file:
        json.dump(spec, file, indent=1)


def main():
    bundle, cgroup, *volumes = sys.argv[1:]
    write(configured(bundle, f"{cgroup}/bundle", volumes), bundle)


if __name__ == "__main__":
    main()
