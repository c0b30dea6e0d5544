# SPDX-License-Identifier: Apache-2.0
"""The work of listen_corpus.test.

usage: listen_corpus.py SNUG SCRATCH RUNTIME [PROGRAM...]

Runs each program of the corpus in a container, without a recording and under snug listen, and compares: the program
behaves the same; the files are those that it says; the calls are those that the ptrace recorder sees. A notify recorder
is blind to results, so that outcomes are unknown but for what is absent. A difference that is right is a row of EXPLAINED and nowhere else.
"""

import fnmatch
import json
import os
import re
import subprocess
import sys
from collections import defaultdict, namedtuple
from pathlib import Path

from compare_with_oracles import CORPUS, NOTHING, Tap, show
from oracle import SECTIONS, Expectation, Program, Scratch, Trace, User, has_facts, run

ROOT = User("root", 0)

# program, line of a difference (patterns), why that is right
Explained = namedtuple("Explained", "program line reason")
EXPLAINED = (
    Explained("*", "not absent: *", "looked up late, when names had been taken away: unknown"),
    Explained("link", "missing: look ok *", "EEXIST is a result"),
    Explained("make_nodes", "missing: look ok *", "EEXIST is a result"),
    Explained("open_flags", "missing: look ok *", "EEXIST is a result"),
    Explained("rename", "missing: look ok *", "EEXIST is a result"),
    Explained("own_filter*", "missing: create unknown *", "what the filter refuses comes to no listener"),
    Explained("own_filter*", "missing: * mkdir", "what the filter refuses comes to no listener"),
    Explained("own_filter", "missing: * getp*", "what the filter refuses comes to no listener"),
    Explained("strict_filter", "missing: * getpgid", "what the filter refuses comes to no listener"),
    Explained("argument_values", "not expected in notes: *ptrace*", "that it failed is a result"),
    Explained("folders", "not expected in capabilities: *mode bits*", "looked up late, when the modes were others"),
    Explained("mode_bits", "not expected in capabilities: *DAC_READ_SEARCH*mode bits*", "looked up late, when the modes were others"),
    Explained("unix_path", "*in sockets: *", "a path that was bound is known when it was looked up, after listen()"),
    Explained("openat2", "absent: read unknown *", "what is refused by the flags is not there either"),
    Explained("unknown_calls", "*", "what libseccomp has no name for ends with ENOSYS, unseen"),
    Explained("*", "not expected in notes: *newer-calls*", "of the runtime's libseccomp"),
    Explained("exec_from_thread", "not expected in notes: *interrupted*", "a thread that an execve() ends may be in a held call"),
    Explained("kill_child", "not expected in notes: *interrupted*", "that the signal was SIGKILL is not seen"),
)

# Where the kernel's tracing tells of the calls that are not held, besides.
OF_TRACING = (
    Explained("int_80", "*foreign-abi*", "calls by int 0x80 are seen when one of them is held, and those before are lost"),
    Explained("int_80", "*missed-checks*", "the same"),
    Explained("int_80", "missing: x86 *", "the same"),
)

# What cannot behave in a container as it does elsewhere, recorded or not, or not twice alike under a recording.
UNFIT = {
    "daemonise": "what outlives the container's first process is killed with it",
    "signals": "a session leader cannot leave its process group, setpgid(2)",
    "stop_continue": "whether a stop meets a sleep or a held call is chance: restart_syscall(2), notes on interrupted calls",
}


def explained(program, line, told):
    return any(fnmatch.fnmatchcase(program.name, row.program) and fnmatch.fnmatchcase(line, row.line)
               for row in EXPLAINED + (OF_TRACING if told else ()))


