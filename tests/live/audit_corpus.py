# SPDX-License-Identifier: Apache-2.0
"""The work of audit_corpus.test.

usage: audit_corpus.py SNUG SCRATCH [PROGRAM...]

Records each program of the corpus by audit and by ptrace, as root, and compares: the calls are those that ptrace saw, the
files and the rest are those that the program says. What audit cannot see is a row of EXPLAINED, with its reason, and nowhere else.
"""

import fnmatch
import json
import sys
from collections import namedtuple
from pathlib import Path

from compare_with_oracles import CORPUS, NOTHING, Tap, call_differences, file_differences
from oracle import OK, SECTIONS, Expectation, Program, Scratch, Trace, User, has_facts, run

ROOT = User("root", 0)

# program, line of a difference (patterns), why that is right
Explained = namedtuple("Explained", "program line reason")
EXPLAINED = (
    # What no record tells.
    Explained("*", "missing: delete absent *", "of a name that is to go and is not there, only the folder is told"),
    Explained("rename", "missing: rename-*", "the same, and what is renamed to itself or below itself is not looked at"),
    Explained("threads", "missing: rename-*", "what is renamed to itself is not looked at"),
    Explained("link", "*: link-* absent *", "which of two names was missing is not told"),
    Explained("own_filter*", "missing: * unknown *", "what a filter refuses comes to no audit"),
    Explained("own_filter*", "x86_64 *: *, the trace nothing", "what a filter refuses comes to no audit"),
    Explained("unknown_calls", "* #*: *, the trace nothing", "a rule can name numbers up to 2031"),
    Explained("unknown_calls", "missing in notes: code=abi-x32", "a rule can name numbers up to 2031"),
    Explained("x32", "*", "a rule can name numbers up to 2031, and those of x32 are above"),
    Explained("file_locks", "missing: lock-exclusive *", "whether a lock of fcntl() is exclusive stands in memory"),
    Explained("map_execute", "missing: map-execute ok *later", "mprotect() tells an address"),
    Explained("*", "missing in mounts: *type=tmpfs*", "the words of a mount stand in memory"),
    Explained("signals", "missing in signals: *", "who receives what is sent to many, or to nobody, is not told"),
    Explained("argument_values", "missing in ptraces: *", "who is not there is not told"),
    Explained("exec_script", "*/nowhere/interpreter", "an interpreter is one more name of the call"),
    Explained("exec_script", "*/broken", "an interpreter is one more name of the call"),
    Explained("credentials", "missing in notes: code=gained-privileges", "what a program's file gives is not told"),
    # A task's last call, which nobody sees the end of.
    Explained("exec_from_thread", "x86_64 pause: the oracle has ok, the trace EINTR", "its end is told"),
    Explained("strict_filter", "x86_64 exit: the oracle has nothing, the trace ok", "its end is told"),
    Explained("stop_continue", "x86_64 restart_syscall: *", "whether a stop meets a sleep is chance"),
    # Told when it is over: names are looked up as they are by then.
    Explained("*", "missing: look ok *", "of what was found to be there, only the folder is told"),
    Explained("make_nodes", "missing: create absent *", "of a name without a folder, only the folder is told"),
    Explained("chroot", "*", "a root of its own is known as long as somebody has it"),
    Explained("mount_namespace", "*", "a root of its own is known as long as somebody has it"),
    Explained("deleted_folder", "missing: *", "names of a folder that is gone"),
    Explained("empty_path", "missing: link-from *", "a descriptor stands for a name"),
    Explained("open_dirfd", "*/a/[bc]*", "a folder was renamed after it was opened"),
    Explained("openat2", "*", "what was a root for one call is not known"),
    Explained("proc_files", "*look ok *", "a link of /proc to what is gone"),
    Explained("proc_self_fd", "*", "a link of /proc to what is gone"),
    Explained("stale_paths", "*", "a link of /proc to what is gone"),
    Explained("temporary_file", "*link-from*", "a link of /proc to what is gone"),
    Explained("symlink_chains", "missing: *born", "made through a symlink that led nowhere"),
    Explained("truncate", "not expected: write unknown *", "it ended before its turn came"),
    Explained("fexecve_memfd", "not expected: *memfd:*", "a program without a name has one there"),
    Explained("unix_path", "*", "a symlink to a socket is not followed"),
    # Of the recording itself.
    Explained("*", "not expected in notes: *audit-login*", "said of every recording"),
    Explained("*", "not expected in notes: *paths-as-passed*", "said where a link could not be followed"),
)

