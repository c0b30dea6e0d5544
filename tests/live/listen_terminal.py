# SPDX-License-Identifier: Apache-2.0
"""A listener at a terminal: what keys, a shell and the terminal's end do to it, and what they never do to containers.

usage: listen_terminal.py SNUG FOLDER, within a folder that has ./container and ./bundle (bundle.sh); prints a line "ok ..."
a scene.
"""
import glob
import json
import os
import subprocess
import sys
import time

from terminal import FOLDER, PATIENCE, SNUG, Shell

TMP = os.path.join("bundle", "rootfs", "tmp")
WORK = """i=0; until [ -e /tmp/go.NAME ]; do cat /etc/passwd >/dev/null || exit 1; i=$((i + 1)); echo $i >/tmp/count.NAME; done"""


def until(holds, what):
    deadline = time.monotonic() + PATIENCE * 3
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} does not come true")
        time.sleep(0.05)


class Container:
    """One that makes calls until it is to end."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        environment = dict(os.environ, SNUG_RECORD=os.path.join(folder, "record.json"))
        self.process = subprocess.Popen(["./container", name, "crun", WORK.replace("NAME", name)], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)

    def count(self):
        try:
            with open(os.path.join(TMP, "count." + self.name), encoding="ascii") as file:
                return int(file.read() or 0)
        except FileNotFoundError:
            return 0

    def makes(self, rounds):
        goal = self.count() + rounds
        until(lambda: self.count() >= goal, f"{self.name}: {goal} rounds")

    def end(self):
        with open(os.path.join(TMP, "go." + self.name), "w", encoding="ascii"):
            pass
        if self.process.wait(PATIENCE) != 0:
            raise AssertionError(f"{self.name}: a call failed")

    def trace_is_whole(self):
        paths = glob.glob(os.path.join(self.folder, self.name + ".*.trace.json"))
        if len(paths) != 1:
            return False
        with open(paths[0], encoding="utf-8") as file:
            run, = json.load(file)["runs"]
        return run["complete"]


def listen(shell, name, *command):
    folder = os.path.join(FOLDER, name)
    shell.say(f"TERM=xterm {SNUG} listen -o {folder} -s {folder}.socket " + " ".join(command))
    if not command:
        shell.wait_for("listening;")
    return folder


def ends(shell, *containers):
    shell.type("\x03")
    shell.wait_for("waiting for containers that still run.*Ctrl-C again stops now")
    for container in containers:
        container.end()
    shell.say("echo status=$?")
    status = shell.wait_for(r"status=(\d+)").group(1)
    if status != "0" or not all(container.trace_is_whole() for container in containers):
        raise AssertionError(f"status {status}, or a trace is incomplete")


def suspended(shell):
    """Ctrl-Z: what runs is recorded on, what is new waits for bg or fg."""
    folder = listen(shell, "suspended")
    early = Container(folder, "early")
    early.makes(5)
    shell.type("\x1a")
    shell.wait_for("Stopped")
    early.makes(5)
    late = Container(folder, "late")
    early.makes(20)
    if late.count():
        raise AssertionError("a container began while the listener was stopped")
    shell.say("bg >/dev/null")
    late.makes(5)
    shell.wait_for("container late .*: recording")
    shell.type("\n")    # the prompt again, which the message has come behind
    shell.say("fg >/dev/null")
    shell.wait_for_foreground("snug")
    ends(shell, early, late)


def silenced(shell):
    """Ctrl-S: nothing is printed, and nobody waits for that."""
    folder = listen(shell, "silenced")
    early = Container(folder, "loud")
    early.makes(5)
    shell.type("\x13")
    early.makes(20)
    late = Container(folder, "mute")
    late.makes(20)
    early.makes(20)
    shell.type("\x11")
    ends(shell, early, late)


def interrupted_twice(shell):
    folder = listen(shell, "interrupted")
    container = Container(folder, "left")
    container.makes(5)
    shell.type("\x03")
    shell.wait_for("waiting for containers that still run")
    container.makes(5)
    shell.type("\x03")
    shell.wait_for("stopping while containers run: left: they go on without being recorded")
    shell.say("echo status=$?")
    shell.wait_for("status=124")
    container.makes(5)
    container.end()


def hung_up(shell):
    """The terminal is closed: what runs is recorded to its end."""
    folder = listen(shell, "hung")
    container = Container(folder, "orphan")
    container.makes(5)
    os.close(shell.fd)
    container.makes(20)
    container.end()
    until(lambda: not os.path.exists(folder + ".socket"), "the listener's end")
    until(container.trace_is_whole, "a whole trace")


def with_command(shell):
    """Ctrl-Z stops the command, too, and not its containers."""
    folder = listen(shell, "command", "--", "sh", "-c", "'echo begun; read x; echo got $x; exit 3'")
    shell.wait_for("begun")
    container = Container(folder, "beside")
    container.makes(5)
    shell.type("\x1a")
    shell.wait_for("Stopped")
    container.makes(20)
    shell.say("fg >/dev/null")
    shell.wait_for_foreground("snug")
    shell.type("word\n")
    shell.wait_for("got word")
    shell.wait_for("waiting for containers that still run")
    container.end()
    shell.say("echo status=$?")
    shell.wait_for("status=3")
    if not container.trace_is_whole():
        raise AssertionError("the trace is incomplete")


SCENES = {
    "Ctrl-Z, bg and fg": suspended,
    "Ctrl-S and Ctrl-Q": silenced,
    "Ctrl-C twice": interrupted_twice,
    "the terminal is closed": hung_up,
    "Ctrl-Z and fg with a command": with_command,
}


def main():
    for number, (name, scene) in enumerate(SCENES.items(), 1):
        fault = ""
        shell = Shell()
        shell.say("")
        try:
            scene(shell)
            if scene is not hung_up:
                shell.close()
        except (AssertionError, OSError, ValueError, subprocess.TimeoutExpired) as error:
            fault = f"{type(error).__name__}: {error}"
        print(f"{'not ' if fault else ''}ok {number} - {name}")
        if fault:
            print("# " + fault.replace("\n", "\\n"))
        sys.stdout.flush()
    print(f"1..{len(SCENES)}")


main()
