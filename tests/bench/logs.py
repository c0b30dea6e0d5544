#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What reading a large log takes: `snug import` beside grep, `ausearch --raw` and aa-logprof.

usage: logs.py [--megabytes N] [--rounds N] SNUG FOLDER

Each kind of log_maker.py in turn; grep counts the records that snug is after. Compared is the processor's time, each round's with
that of grep in the same round; shown is the median. aa-logprof gets the beginning of the log only, and its
time is scaled up. Writes logs.md and logs.json into FOLDER and prints the first. Nothing is asserted.
"""
import argparse
import json
import os
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
LOGPROF = os.path.join(HERE, "../guest/logprof.py")
LOGPROF_MEGABYTES = 64
PROFILE = "abi <abi/3.0>,\nprofile ngx flags=(attach_disconnected,complain) {\n}\n"

# Kind, what grep looks for, the scope of the import, has it verdicts that aa-logprof reads, what it is.
LOGS = (
    ("others", 'profile="ngx', ("--profile=ngx",), True, "one record in a hundred is asked for"),
    ("verdicts", 'profile="ngx', ("--profile=ngx",), True, "AppArmor's verdicts, repeated"),
    ("filtered", "subj=docker-default", ("--profile=docker-default",), False, "calls that a filter logged, repeated"),
    ("calls", "type=(SYSCALL|PATH|CWD)", (), False, "all calls of a program, repeated"),
    ("distinct", "type=(SYSCALL|PATH|CWD)", (), False, "the same, by other names each time"),
)


def peak(pid):
    """The most memory of a process so far, KiB."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return int((re.search(r"VmHWM:\s*(\d+)", file.read()) or [0, 0])[1])
    except OSError:
        return 0


def run(command):
    """Processor seconds and MiB; None when it came to nothing."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    os.set_blocking(process.stdout.fileno(), False)
    memory, ended, looked = 0, 0, 0
    while not ended:
        if time.monotonic() > looked + 0.01:
            looked = time.monotonic()
            memory = max(memory, peak(process.pid))
        select.select([process.stdout], [], [], 0.01)
        if not process.stdout.read(1 << 20):  # not there yet, or no more of it
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            time.sleep(0 if ended else 0.001)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    return (usage.ru_utime + usage.ru_stime, memory / 1024) if process.returncode == 0 else None


def profiles(folder):
    """What aa-logprof reads and writes: a profile that allows nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    shutil.copytree("/etc/apparmor.d/abi", os.path.join(folder, "abi"))
    with open(os.path.join(folder, "ngx"), "w", encoding="utf-8") as file:
        file.write(PROFILE)


def measure_logprof(log, folder, size):
    part = min(size, LOGPROF_MEGABYTES << 20)
    begin = os.path.join(folder, "begin")
    with open(log, "rb") as source, open(begin, "wb") as file:
        file.write(source.read(part))
    profiles(os.path.join(folder, "profiles"))
    got = run(["/usr/bin/python3", LOGPROF, os.path.join(folder, "profiles"), begin])
    return got and (got[0] * size / part, got[1])


def measure(options, row, folder):
    """Tool → processor seconds and MiB."""
    kind, pattern, scope, has_verdicts, _ = row
    log, out = os.path.join(folder, "log"), os.path.join(folder, "trace.json")
    size = os.path.getsize(log)
    tools = {
        "grep": lambda: run(["grep", "-cE", pattern, log]),
        "snug import": lambda: run([options.snug, "import", *scope, "-o", out, log]),
    }
    if shutil.which("ausearch"):
        tools["ausearch --raw"] = lambda: run(["ausearch", "--raw", "-if", log])
    if has_verdicts and shutil.which("aa-logprof"):
        tools["aa-logprof"] = lambda: measure_logprof(log, folder, size)
    rounds = []
    for number in range(options.rounds):
        chosen = {name: tool for name, tool in tools.items() if number == 0 or name != "aa-logprof"}
        rounds.append({name: tool() for name, tool in chosen.items()})
        print(f"{kind}, round {number + 1}: " +
              ", ".join(f"{name} {got[0]:.2f} s" for name, got in rounds[-1].items() if got), file=sys.stderr)
    return {name: summary(rounds, name, size) for name in tools}


def summary(rounds, name, size):
    got = [(one["grep"][0], *one[name]) for one in rounds if one.get("grep") and one.get(name)]
    if not got:
        return None
    return {"megabytes_a_second": size / 1e6 / statistics.median(cpu for _, cpu, _ in got),
            "speed_of_grep": statistics.median(grep / cpu for grep, cpu, _ in got),
            "memory_mib": max(memory for _, _, memory in got)}


def show(result, what):
    return f"{result[what]:.2g}" if result else "–"


def report(results, options):
    tools = ["snug import", "ausearch --raw", "aa-logprof"]
    lines = [f"| a log of {options.megabytes} MiB | grep, MB a second | " + " | ".join(f"{tool}, of that | MiB" for tool in tools) + " |",
             "|---" * (2 + 2 * len(tools)) + "|"]
    for kind, *_, text in LOGS:
        result = results[kind]
        cells = [show(result.get(tool), what) for tool in tools for what in ("speed_of_grep", "memory_mib")]
        lines.append(f"| {text} | {result['grep']['megabytes_a_second']:.0f} | " + " | ".join(cells) + " |")
    lines += ["", f"Speed as a part of grep's, both by processor time, and the most memory; medians of {options.rounds} rounds. "
              f"aa-logprof: by the first {LOGPROF_MEGABYTES} MiB, one round. A tool that found nothing, or cannot read it, has a dash."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=1024, help="of each log")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("snug")
    parser.add_argument("folder")
    options = parser.parse_args()
    options.snug = os.path.realpath(options.snug)
    results = {}
    with tempfile.TemporaryDirectory(prefix="snug-logs.") as folder:
        for row in LOGS:
            with open(os.path.join(folder, "log"), "wb") as file:
                subprocess.run([os.path.join(HERE, "log_maker.py"), row[0], str(options.megabytes)], stdout=file, check=True)
            results[row[0]] = measure(options, row, folder)
    text = report(results, options)
    os.makedirs(options.folder, exist_ok=True)
    for name, content in ("logs.md", text), ("logs.json", json.dumps(results, indent=1, sort_keys=True) + "\n"):
        with open(os.path.join(options.folder, name), "w", encoding="utf-8") as file:
            file.write(content)
    print(text)


if __name__ == "__main__":
    main()
