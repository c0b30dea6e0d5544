# SPDX-License-Identifier: Apache-2.0
"""The work of oracle.test.

usage: compare_with_oracles.py SNUG SCRATCH [PROGRAM...]

Records each program of the corpus as root and as an ordinary user, with what the recorder knows to skip and
with every call stopped; then compares. A difference that is right is a row of EXPLAINED and nowhere else.
"""

import difflib
import fnmatch
import json
import os
import shutil
import sys
from collections import defaultdict, namedtuple
from pathlib import Path

from oracle import (OK, SECTIONS, Expectation, Kernel, Program, Scratch, Trace, User, has_facts, read_strace, run)

CORPUS = Path(__file__).parent / "corpus"
USERS = (User("root", 0), User("nobody", 65534))
NOTHING = ("nothing", "nothing_32")  # what a program of 64, of 32 bits touches before it does anything
# "fast": as soon as anything is known, for users whose recorder waits for that.
MODES = {"auto": [], "ptrace": ["--recorder=ptrace"], "exhaustive": ["--exhaustive"], "fast": ["--fast-after=1"],
         "tracefs": ["--recorder=tracefs"]}
MODES_OF = {"root": ("auto", "ptrace", "exhaustive", "tracefs"), "nobody": ("auto", "exhaustive", "fast")}
# What the kernel's tracing may miss, and says so: a 32-bit program's first calls, what a task that is gone had kept by capset().
LOST_BY = {"tracefs": {"foreign-abi", "capset"}}

# program, mode, ABI and call (patterns), what the oracle says, what the trace says, why both are right
Explained = namedtuple("Explained", "program mode abi call oracle trace reason")
EXPLAINED = (
    # What a process makes for its recorder, see ptrace_fast.c.
    *(Explained("*", "fast", "x86_64", call, "ok", "*", "made for the recorder") for call in ("mmap", "munmap", "prctl", "seccomp")),
    # A call that a filter refuses has no sys_enter, and the error is the filter's.
    Explained("own_filter", "*", "*", "mkdir", "refused:ENOSPC", "ENOSPC", "the filter's error"),
    Explained("own_filter", "*", "*", "getpgid", "refused:EDOM", "EDOM", "the filter's error"),
    Explained("own_filter", "*", "*", "getpriority", "refused", "ok", "a trap leaves no error"),
    Explained("own_filter_of_threads", "*", "*", "mkdir", "refused:ENOSPC", "ENOSPC", "the filter's error"),
    Explained("strict_filter", "*", "*", "getpgid", "refused", "ok", "it dies of it"),
    Explained("unknown_calls", "*", "x32", "#-*", "refused:ENOSYS", "ENOSYS",
              "a stop by RET_TRACE skips negative numbers, with the same error"),
    Explained("int_80", "tracefs", "x86", "*", "*", "nothing",
              "of a program of the machine's own ABI only calls of that are told, as snug-record(1) says"),
    Explained("thirty_two_bit", "strace", "x86", "socketcall", "nothing", "ok", "strace names what is inside"),
    Explained("thirty_two_bit", "strace", "x86", "socket", "ok", "nothing", "strace names what is inside"),
    Explained("thirty_two_bit", "strace", "x86", "bind", "ok", "nothing", "strace names what is inside"),
)

