# SPDX-License-Identifier: Apache-2.0
"""What oracle.test knows: the corpus, what the kernel saw, what strace saw, what a trace says.

Each answer about calls has one form, `Calls`: (ABI, name) -> the errnos with which it ended, "ok" among them if it
succeeded or never ended. Each answer about files has one form, `Files`: (path, outcome) -> accesses.
"""

import ctypes
import errno
import json
import os
import re
import shutil
import signal
import subprocess
from collections import defaultdict
from pathlib import Path

OK = "ok"

# What libseccomp 2.5.4 has no names for and the corpus calls (arch/x86/entry/syscalls/syscall_64.tbl).
NEWER_CALLS = {451: "cachestat", 452: "fchmodat2", 462: "mseal", 465: "listxattrat"}

# <seccomp.h>, and what a call's number is told apart by (arch/x86/include/asm/unistd.h).
SCMP_ARCH = {"x86_64": 0xC000003E, "x86": 0x40000003, "x32": 0x4000003E}
X32_BIT = 0x40000000

# How the kernel says inside of itself "call me again" (include/linux/errno.h). The program sees EINTR, or nothing.
RESTART_ERRORS = {512, 513, 514, 516}


class Program:
    """A file of the corpus. `words` are those after "oracle:" in its first comment."""

    def __init__(self, source):
        self.source = source
        self.name = source.stem
        found = re.search(r"^/\* oracle: (.*)$", source.read_text(), re.MULTILINE)
        self.words = set(found.group(1).split()) if found else set()
        self.needs_root = "root" in self.words
        self.repeatable = "tasks" not in self.words

    def build(self, folder):
        """Returns None, or why the program cannot be built here."""
        self.path = folder / self.name
        flags = ["-std=gnu17", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-pthread"]
        if "-m32" in self.words:
            multiarch = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True).stdout.strip()
            flags += ["-m32", "-isystem", f"/usr/include/{multiarch}"]
        done = subprocess.run(["gcc", *flags, "-o", self.path, self.source], capture_output=True, text=True)
        return None if done.returncode == 0 and not done.stderr else done.stderr

    def serves(self, user):
        return user.uid == 0 or not self.needs_root


class User:
    def __init__(self, name, uid):
        self.name, self.uid = name, uid
        self.prefix = []
        if uid != os.geteuid():
            self.prefix = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]


class Scratch:
    """The folder of a program: the same path in each run, empty and the user's own at the start of each."""

    def __init__(self, folder):
        self.folder = folder

    def fresh(self, program, user):
        path = self.folder / program.name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        os.chown(path, user.uid, user.uid)
        return path