# Seen as the kernel checks them: listen_capabilities.test holds that to account.
SECTIONS_ELSEWHERE = {"capabilities"}


def explained(program, line):
    return any(fnmatch.fnmatchcase(program.name, row.program) and fnmatch.fnmatchcase(line, row.line) for row in EXPLAINED)


class Recordings:
    def __init__(self, snug, folder):
        self.snug, self.folder, self.scratch = snug, folder, Scratch(folder / "work")
        for name in ("bin", "work", "traces"):
            (folder / name).mkdir()
        for path in (folder, folder / "bin", folder / "work"):
            path.chmod(0o755)

    def record(self, program, recorder):
        """Returns what the program printed, its trace, and what went wrong."""
        file = self.folder / "traces" / f"{program.name}-{recorder}.json"
        _, status, output, messages = run(
            [self.snug, "record", "--recorder", recorder, "-o", file, "--", program.path, self.scratch.fresh(program, ROOT)], ROOT)
        if status:
            return output, None, f"{recorder}: status {status}: {messages.strip()}"
        return output, Trace(file), None


def row_differences(expected, trace):
    for section in set(SECTIONS) - SECTIONS_ELSEWHERE:
        for facts in expected[section]:
            if not any(has_facts(row, facts) for row in trace[section]):
                yield f"missing in {section}: {' '.join(f'{key}={value}' for key, value in facts.items())}"
        for row in trace[section]:
            if not any(has_facts(row, facts) for facts in expected[section]):
                shown = {key: value for key, value in row.items() if key not in ("by", "runs", "text")}
                yield f"not expected in {section}: {json.dumps(shown)}"


def differences(program, recordings, common):
    output, trace, trouble = recordings.record(program, "audit")
    _, other, other_trouble = recordings.record(program, "ptrace")
    if trouble or other_trouble:
        return [line for line in (trouble, other_trouble) if line]
    expected = Expectation(output)
    lines = [*call_differences(program, "audit", other.calls, trace.calls),
             *file_differences(expected.files, trace.files, common),
             *row_differences(expected.rows, trace.json)]
    return [line for line in lines if not explained(program, line)]


def main():
    snug, folder, only = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    tap = Tap()
    programs = [Program(source) for source in sorted(CORPUS.glob("*.c"))]
    recordings = Recordings(snug, folder)
    for program in programs:
        if only and program.name not in (*only, *NOTHING):
            continue
        trouble = program.build(folder / "bin")
        if trouble:
            tap.result(f"{program.name}: builds", trouble.splitlines())
            continue
        if program.name in NOTHING:
            continue
    common = {}
    for nothing in (program for program in programs if program.name in NOTHING):
        _, trace, trouble = recordings.record(nothing, "audit")
        if trouble:
            tap.result(f"{nothing.name}: is recorded", [trouble])
            return tap.done()
        common["-m32" in nothing.words] = dict(trace.files)
    for program in programs:
        if only and program.name not in only:
            continue
        narrow = "-m32" in program.words
        nothing = next(other for other in programs if other.name in NOTHING and ("-m32" in other.words) == narrow)
        touched = dict(common[narrow])
        touched[bytes(program.path), OK] = touched.pop((bytes(nothing.path), OK), set())
        tap.result(program.name, differences(program, recordings, touched))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