Recording = namedtuple("Recording", "recorder status output messages trace")


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def result(self, what, differences):
        self.count += 1
        self.failed += bool(differences)
        print(f"{'not ' if differences else ''}ok {self.count} - {what}")
        for line in differences:
            print(f"# {line}")
        sys.stdout.flush()

    def done(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


# How the kernel ends a call whose task dies in it, or at its entry under a tracer. The tracer never learns of the end.
CUT_SHORT = {"EINTR", "refused:ENOSYS"}


def words(errors):
    return ",".join(sorted(errors)) if errors else "nothing"


def call_differences(program, mode, oracle, trace):
    for abi, name in sorted(oracle.keys() | trace.keys()):
        want, got = oracle.get((abi, name), set()), trace.get((abi, name), set())
        if want and want <= CUT_SHORT and got == {OK}:
            continue
        if want != got and not explained(program, mode, abi, name, words(want), words(got)):
            yield f"{abi} {name}: the oracle has {words(want)}, the trace {words(got)}"


def explained(program, mode, *facts):
    return any(all(fnmatch.fnmatch(value, pattern) for value, pattern in zip((program.name, mode, *facts), row))
               for row in EXPLAINED)


def show(path):
    return path.decode(errors="backslashreplace").encode("unicode_escape").decode()


def file_differences(expected, trace, common):
    """`common`: what a program that does nothing touches. Like an errno, a failed access counts
    only as long as the same has not succeeded: the recorder does not ask again."""
    for path, outcome in sorted(expected.keys() | trace.keys()):
        want, got = expected.get((path, outcome), set()), trace.get((path, outcome), set())
        also = common.get((path, outcome), set())
        succeeded = trace.get((path, OK), set()) if outcome != OK else set()
        for access in sorted(want - got - succeeded):
            yield f"missing: {access} {outcome} {show(path)}"
        for access in sorted(got - want - also):
            yield f"not expected: {access} {outcome} {show(path)}"


INCOMPLETE = 124
# What a mode adds of its own, and sections in which another test holds it to account.
NOTES_OF_MODE = {"fast": ("fast",)}
SECTIONS_ELSEWHERE = {("root", "auto"): ("capabilities",)}


def row_differences(expected, trace, user, mode):
    for section in set(SECTIONS) - set(SECTIONS_ELSEWHERE.get((user.name, mode), ())):
        for facts in expected[section]:
            if not any(has_facts(row, facts) for row in trace[section]):
                yield f"missing in {section}: {' '.join(f'{key}={value}' for key, value in facts.items())}"
        for row in trace[section]:
            if row.get("code") not in NOTES_OF_MODE.get(mode, ()) and not any(has_facts(row, facts) for facts in expected[section]):
                shown = {key: value for key, value in row.items() if key not in ("by", "runs", "text")}
                yield f"not expected in {section}: {json.dumps(shown)}"


class Session:
    def __init__(self, snug, folder, programs):
        self.folder, self.programs = folder, programs
        self.recorders = defaultdict(int)  # of each pid, so far
        self.nothing = [program for name in NOTHING for program in programs if program.name == name]
        self.snug = folder / f"snug-{os.getpid()}"  # by this name raw_syscalls.bt knows our recorders
        shutil.copy2(snug, self.snug)
        self.scratch = Scratch(folder / "work")
        for path, mode in ((folder, 0o755), (folder / "work", 0o755), (folder / "bin", 0o755),
                           (folder / "traces", 0o1777)):
            path.mkdir(exist_ok=True)
            path.chmod(mode)

    def alone(self, program, user):
        return run([program.path, self.scratch.fresh(program, user)], user)

    def record(self, program, user, mode, again=""):
        file = self.folder / "traces" / f"{program.name}-{user.name}-{mode}{again}.json"
        pid, status, output, messages = run(
            [self.snug, "record", "-o", file, *MODES[mode], "--", program.path, self.scratch.fresh(program, user)],
            user)
        self.recorders[pid] += 1
        return Recording(self.recorders[pid] << 32 | pid, status, output, messages, Trace(file) if file.exists() else None)

    def strace(self, program, user):
        logs = self.folder / "traces" / f"{program.name}-{user.name}-strace"
        logs.mkdir()
        os.chown(logs, user.uid, user.uid)
        run(["strace", "-e", "quiet=none", "-ff", "-o", logs / "log", program.path, self.scratch.fresh(program, user)], user)
        return read_strace(logs)

    def record_all(self):
        self.recordings = {}
        for program in self.programs:
            for user in USERS:
                for mode in MODES_OF[user.name]:
                    if program.serves(user):
                        self.recordings[program, user, mode] = self.record(program, user, mode)

    def fast(self):
        return [key for key, recording in self.recordings.items()
                if key[2] == "fast" and recording.trace and not recording.trace.run["exhaustive"]]

    def of(self, program):
        for (of, user, mode), recording in self.recordings.items():
            if of is program:
                yield user, mode, recording

    def unchanged(self, program):
        """Does the program behave as it does alone?"""
        for user in USERS:
            if program.serves(user):
                _, status, _, messages = self.alone(program, user)
                if status:
                    yield f"{user.name}, not recorded: status {status}: {messages.strip()}"
        for user, mode, recording in self.of(program):
            if recording.status and not (mode in LOST_BY and recording.status == INCOMPLETE):
                yield f"{user.name} {mode}: status {recording.status}: {recording.messages.strip()}"
            elif not recording.trace:
                yield f"{user.name} {mode}: no trace: {recording.messages.strip()}"
            elif not recording.trace.run["complete"] or recording.trace.run["lost"]:
                if (lost := set(recording.trace.run["lost"])) and lost <= LOST_BY.get(mode, set()):
                    continue
                yield f"{user.name} {mode}: not complete: lost {recording.trace.run['lost']}"

    def against_kernel(self, program, kernel):
        for user, mode, recording in self.of(program):
            if recording.trace:
                for line in call_differences(program, mode, kernel.get(recording.recorder, {}), recording.trace.calls):
                    yield f"{user.name} {mode}: {line}"

    def against_expectation(self, program):
        nothing = self.nothing["-m32" in program.words]
        for user, mode, recording in self.of(program):
            if recording.trace and recording.status == 0 and mode != "tracefs":  # which tells no files
                common = dict(self.recordings[nothing, user, mode].trace.files)
                common[bytes(program.path), OK] = common.pop((bytes(nothing.path), OK), set())
                expected = Expectation(recording.output)
                for line in (*file_differences(expected.files, recording.trace.files, common),
                             *row_differences(expected.rows, recording.trace.json, user, mode)):
                    yield f"{user.name} {mode}: {line}"

    def against_strace(self, program):
        for user in USERS:
            if program.serves(user):
                recording = self.recordings[program, user, "auto"]
                if recording.trace:
                    for line in call_differences(program, "strace", self.strace(program, user), recording.trace.calls):
                        yield f"{user.name}: {line}"


    def emit(self, program, user, mode, again):
        """Returns the emitted files: name -> bytes. The folder's own name is not to show."""
        folder = self.folder / "emitted"
        shutil.rmtree(folder, ignore_errors=True)
        file = self.folder / "traces" / f"{program.name}-{user.name}-{mode}{again}.json"
        _, status, _, messages = run([self.snug, "emit", "-d", folder, "--name", program.name, file], USERS[0])
        if status:
            raise RuntimeError(f"snug emit: status {status}: {messages.strip()}")
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def same_twice(self, program):
        """Two recordings of the same behaviour give the same profiles, byte for byte."""
        user = USERS[0]
        self.record(program, user, "auto", "-again")
        try:
            first, second = (self.emit(program, user, "auto", again) for again in ("", "-again"))
        except RuntimeError as trouble:
            yield str(trouble)
            return
        if "seccomp.json" not in first:
            yield "no seccomp.json"
        for name in sorted(first.keys() | second.keys()):
            before, after = (files.get(name, b"").decode(errors="replace").splitlines() for files in (first, second))
            yield from list(difflib.unified_diff(before, after, f"{name}, first", f"{name}, second", "", "", 0, ""))[:20]


def main():
    snug, folder, only = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    tap = Tap()
    programs = [Program(source) for source in sorted(CORPUS.glob("*.c"))]
    if only:
        programs = [program for program in programs if program.name in (*only, *NOTHING)]
    session = Session(snug, folder, programs)
    for program in list(programs):
        trouble = program.build(folder / "bin")
        if trouble:
            tap.result(f"{program.name}: builds", trouble.splitlines())
            programs.remove(program)

    kernel = Kernel(CORPUS.parent / "raw_syscalls.bt", session.snug.name)
    if not kernel.usable:
        tap.result("the kernel oracle runs", kernel.trouble().splitlines() or ["it says nothing"])
        return tap.done()
    session.record_all()
    seen = kernel.finish()

    for program in programs:
        tap.result(f"{program.name}: runs as it does alone", list(session.unchanged(program)))
        tap.result(f"{program.name}: the calls are those that the kernel saw",
                   list(session.against_kernel(program, seen)))
        tap.result(f"{program.name}: the files and the rest are what it used",
                   list(session.against_expectation(program)))
        if program.repeatable:
            tap.result(f"{program.name}: the calls are those that strace sees", list(session.against_strace(program)))
            tap.result(f"{program.name}: recorded twice, the same files", list(session.same_twice(program)))
    tap.result("programs came to be fast", [] if session.fast() else ["none did"])
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