class Box:
    """Containers whose root is the machine's own, so that a program and its folder have the same paths in all runs."""

    def __init__(self, snug, folder, runtime):
        self.snug, self.folder, self.runtime = snug, folder, runtime
        self.scratch = Scratch(folder / "work")
        for name in ("bin", "work", "traces", "root", "bundles", "alone", "recorded", "ptrace"):
            (folder / name).mkdir()
        for path in (folder, folder / "bin", folder / "work"):
            path.chmod(0o755)
        subprocess.run(["mount", "--rbind", "/", folder / "root"], check=True)
        subprocess.run(["mount", "--make-rprivate", folder / "root"], check=True)
        subprocess.run(["runc", "spec", "--bundle", folder], check=True)
        self.spec = json.loads((folder / "config.json").read_text())

    def bundle(self, program, seccomp):
        config = json.loads(json.dumps(self.spec))
        process, linux = config["process"], config["linux"]
        process.update(terminal=False, args=[str(program.path), str(self.scratch.folder / program.name)], cwd="/",
                       noNewPrivileges=False, rlimits=[], capabilities={
                           name: CAPABILITIES for name in ("bounding", "effective", "permitted")})
        config["root"] = {"path": str(self.folder / "root"), "readonly": False}
        config["annotations"] = {"snug.name": program.name}
        config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] in ("/proc", "/dev", "/dev/pts", "/dev/shm", "/sys")]
        linux.update(cgroupsPath=f"/{os.environ['CGROUP']}/{program.name}", maskedPaths=[], readonlyPaths=[])
        linux["resources"] = {}
        linux["namespaces"] = [space for space in linux["namespaces"] if space["type"] in ("mount", "ipc", "uts")]
        if seccomp:
            linux["seccomp"] = seccomp
        folder = self.folder / "bundles" / f"{program.name}-{'recorded' if seccomp else 'alone'}"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(config))
        return folder

    def run_container(self, program, seccomp=None):
        """Returns status, output and messages. What does not end is ended."""
        self.scratch.fresh(program, ROOT)
        bundle, name = self.bundle(program, seccomp), f"snug-{program.name}"
        with open(bundle / "output", "w+b") as output, open(bundle / "messages", "w+b") as messages:
            container = subprocess.Popen([self.runtime, "run", "--bundle", bundle, name], cwd="/",
                                         stdin=subprocess.DEVNULL, stdout=output, stderr=messages)
            try:
                status = container.wait(timeout=60)
            except subprocess.TimeoutExpired:
                subprocess.run([self.runtime, "delete", "--force", name], stderr=subprocess.DEVNULL)
                status = f"did not end, {container.wait()}"
        return status, (bundle / "output").read_bytes(), (bundle / "messages").read_text(errors="replace")

    def ptrace(self, program):
        file = self.folder / "ptrace" / f"{program.name}.json"
        run([self.snug, "record", "-o", file, "--", program.path, self.scratch.fresh(program, ROOT)], ROOT)
        return Trace(file)

    def record_all(self, programs):
        """Starts the listener, runs the containers one after another, waits for the listener's end. Returns results by program."""
        socket, traces = self.folder / "socket", self.folder / "traces"
        listener = subprocess.Popen([self.snug, "listen", "-o", traces, "-s", socket, "--base", "unconfined", "--", "cat"],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        listener.stdin.write("ready\n")
        listener.stdin.flush()
        listener.stdout.readline()
        seccomp = json.loads((traces / "record.json").read_text())
        self.not_notified = {name for group in seccomp["syscalls"] if group["action"] == "SCMP_ACT_ALLOW"
                             for name in group["names"]}
        results = {program: self.run_container(program, seccomp) for program in programs}
        _, self.messages = listener.communicate()
        return results

    def trace(self, program):
        files = list((self.folder / "traces").glob(f"{program.name}.*.trace.json"))
        return Trace(files[0]) if len(files) == 1 else None


def read_capabilities():
    """Those that we have ourselves: no container can be given more."""
    status = Path("/proc/self/status").read_text()
    permitted = int(re.search(r"^CapPrm:\s*(\w+)", status, re.MULTILINE).group(1), 16)
    header = Path("/usr/include/linux/capability.h").read_text()
    names = re.findall(r"^#define (CAP_\w+)\s+(\d+)$", header, re.MULTILINE)
    return [name for name, number in names if permitted >> int(number) & 1]


LOADER = os.fsencode(os.path.realpath("/lib64/ld-linux-x86-64.so.2"))
CAPABILITIES = read_capabilities()


def by_access(files):
    """(path, access) -> outcomes"""
    found = defaultdict(set)
    for (path, outcome), accesses in files.items():
        for access in accesses:
            found[path, access].add(outcome)
    return found


def file_differences(expected, trace, common):
    expected, trace, common = by_access(expected), by_access(trace), by_access(common)
    for path, access in sorted(expected.keys() | trace.keys()):
        want, got = expected.get((path, access), set()), trace.get((path, access), set())
        if not got:
            yield f"missing: {access} {','.join(sorted(want))} {show(path)}"
        elif not want:
            if (path, access) not in common:
                yield f"not expected: {access} {','.join(sorted(got))} {show(path)}"
        elif want == {"absent"} and "absent" not in got:
            yield f"not absent: {access} {','.join(sorted(got))} {show(path)}"
        elif want != {"absent"} and got == {"absent"}:
            yield f"absent: {access} {','.join(sorted(want))} {show(path)}"


def call_differences(ptrace, trace, not_notified):
    for abi, name in sorted(ptrace.keys() ^ trace.keys()):
        if (abi, name) in ptrace and name in not_notified:
            continue
        yield f"{'missing' if (abi, name) in ptrace else 'not expected'}: {abi} {name}"


def assumed_differences(trace, not_notified, told):
    """Where tracing tells of the rest, the program has no need of it."""
    assumed = defaultdict(set)
    for row in trace.json["syscalls"]:
        assumed[row["abi"], row["phase"]] |= {row["name"]} if row.get("assumed") else set()
    for (abi, phase), names in sorted(assumed.items()):
        if told and phase == "runtime":
            continue
        for name in sorted(names ^ (set() if told else not_notified)):
            yield f"{'missing' if name in not_notified else 'not expected'}: {abi} {phase} {name}"


def fits(row, facts):
    """Without outcomes, what ends in several ways is one row, with the acts of all."""
    facts = {key: value for key, value in facts.items() if key != "outcome"}
    acts = facts.pop("acts", None)
    return has_facts(row, facts) and (not acts or set(acts.split(",")) <= set(row.get("acts", ())))


def row_differences(expected, trace, told):
    """What the kernel itself was asked for is not what the program can say of itself."""
    for section in SECTIONS:
        if told and section == "capabilities":
            continue
        for facts in expected[section]:
            if not any(fits(row, facts) for row in trace[section]):
                yield f"missing in {section}: {' '.join(f'{key}={value}' for key, value in facts.items())}"
        for row in trace[section]:
            if not any(fits(row, facts) for facts in expected[section]):
                shown = {key: value for key, value in row.items() if key not in ("by", "runs", "text")}
                yield f"not expected in {section}: {json.dumps(shown)}"


def main():
    snug, folder, runtime, told, only = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4] == "told", sys.argv[5:]
    tap = Tap()
    programs = [Program(source) for source in sorted(CORPUS.glob("*.c")) if source.stem not in UNFIT]
    if only:
        programs = [program for program in programs if program.name in (*only, *NOTHING)]
    box = Box(snug, folder, runtime)
    for program in list(programs):
        if trouble := program.build(folder / "bin"):
            tap.result(f"{program.name}: builds", trouble.splitlines())
            programs.remove(program)
    alone = {program: box.run_container(program) for program in programs}
    recorded = box.record_all(programs)
    nothing = {program.name: box.trace(program) for program in programs if program.name in NOTHING}

    for program in programs:
        trace = box.trace(program)
        differences = [] if alone[program] == recorded[program] and alone[program][0] == 0 else [
            f"alone: {alone[program]}", f"recorded: {recorded[program]}"]
        if not trace:
            differences.append("no trace")
        elif not trace.run["complete"] or trace.run["lost"]:
            differences.append(f"not complete: lost {trace.run['lost']}")
        tap.result(f"{program.name}: runs as it does alone",
                   [line for line in differences if not explained(program, line, told)])
        if not trace:
            continue
        of_nothing = nothing[NOTHING["-m32" in program.words]]
        expected = Expectation(recorded[program][1]) if recorded[program][0] == 0 else None
        common = dict(of_nothing.files)
        for outcome in ("ok", "unknown"):
            common[bytes(program.path), outcome] = {"read", "execute", "map-execute", "look"}
            common[LOADER, outcome] = {"read", "map-execute"}
        differences = [] if not expected else [
            *file_differences(expected.files, trace.files, common), *row_differences(expected.rows, trace.json, told)]
        tap.result(f"{program.name}: the files and the rest are what it used",
                   [line for line in differences if not explained(program, line, told)])
        # The first program is started by the runtime.
        calls = {(row["abi"], row["name"]) for row in trace.json["syscalls"]
                 if (row["phase"] == "program" or row["name"] == "execve") and not row.get("assumed")}
        tap.result(f"{program.name}: what nobody is told of is assumed", list(assumed_differences(trace, box.not_notified, told)))
        tap.result(f"{program.name}: the calls are those that the ptrace recorder sees",
                   [line for line in call_differences(box.ptrace(program).calls, dict.fromkeys(calls), () if told else box.not_notified)
                    if not explained(program, line, told)])
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