def run(command, user, timeout=60):
    """Returns pid, status as a shell would see it, output and messages."""
    process = subprocess.Popen([*user.prefix, *map(str, command)], cwd="/", stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        output, messages = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, messages = process.communicate()
        messages += b"did not end\n"
    status = process.returncode if process.returncode >= 0 else 128 - process.returncode
    return process.pid, status, output, messages.decode(errors="replace")


# --- names and numbers -----------------------------------------------------------------------------------------------

libseccomp = ctypes.CDLL("libseccomp.so.2")
libseccomp.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p


def abi_of(compat, number):
    if compat:
        return "x86"
    return "x32" if number != -1 and number & X32_BIT else "x86_64"


def call_name(abi, number):
    name = libseccomp.seccomp_syscall_resolve_num_arch(ctypes.c_uint32(SCMP_ARCH[abi]), ctypes.c_int(number))
    plain = number & ~X32_BIT if abi == "x32" else number
    return name.decode() if name else NEWER_CALLS.get(plain, f"#{ctypes.c_int32(plain).value}")


def error_name(number):
    if number in RESTART_ERRORS:
        return "EINTR"
    return errno.errorcode.get(number, f"#{number}")


# --- what the kernel saw ---------------------------------------------------------------------------------------------


class Kernel:
    """raw_syscalls.bt, running. Members are found by process ids of the initial pid namespace; `recorder` is a program's name."""

    def __init__(self, script, recorder):
        environment = dict(os.environ, BPFTRACE_MAP_KEYS_MAX="262144")
        # tracefs may not be mounted; then it is here, in a mount namespace of its own.
        mount = 'mountpoint -q /sys/kernel/tracing || mount -t tracefs snug /sys/kernel/tracing; exec "$@"'
        self.process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", mount, "sh", "bpftrace", "-f", "json",
             "-e", script.read_text().replace("snug-oracle", recorder)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.usable = any('"ready' in line for line in iter(self.process.stdout.readline, ""))

    def trouble(self):
        return self.process.communicate()[1].strip()

    def finish(self):
        """Returns recorder's name, as raw_syscalls.bt has it -> Calls."""
        self.process.send_signal(signal.SIGINT)
        output, self.messages = self.process.communicate()
        maps = {}
        for line in output.splitlines():
            if line.startswith('{"type": "map"'):
                maps.update(json.loads(line)["data"])
        return self._calls(maps)

    @staticmethod
    def _calls(maps):
        seen = defaultdict(lambda: defaultdict(set))
        ended = defaultdict(int)
        for recorder in maps.get("@began", {}):
            seen[int(recorder)]["x86_64", "execve"].add(OK)
        for key, count in maps.get("@left", {}).items():
            recorder, compat, number, error = map(int, key.split(","))
            ended[recorder, compat, number] += count
            abi = abi_of(compat, number)
            seen[recorder][abi, call_name(abi, number)].add(OK if error == 0 else error_name(-error))
        for key, count in maps.get("@entered", {}).items():
            recorder, compat, number = map(int, key.split(","))
            if count > ended[recorder, compat, number]:
                abi = abi_of(compat, number)
                seen[recorder][abi, call_name(abi, number)].add(OK)
        for key in maps.get("@refused", {}):
            recorder, compat, number, error = map(int, key.split(","))
            abi = abi_of(compat, number)
            # SECCOMP_RET_TRAP and the killing actions leave no error.
            refusal = f"refused:{error_name(-error)}" if error else "refused"
            seen[recorder][abi, call_name(abi, number)].add(refusal)
        return {recorder: normal(calls) for recorder, calls in seen.items()}


def normal(calls):
    """Errnos count only as long as a call has not succeeded."""
    return {key: {OK} if OK in errors else errors for key, errors in calls.items()}


# --- what strace saw -------------------------------------------------------------------------------------------------

STRACE_CALL = re.compile(r"^([a-z0-9_]+)\((.*)$")
STRACE_NUMBER = re.compile(r"syscall_0x([0-9a-f]+)$")
STRACE_END = re.compile(r"\) += (?:-?\d+|0x[0-9a-f]+|\?)(?: (E[A-Z0-9_]+))?[^)]*(?:\([^)]*\))?$")
STRACE_MODE = re.compile(r"\[ Process PID=\d+ runs in (64 bit|32 bit|x32) mode\. \]$")
STRACE_ABI = {"64 bit": "x86_64", "32 bit": "x86", "x32": "x32"}


def read_strace(folder):
    """What `strace -e quiet=none -ff -o` wrote: a file for each task, so that no line is cut by another's."""
    calls = defaultdict(set)
    for log in sorted(folder.iterdir(), key=lambda path: int(path.suffix[1:])):
        abi = "x86_64"
        for line in log.read_text(errors="surrogateescape").splitlines():
            if mode := STRACE_MODE.search(line):
                abi = STRACE_ABI[mode.group(1)]
            call = STRACE_CALL.match(line)
            if not call:
                continue
            name, rest = call.groups()
            number = STRACE_NUMBER.match(name)
            if number:
                number = ctypes.c_int32(int(number.group(1), 16)).value
                abi, name = abi_of(False, number), call_name(abi_of(False, number), number)
            end = STRACE_END.search(rest)
            error = end.group(1) if end else None
            if error and error.startswith("ERESTART"):
                error = "EINTR"
            calls[abi, name].add(error or OK)
    return normal(calls)


# --- what a trace says -----------------------------------------------------------------------------------------------


def unescape(text):
    """The bytes of a path in a trace (bytes.h), or in a program's expectation."""
    pattern = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")
    return pattern.sub(lambda m: bytes([int(m.group(1), 16)]) if m.group(1) else b"\\", text.encode())


def plain_path(path):
    """Process ids and inode numbers differ from run to run."""
    path = re.sub(rb"/#\d+$", b"/#INODE", path)
    path = re.sub(rb"^/proc/\d+(/task/)\d+", rb"/proc/PID\1TID", path)
    return re.sub(rb"^/proc/\d+", b"/proc/PID", path)


class Trace:
    def __init__(self, file):
        self.json = json.loads(file.read_text())
        self.run = self.json["runs"][0]
        calls = defaultdict(set)
        for row in self.json["syscalls"]:
            calls[row["abi"], row["name"]] |= {OK} if row["ok"] else set(row["errnos"])
        self.calls = normal(calls)
        self.files = defaultdict(set)
        for row in self.json["files"]:
            self.files[plain_path(unescape(row["path"])), row["outcome"]] |= set(row["access"])


SECTIONS = ("capabilities", "network", "sockets", "signals", "mounts", "ptraces", "notes")


class Expectation:
    """From the lines that a program of the corpus prints; corpus.h tells their form."""

    def __init__(self, output):
        self.files = defaultdict(set)
        self.rows = {section: [] for section in SECTIONS}
        for line in output.decode().splitlines():
            word, rest = line.split(" ", 1)
            if word == "file":
                access, outcome, path = rest.split(" ")
                self.files[unescape(path), outcome] |= set(access.split(","))
            elif word == "row":
                section, *facts = rest.split(" ")
                self.rows[section].append(dict(fact.split("=", 1) for fact in facts))
            else:
                raise ValueError(line)


def has_facts(row, facts):
    def text(value):
        return ",".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else value

    return all(key in row and text(row[key]) == value for key, value in facts.items())
