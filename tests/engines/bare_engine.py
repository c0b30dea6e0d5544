#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An OCI runtime alone, spoken to as one speaks to Docker, so that the same test can drive both.

usage: bare_engine.py RUNTIME run [OPTION...] IMAGE [COMMAND...]
       bare_engine.py RUNTIME exec [--user UID] NAME COMMAND...
       bare_engine.py RUNTIME kill [-s SIGNAL] NAME
       bare_engine.py RUNTIME wait NAME
       bare_engine.py RUNTIME logs NAME
       bare_engine.py RUNTIME rm [--force] NAME

Options of run: --detach --name --volume --user --cap-add --cap-drop --security-opt, as Docker's. An image is a folder
$SCRATCH/images/IMAGE with rootfs/ and image.json, what a container changes is gone with it. The network is the
caller's.
"""
import argparse
import json
import os
import subprocess
import sys
import time

import bundle_config

SCRATCH = os.environ["SCRATCH"]
CGROUP = "/" + os.environ["CGROUP"]


class Container:
    def __init__(self, runtime, name):
        self.runtime, self.name = runtime, name
        self.folder = os.path.join(SCRATCH, "containers", runtime, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, *words):
        return subprocess.run([self.runtime, *words], check=False).returncode

    def make(self, options):
        """The bundle: the image's files under a layer of the container's own, the image's configuration, the options."""
        image = os.path.join(SCRATCH, "images", options.image)
        for name in ("rootfs", "upper", "work"):
            os.makedirs(self.path(name))
        layers = f"lowerdir={image}/rootfs,upperdir={self.path('upper')},workdir={self.path('work')}"
        subprocess.run(["mount", "-t", "overlay", "-o", layers, "overlay", self.path("rootfs")], check=True)
        os.symlink(os.path.join(image, "image.json"), self.path("image.json"))
        subprocess.run([self.runtime, "spec"], cwd=self.folder, check=True)
        spec = bundle_config.configured(self.folder, f"{CGROUP}/{self.name}", options.volume)
        apply_options(spec, options, self.path("rootfs"))
        bundle_config.write(spec, self.folder)

    def run(self):
        status = self.call("run", "--bundle", self.folder, self.name)
        with open(self.path("status.new"), "w", encoding="ascii") as file:
            print(status, file=file)
        os.rename(self.path("status.new"), self.path("status"))
        return status

    def run_detached(self):
        """Its output is a pipe, as under an engine: a file of ours would be one that the container uses."""
        if os.fork():
            return
        os.setsid()
        with open(self.path("log"), "wb") as log, open(os.devnull, "rb") as nothing:
            with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=log, stderr=nothing) as keeper:
                os.dup2(nothing.fileno(), 0)
                os.dup2(keeper.stdin.fileno(), 1)
                os.dup2(keeper.stdin.fileno(), 2)
                keeper.stdin.close()
                os._exit(self.run())

    def wait(self):
        while not os.path.exists(self.path("status")):
            time.sleep(0.02)
        with open(self.path("status"), encoding="ascii") as file:
            return file.read().strip()

    def remove(self):
        subprocess.run([self.runtime, "delete", "--force", self.name], stderr=subprocess.DEVNULL, check=False)
        if os.path.exists(self.path("log")):
            self.wait()
        subprocess.run(["umount", self.path("rootfs")], check=True)
        subprocess.run(["rm", "-rf", "--one-file-system", self.folder], check=True)


def apply_capabilities(process, options):
    root = process["user"]["uid"] == 0
    kept = set() if "ALL" in options.cap_drop else set(bundle_config.DOCKER_CAPABILITIES)
    kept -= {"CAP_" + name for name in options.cap_drop}
    kept |= {"CAP_" + name for name in options.cap_add}
    process["capabilities"] = {name: sorted(kept) for name in
                               (("bounding", "permitted", "effective") if root else ("bounding",))}


def apply_options(spec, options, rootfs):
    process = spec["process"]
    if options.user:
        uid, gid = bundle_config.user_ids(rootfs, options.user)
        process["user"] = {"uid": uid, "gid": gid}
    if options.command:
        process["args"] = options.command
    apply_capabilities(process, options)
    for option in options.security_opt:
        name, _, value = option.partition("=")
        if name == "seccomp" and value != "unconfined":
            with open(value, encoding="utf-8") as file:
                spec["linux"]["seccomp"] = json.load(file)
        elif name.startswith("no-new-privileges"):
            process["noNewPrivileges"] = True
        elif name != "apparmor":
            sys.exit(f"bare_engine.py: unknown --security-opt '{option}'")


def run(runtime, words):
    parser = argparse.ArgumentParser(prog="bare_engine.py run")
    parser.add_argument("--detach", "-d", action="store_true")
    parser.add_argument("--rm", action="store_true")
    parser.add_argument("--name", default=f"run-{os.getpid()}")
    parser.add_argument("--user", "-u")
    for option in ("--volume", "--cap-add", "--cap-drop", "--security-opt"):
        parser.add_argument(option, action="append", default=[])
    parser.add_argument("image")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(words)
    options.volume = ["=".join(reversed(volume.split(":")[:2])) for volume in options.volume]
    container = Container(runtime, options.name)
    container.make(options)
    if options.detach:
        container.run_detached()
        return 0
    status = container.run()
    if options.rm:
        container.remove()
    return status


def execute(runtime, words):
    user = []
    if words[0] in ("--user", "-u"):
        user, words = ["--user", words[1]], words[2:]
    return Container(runtime, words[0]).call("exec", *user, *words)


def kill(runtime, words):
    signal, name = (words[1], words[2]) if words[0] == "-s" else ("KILL", words[0])
    return Container(runtime, name).call("kill", name, signal)


def wait(runtime, words):
    print(Container(runtime, words[0]).wait())


def logs(runtime, words):
    with open(Container(runtime, words[0]).path("log"), encoding="utf-8", errors="replace") as file:
        print(file.read(), end="")


def remove(runtime, words):
    Container(runtime, words[-1]).remove()


COMMANDS = {"run": run, "exec": execute, "kill": kill, "wait": wait, "logs": logs, "rm": remove}


def main():
    if len(sys.argv) < 4 or sys.argv[2] not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(COMMANDS[sys.argv[2]](sys.argv[1], sys.argv[3:]))


if __name__ == "__main__":
    main()
