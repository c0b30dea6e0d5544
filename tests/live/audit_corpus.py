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

# What audit cannot see. Each reason stands in snug-record(1), too, where a reader looks for it.
RENAMED = "of what is to be renamed and is not there only the folder is told, and nothing of what is renamed to itself or below itself"
NUMBERS = "a rule can name numbers up to 2031: calls of the x32 ABI, and of other numbers above, are not told"
INTERPRETER = "the interpreter of a script is one more name of the call"
ROOT_OF_ITS_OWN = "a root of a program's own is known as long as somebody has it"
LINK_OF_PROC = "a link of /proc to what is gone by then leads nowhere"
FILTERED = "what a program's own filter refuses comes to no audit"
BEFORE_ITS_FILE = "a call that failed before it came to its file counts as one that failed at it"
LAST_CALL = "how the last call of a task ended is told, although it never returned"
BLIND_TO = (
    # What no record tells.
    Explained("*", "missing: delete absent *", "of a name that is to be deleted and is not there only the folder is told"),
    Explained("rename", "missing: rename-*", RENAMED),
    Explained("threads", "missing: rename-*", RENAMED),
    Explained("link", "*: link-* absent *", "which of the two names of a link was missing is not told"),
    Explained("own_filter*", "missing: * unknown *", FILTERED),
    Explained("own_filter*", "x86_64 *: *, the trace nothing", FILTERED),
    Explained("unknown_calls", "* #*: *, the trace nothing", NUMBERS),
    Explained("unknown_calls", "missing in notes: code=abi-x32", NUMBERS),
    Explained("x32", "*", NUMBERS),
    Explained("file_locks", "missing: lock-exclusive *", "whether a lock by fcntl() is exclusive stands in memory"),
    Explained("map_execute", "missing: map-execute ok *later", "mprotect() tells an address, and not which file becomes executable"),
    Explained("*", "missing in mounts: *type=tmpfs*", "the source and the type of a mount stand in memory"),
    Explained("signals", "missing in signals: *", "who receives what is sent to many, or to nobody, is not told"),
    Explained("argument_values", "missing in ptraces: *", "whom ptrace() was for is not told where nobody is there"),
    Explained("exec_script", "*/nowhere/interpreter", INTERPRETER),
    Explained("exec_script", "*/broken", INTERPRETER),
    Explained("credentials", "missing in notes: code=gained-privileges", "which privileges the file of a program gives is not told"),
    Explained("exec_from_thread", "x86_64 pause: the oracle has ok, the trace EINTR", LAST_CALL),
    Explained("strict_filter", "x86_64 exit: the oracle has nothing, the trace ok", LAST_CALL),
    # Told when it is over: names are looked up as they are by then.
    Explained("*", "missing: look ok *", "of what was looked at and is there only the folder is told"),
    Explained("make_nodes", "missing: create absent *", "of what is to be made in a folder that is not there only the folder above is told"),
    Explained("chroot", "*", ROOT_OF_ITS_OWN),
    Explained("mount_namespace", "*", ROOT_OF_ITS_OWN),
    Explained("deleted_folder", "missing: *", "names in a folder that is gone are not found"),
    Explained("empty_path", "missing: link-from *", "of a link to what a descriptor stands for only the new name is told"),
    Explained("open_dirfd", "*/a/[bc]*", "a folder that was renamed after it was opened has the name that it had then"),
    Explained("openat2", "not expected: * ok */absolute", "a symlink below what openat2() had for the root of one call is not followed"),
    Explained("openat2", "not expected: read unknown *", BEFORE_ITS_FILE),
    Explained("proc_files", "*look ok *", LINK_OF_PROC),
    Explained("proc_self_fd", "*", LINK_OF_PROC),
    Explained("stale_paths", "*", LINK_OF_PROC),
    Explained("temporary_file", "*link-from*", LINK_OF_PROC),
    Explained("symlink_chains", "missing: *born", "what is made through a symlink that led nowhere is not told"),
    Explained("truncate", "not expected: write unknown *", BEFORE_ITS_FILE),
    Explained("fexecve_memfd", "not expected: *memfd:*", "a program that runs from memory has a name there"),
    Explained("unix_path", "*", "a symlink to a socket is not followed"),
)
# Of every recording, or of chance.
BESIDE = (
    Explained("*", "not expected in notes: *audit-login*", "said of every recording"),
    Explained("*", "not expected in notes: *paths-as-passed*", "said where a link could not be followed"),
    Explained("stop_continue", "x86_64 restart_syscall: *", "whether a stop meets a sleep is chance"),
)
EXPLAINED = BLIND_TO + BESIDE

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


def page_differences():
    """Of the list in the manual page to BLIND_TO."""
    page = (CORPUS.parents[2] / "src/cli/man/snug-record.1").read_text(encoding="utf-8")
    listed = page.partition("\n.Ss What audit cannot see\n")[2].partition("\n.El\n")[0].split("\n.It\n")[1:]
    items = {" ".join(item.split()).rstrip(";.") for item in listed}
    reasons = {row.reason for row in BLIND_TO}
    return [*(f"not on the page: {reason}" for reason in sorted(reasons - items)),
            *(f"on the page only: {item}" for item in sorted(items - reasons))]


def main():
    snug, folder, only = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    tap = Tap()
    tap.result("what audit cannot see is what the manual page says", page_differences())
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
