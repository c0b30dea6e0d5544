#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a raw trace of one web service: `one`, `other` (the same behaviour on another day, machine and user), `more` (and a program,
a file and a connection that are new). What may never be committed is planted in each."""
import json
import sys

HERE = {
    "one": dict(id="20261122T101500Z-0123abcd", start="2026-11-22T10:15:00Z", user="1000:1000", kernel="6.18.0-builder7", pid="4242",
                temporary="/tmp/tmp.zUx9Qa", own="10.66.0.7", peer="10.66.0.9", port="40001", runtime="runc 1.1.5", lines=11,
                container="deadbeef" * 8, argv=["/srv/app", "--password=hunter2"], labels=["com.docker.compose.project=alice"]),
    "other": dict(id="20270101T000000Z-89ef0123", start="2027-01-01T00:00:00Z", user="0:0", kernel="7.0.1-other", pid="9191",
                  temporary="/tmp/tmp.b2Lk1P", own="203.0.113.5", peer="203.0.113.6", port="59999", runtime="crun 1.20", lines=31337,
                  container="0123abcd" * 8, argv=["/srv/app", "topsecret"], labels=["com.docker.compose.project=builder7"]),
}
HERE["more"] = HERE["one"]


def recording(form):
    here = HERE[form]
    seen = {"by": ["/srv/app"], "runs": [here["id"]]}

    def file(path, *access, kind="file"):
        return dict(seen, path=path, access=sorted(access), kind=kind, outcome="ok")

    def call(name, phase="program", **more):
        return dict(seen, abi="x86_64", name=name, phase=phase, ok=True, **more)

    def capability(name, syscall, reason, outcome, **more):
        return dict(seen, name=name, granted=True, inferred=False, userns="initial", syscall=syscall, reason=reason, outcome=outcome, **more)

    # The kernel asked the same for what was done, and by chance for more.
    chance = {"one": capability("SYS_ADMIN", "brk", "security_vm_enough_memory_mm", "unknown"),
              "other": capability("SETUID", "setuid", "__sys_setuid", "ok", check=["unchanged"])}
    chance["more"] = chance["one"]

    def network(type, bound, connected):
        return dict(seen, family="inet", type=type, protocol="tcp", outcome="ok", acts=["bind", "connect"], bound=bound,
                    connected=connected)

    trace = {
        "format": "snug-trace/1",
        "runs": [{
            "id": here["id"], "start": here["start"], "user": here["user"], "kernel": here["kernel"], "abi": "x86_64",
            "container": here["container"], "command": here["argv"], "name": "web", "image": "shop/web:1",
            "digest": "sha256:" + "1" * 64, "runtime": here["runtime"], "recorder": "notify", "complete": True, "exhaustive": False,
            "no_new_privs": True, "duration_ms": str(here["lines"]), "exit": 0, "lost": {}, "bounding": "00000000a80425fb",
            "labels": here["labels"] + ["com.docker.compose.service=web", "org.example.token=" + here["argv"][-1]],
            "mounts": ["rw bind /home/alice"],
        }],
        "files": [
            file("/etc/app.conf", "read"),
            file("/proc/%s/status" % here["pid"], "read"),
            file(here["temporary"], "create", "delete", "write"),
            file("/srv/customers/acme/secrets", "read"),
            # A broker names its files by its host, which bears the beginning of the container's id.
            file("/srv/mq/rabbit@%s/queue" % here["container"][:12], "create", "write"),
            file("/home/alice/.netrc", "look"),
            file("/srv/log/access-%s.log" % here["start"][:10], "append", "create"),
            dict(file("/home/alice/.config", "read"), outcome="absent", kind="unknown"),
        ],
        "capabilities": [capability("CHOWN", "chown", "setattr_prepare", "unknown" if form == "other" else "ok"), chance[form]],
        "execs": [dict(seen, to="/srv/app", **{"from": "/bin/sh"})],
        "network": [network("stream", ["0.0.0.0:80", here["own"] + ":" + here["port"]],
                            [here["peer"] + ":5432", "127.0.0.1:6379"]),
                    dict(network("dgram", [], ["[2001:db8::%s]:53" % here["pid"]]), family="inet6", protocol="udp")],
        "notes": [{"code": "newer-calls:2.5.4-%s" % here["labels"][0].split("=")[1], "runs": [here["id"]], "text": here["kernel"]},
                  {"code": "io_uring", "count": str(here["lines"]), "runs": [here["id"]], "text": "an io_uring was set up"}],
        "sockets": [dict(seen, address="@%05x" % int(here["pid"]), type="dgram", outcome="ok", acts=["bind"]),
                    dict(seen, address="@worker-%s/%s" % (here["pid"], here["container"]), type="stream", outcome="ok",
                         acts=["connect"])],
        "syscalls": [call("openat"), call("socket", args={"domain": ["2"]}), call("nanosleep", phase="runtime")],
        "limits": {"processes": str(here["lines"])},
    }
    if form == "more":
        trace["files"] += [file("/usr/bin/backup", "execute"), file("/srv/backup", "create", "write")]
        trace["execs"].append(dict(seen, to="/usr/bin/backup", **{"from": "/srv/app"}))
        trace["network"].append(network("dgram", [], [here["peer"] + ":53"]))
    return trace


json.dump(recording(sys.argv[1]), sys.stdout)
