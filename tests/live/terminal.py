# SPDX-License-Identifier: Apache-2.0
"""What a person at a terminal, a shell and kill(1) see of a command that is being recorded: the same as without.

usage: terminal.py SNUG FOLDER [listen]
Each scene runs with and without the recorder, and the two must look alike; prints a line "ok ..." a scene.
"""
import ctypes
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import time

SNUG, FOLDER = sys.argv[1:3]
TRACE = os.path.join(FOLDER, "trace.json")
PATIENCE = 20  # seconds


class Shell:
    """An interactive shell with job control, on a terminal of its own."""

    def __init__(self):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(PS1="$ ", TERM="dumb", HISTFILE="")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.seen = ""
        self.say("stty -echo; PS1='READY> '")

    def wait_for(self, pattern):
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.seen)):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError(f"no {pattern!r} in {self.seen!r}")
            self.seen += os.read(self.fd, 4096).decode(errors="replace")
        self.seen = self.seen[match.end():]
        return match

    def wait_for_foreground(self, program):
        """Until `program` leads the process group that the terminal's keys signal."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                with open(f"/proc/{os.tcgetpgrp(self.fd)}/comm", encoding="utf-8") as file:
                    if file.read().strip() == program:
                        return
            except FileNotFoundError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"{program} does not come to the foreground")

    def type(self, text):
        os.write(self.fd, text.encode())

    def say(self, line):
        self.wait_for(r"\$ $|READY> $")
        self.type(line + "\n")

    def close(self):
        self.say("exit")
        os.close(self.fd)  # a shell that asks back, or reads on, is hung up
        os.waitpid(self.pid, 0)


def suspend_and_resume(shell, prefix):
    shell.say(prefix + "sh -c 'echo begun; read x; echo got $x; exit 3'")
    shell.wait_for("begun")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.say("fg >/dev/null")
    time.sleep(0.3)
    shell.type("word\n")
    shell.wait_for("got word")
    shell.say("echo status=$?")
    return shell.wait_for(r"status=(\d+)").group(1)


EDITOR = """
import os, signal, sys, time
def tidy(*_):
    os.write(1, b"tidied\\n")
    os.kill(os.getpid(), signal.SIGSTOP)
    os.write(1, b"back\\n")
    sys.exit(4)
signal.signal(signal.SIGTSTP, tidy)
os.write(1, b"begun\\n")
while True:
    time.sleep(0.05)
"""


def suspend_by_handler(shell, prefix):
    """An editor's way: it handles SIGTSTP, tidies up and stops itself."""
    with open(os.path.join(FOLDER, "editor.py"), "w", encoding="utf-8") as file:
        file.write(EDITOR)
    shell.say(prefix + "/usr/bin/python3 " + file.name)
    shell.wait_for("begun")
    shell.type("\x1a")
    shell.wait_for("tidied")
    shell.wait_for("Stopped")
    shell.say("fg >/dev/null")
    shell.wait_for("back")
    shell.say("echo status=$?")
    return shell.wait_for(r"status=(\d+)").group(1)


def in_background(shell, prefix):
    shell.say(prefix + "sh -c 'read x; echo read $x' &")
    shell.say("until jobs | grep Stopped; do sleep 0.1; done")
    shell.wait_for("Stopped")
    shell.say("fg >/dev/null")
    time.sleep(0.3)
    shell.type("later\n")
    return shell.wait_for("read later").group(0)


def key(character):
    def scene(shell, prefix):
        shell.say(prefix + "sh -c 'echo begun; exec sleep 50'")
        shell.wait_for("begun")
        time.sleep(0.2)
        shell.type(character)
        shell.say("echo status=$?")
        return shell.wait_for(r"status=(\d+)").group(1)
    return scene


def counted_interrupts(shell, prefix):
    """A second Ctrl-C often means 'at once': the command must get one for one."""
    shell.say(prefix + "bash -c 'n=0; trap \"n=\\$((n+1))\" INT; echo begun; "
              "for i in {1..30}; do sleep 0.05; done; echo interrupts=$n'")
    shell.wait_for("begun")
    time.sleep(0.2)
    shell.type("\x03")
    return shell.wait_for(r"interrupts=(\d+)").group(1)


def interactive_shell(shell, prefix):
    shell.say(prefix + "bash --norc --noprofile -i")
    shell.say("sleep 50")
    shell.wait_for_foreground("sleep")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    # A shell does not exit while it knows of a stopped job, and SIGTERM takes its time to end one.
    shell.say("kill %1; until [ -z \"$(jobs -s; jobs -r)\" ]; do sleep 0.1; done; echo inner=$?")
    shell.wait_for("inner=0")
    shell.say("exit 6")
    shell.say("echo status=$?")
    return shell.wait_for(r"status=(\d+)").group(1)


COUNTER = """
import signal, sys, time
got = []
signal.signal(signal.SIGTERM, lambda *_: got.append(1))
print("begun", flush=True)
end = time.monotonic() + 1.2
while time.monotonic() < end:
    time.sleep(0.05)
print(len(got), flush=True)
"""


def start(prefix, *command, **options):
    return subprocess.Popen([*prefix, *command], stdout=subprocess.PIPE, text=True, **options)


def terminate_alone(prefix):
    """kill PID of what was started: natively the program itself."""
    process = start(prefix, "/usr/bin/python3", "-c", COUNTER)
    process.stdout.readline()
    process.terminate()
    count = process.stdout.read().strip()
    return count, process.wait(PATIENCE)


def terminate_group(prefix):
    process = start(prefix, "/usr/bin/python3", "-c", COUNTER, start_new_session=True)
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGTERM)
    count = process.stdout.read().strip()
    return count, process.wait(PATIENCE)


def end_by(number):
    def scene(prefix):
        process = start(prefix, "sh", "-c", "echo begun; exec sleep 50")
        process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(number)
        status = process.wait(PATIENCE)
        return 128 - status if status < 0 else status
    return scene


def ignored(prefix):
    """What was ignored at the start stays ignored: nohup."""
    process = start(prefix, "sh", "-c", "echo begun; sleep 1; echo alive",
                    preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.stdout.readline()
    process.send_signal(signal.SIGHUP)
    return process.stdout.read().strip(), process.wait(PATIENCE)


def stop_and_continue(prefix):
    """Somebody stops the command itself, and not us, and continues it."""
    process = start(prefix, "sh", "-c", "echo $$; sleep 2; echo done")
    pid = int(process.stdout.readline())
    os.kill(pid, signal.SIGSTOP)
    time.sleep(2.5)
    early = select.select([process.stdout], [], [], 0)[0]
    os.kill(pid, signal.SIGCONT)
    return bool(early), process.stdout.read().strip(), process.wait(PATIENCE)


def surroundings(prefix):
    """Session, process group, terminal, descriptors, signal mask and dispositions."""
    words = "/^(SigBlk|SigIgn|SigCgt|NoNewPrivs|Umask):/"
    process = start(prefix, "awk", words, "/proc/self/status")
    seen = process.stdout.read()
    process.wait(PATIENCE)
    process = start(prefix, "sh", "-c", "ls /proc/self/fd; ps -o pgid=,sid=,tty= -p $$ | "
                    f"sed 's/^ *{os.getpgid(0)} / group /; s/ {os.getsid(0)} / session /'")
    return seen, process.communicate()[0]


def hidden_signal(prefix):
    """A signal that libc keeps for its threads, and that was ignored at the start."""
    number = {"x86_64": 13, "aarch64": 134}[os.uname().machine]  # of rt_sigaction(2)
    ignore = ctypes.create_string_buffer(struct.pack("L", 1), 64)  # SIG_IGN first, and no flags
    process = start(prefix, "grep", "^SigIgn:", "/proc/self/status",
                    preexec_fn=lambda: ctypes.CDLL(None).syscall(number, 33, ignore, None, 8))
    return process.communicate()[0]


TERMINAL_SCENES = {
    "Ctrl-Z and fg": suspend_and_resume,
    "Ctrl-Z and a program that handles it": suspend_by_handler,
    "a background job that reads the terminal": in_background,
    "Ctrl-C": key("\x03"),
    "Ctrl-\\": key("\x1c"),
    "one interrupt for one Ctrl-C": counted_interrupts,
    "a shell with jobs of its own": interactive_shell,
}
SCENES = {
    "SIGTERM to what was started": terminate_alone,
    "SIGTERM to its process group": terminate_group,
    "death by SIGTERM": end_by(signal.SIGTERM),
    "death by SIGHUP": end_by(signal.SIGHUP),
    "death by SIGINT": end_by(signal.SIGINT),
    "SIGHUP ignored from the start": ignored,
    "stopped and continued by others": stop_and_continue,
    "surroundings": surroundings,
    "a signal that libc hides": hidden_signal,
}


def trace_is_whole():
    with open(TRACE, encoding="utf-8") as file:
        run, = json.load(file)["runs"]
    os.unlink(TRACE)
    return run["complete"] or "incomplete"


def play(scene, prefix, on_terminal):
    if not on_terminal:
        return scene(prefix)
    shell = Shell()
    shell.say("")
    outcome = scene(shell, " ".join(prefix) + " " if prefix else "")
    shell.close()
    return outcome


def main():
    listens = sys.argv[3:] == ["listen"]
    # A shell that put us into the background, or nohup, may have had them ignored.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    recorded = [SNUG, "listen", "-o", os.path.join(FOLDER, "traces"), "-s", os.path.join(FOLDER, "socket"),
                "--no-compose", "--"] if listens else [SNUG, "record", "-o", TRACE, "--"]
    number = 0
    for scenes, on_terminal in ((TERMINAL_SCENES, True), (SCENES, False)):
        for name, scene in scenes.items():
            number += 1
            try:
                want = play(scene, [], on_terminal)
                got = play(scene, recorded, on_terminal)
                fault = "" if got == want else f"want {want!r}, got {got!r}"
                if not fault and not listens and trace_is_whole() is not True:
                    fault = "the trace is incomplete"
            except (AssertionError, OSError, ValueError, subprocess.TimeoutExpired) as error:
                fault = f"{type(error).__name__}: {error}"
            print(f"{'not ' if fault else ''}ok {number} - {name}")
            if fault:
                print("# " + fault.replace("\n", "\\n"))
            sys.stdout.flush()
    print(f"1..{number}")


if __name__ == "__main__":
    main()
