#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a recording costs: each workload alone and under each tracer, as ratios to the unrecorded run.

usage: bench.py [--short] [--bare] [--seconds N] [--rounds N] [--workloads NAME,...] [--tracers NAME,...] SNUG STORM FOLDER

Rounds: in each, every workload runs twice without a tracer, of which the second counts, and then once under each, one right
after the other, so that a slow moment of the machine hits all of them alike. A ratio is that of two neighbours, and what is shown is
the median over the rounds. Writes bench.md and bench.json into FOLDER and prints the first. Nothing is asserted.
As many rounds are made as fit into the time; a workload that would not end in time is not begun again. What is absent
is left out, and said.

As root, snug is measured as an ordinary user (uid 65534), too. Everything that is started is a descendant of this
program, and ended with it, however it ends.
"""
import argparse
import contextlib
import ctypes
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

NOBODY = 65534
WARM = 0.5  # seconds: what a recorder learns at the start is not the steady state
MEASURED = 1.0
STARTS = 5  # of a container, in a row
PATIENCE = 60  # seconds, for any one thing to happen
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class Failed(Exception):
    """A measurement that came to nothing; says why."""


# Processes.


def status_of(pid):
    """The fields of /proc/PID/stat after the name, which may hold anything; None when it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def descendants(root):
    parents = {}
    for name in os.listdir("/proc"):
        fields = status_of(name) if name.isdigit() else None
        if fields and fields[0] not in "ZX":
            parents[int(name)] = int(fields[1])
    found, grew = {root}, True
    while grew:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        grew = bool(more)
        found |= more
    return sorted(found - {root})


def link_of(pid, name):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/{name}")
    return ""


def reap(kept):
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid not in kept:
            os.waitpid(ended.si_pid, 0)


def end_all(but=()):
    """Everything that we started: orphans come to us, as the subreaper."""
    kept = {pid for root in but for pid in (root, *descendants(root))}
    while pids := set(descendants(os.getpid())) - kept:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        reap(kept)
        time.sleep(0.02)
    reap(kept)


def wait_until(true, what):
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise Failed(f"waited in vain for {what}")
        time.sleep(0.02)


def output_of(command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=PATIENCE, check=False, **options)
    if done.returncode:
        raise Failed(f"'{command[0]}' ended with {done.returncode}: {(done.stderr.strip().splitlines() or [''])[-1]}")
    return done.stdout


class Watch(threading.Thread):
    """The recorder's own memory and processor time, while something is measured."""

    def __init__(self, tracer, process):
        super().__init__(daemon=True)
        self.root, self.program = tracer.recorder(process)
        self.over = threading.Event()
        self.first = self.last = None
        self.memory = 0  # KiB
        self.start()

    def look(self):
        cpu = 0
        for pid in [self.root, *descendants(self.root)]:
            fields = status_of(pid)
            if not fields or link_of(pid, "exe") != self.program:
                continue
            cpu += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/status", encoding="utf-8") as file:
                    self.memory = max(self.memory, *map(int, re.findall(r"VmHWM:\s*(\d+)", file.read())), 0)
        if cpu or not self.last:
            self.last = (time.monotonic(), cpu)
        self.first = self.first or self.last

    def run(self):
        while not self.over.is_set():
            self.look()
            self.over.wait(0.25)

    def stop(self):
        """Processor share (1 = one processor) and the most memory (MiB)."""
        self.over.set()
        self.join()
        elapsed = self.last[0] - self.first[0]
        return (self.last[1] - self.first[1]) / elapsed if elapsed else None, self.memory / 1024


# Tracers. Each turns a command into one that runs it traced.


class Tracer:
    """One column: `before` stands before the command of a workload; {trace} in it is a file for what is written."""

    def __init__(self, name, before=(), user=None, base="native"):
        self.name, self.before, self.user, self.base = name, before, user, base
        self.program = os.path.realpath(shutil.which(before[0]) or "") if before else ""

    def command(self, bench, command):
        before = [word.format(trace=bench.trace) for word in self.before]
        drop = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"] if self.user else []
        return drop + before + [shutil.which(command[0]) or command[0], *command[1:]]

    def recorder(self, process):
        """Whose memory and processor time it takes: a process, with those of its descendants that run its program."""
        return process.pid, self.program

    def check(self, bench):
        """Whether all was recorded."""
        if self.program == bench.snug:
            bench.check_trace(bench.trace)

    def absent(self, bench):
        """Why it cannot be used here, None when it can."""
        if self.before and not self.program:
            return f"no {self.before[0]}"
        try:
            bench.end(bench.start(self, ["true"]))
            self.check(bench)
        except (Failed, OSError) as failure:
            return str(failure)
        return None


class Bare(Tracer):
    """A kernel interface alone, without a recorder: the floor for those that use it. Only a column when asked for."""


class OneWord(Tracer):
    """bpftrace takes the command as one word, which it splits at spaces."""

    def command(self, bench, command):
        words = super().command(bench, command)
        return words[:len(self.before)] + [" ".join(words[len(self.before):])]


class Container(Tracer):
    """The command in a container of this machine's own root, under runc: alone, or seen by `snug listen`."""

    def __init__(self, name, listener=None):
        super().__init__(name, base="container")
        self.listener = listener

    def command(self, bench, command):
        bundle = os.path.join(bench.folder, "bundle")
        os.makedirs(bundle, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(bundle, "config.json"))
        output_of(["runc", "spec", "--bundle", bundle])
        with open(os.path.join(bundle, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        process, linux = config["process"], config["linux"]
        process.update(terminal=False, args=super().command(bench, command), cwd=bench.data)
        for kind in "bounding", "effective", "permitted":
            process["capabilities"][kind] = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_SETGID", "CAP_SETUID"]
        config["root"] = {"path": bench.root(), "readonly": True}
        config["mounts"].append({"destination": bench.folder, "source": bench.folder, "type": "bind", "options": ["rbind"]})
        config["annotations"] = {"snug.name": bench.name}
        linux["namespaces"] = [space for space in linux["namespaces"] if space["type"] != "network"]
        linux["cgroupsPath"] = f"/{bench.name}"
        linux["seccomp"] = self.listener.profile() if self.listener else None
        with open(os.path.join(bundle, "config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        return [*bench.runc(), "run", "--bundle", bundle, bench.name]

    def recorder(self, process):
        return (self.listener.process.pid, self.listener.program) if self.listener else super().recorder(process)

    def check(self, bench):
        if self.listener:
            self.listener.check(bench)

    def absent(self, bench):
        if os.geteuid() != 0 or not shutil.which("runc"):
            return "containers need root and runc"
        if self.listener:
            self.listener.start(bench)
        return super().absent(bench)


class Listener:
    """`snug listen`, for all measurements that ask for it."""

    def __init__(self, snug, *options):
        self.program, self.options, self.process, self.folder = snug, options, None, None

    def start(self, bench):
        self.folder = os.path.join(bench.folder, "listen" + "".join(self.options))
        socket_path = self.folder + ".socket"
        self.process = subprocess.Popen([self.program, "listen", "-o", self.folder, "-s", socket_path, *self.options],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        bench.kept.append(self.process.pid)
        wait_until(lambda: os.path.exists(socket_path) and os.path.exists(self.folder + "/record.json"), "snug listen")

    def profile(self):
        self.forget()
        with open(os.path.join(self.folder, "record.json"), encoding="utf-8") as file:
            return json.load(file)

    def traces(self):
        return [os.path.join(self.folder, name) for name in os.listdir(self.folder) if name.endswith(".trace.json")]

    def forget(self):
        for trace in self.traces():
            os.remove(trace)

    def check(self, bench):
        wait_until(self.traces, "the container's trace")
        for trace in self.traces():
            bench.check_trace(trace)


def tracers_for(snug, bare):
    record = [snug, "record", "--output={trace}"]
    tracers = [Tracer("native"), Tracer("native again", ["env"])]  # how far two runs that are alike differ
    tracers += [Bare(f"bare {mode}", [bare, mode]) for mode in BARE]
    if os.geteuid() == 0:
        tracers += [
            Tracer("snug auto", [*record, "--recorder=auto", "--"]),
            Tracer("snug tracefs", [*record, "--recorder=tracefs", "--"]),
            Tracer("snug ptrace", [*record, "--recorder=ptrace", "--"]),
        ]
    return tracers + [
        Tracer("snug as user", [*record, "--"], user=NOBODY if os.geteuid() == 0 else None),
        Tracer("strace -f", ["strace", "-f", "-o", "/dev/null"]),
        Tracer("strace --seccomp-bpf", ["strace", "-f", "--seccomp-bpf", "-e", "trace=file,network", "-o", "/dev/null"]),
        Tracer("perf trace -s", ["perf", "trace", "-s", "-o", "/dev/null", "--"]),
        OneWord("bpftrace count", ["bpftrace", "-q", "-o", "/dev/null", "-e",
                                  "tracepoint:raw_syscalls:sys_enter {{ @[args->id] = count(); }}", "-c"]),
        Container("container"),
        Container("snug listen", Listener(snug)),
        Container("listen --recorder notify", Listener(snug, "--recorder", "notify")),
    ]


# What the table says of them.
BARE = {
    "filter": "under a seccomp filter that lets all pass",
    "event": "while the kernel traces one call that is never made",
    "stop": "stopped by ptrace at calls about files, of which nothing but the path is read",
    "notify": "asked by a seccomp notification about the same calls",
}


# Workloads. Each returns a rate: work a second.


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Bench:
    """Where measurements take place."""

    def __init__(self, options, folder):
        self.snug, self.storm = options.snug, options.storm
        self.folder, self.data = folder, os.path.join(folder, "data")
        self.trace = os.path.join(self.data, "trace.json")
        self.kept = []  # processes that outlive a measurement
        self.name = f"snug-bench-{os.getpid()}"
        self.root_mount = os.path.join(folder, "root")
        self.training = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../samples/training/train.py"))
        os.mkdir(self.data)
        if os.geteuid() == 0:
            os.chown(self.data, NOBODY, NOBODY)

    def start(self, tracer, command):
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.trace)
        with open(os.path.join(self.folder, "errors"), "wb") as errors:
            return subprocess.Popen(tracer.command(self, command), cwd=self.data, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=errors, start_new_session=True)

    def end(self, process, by_signal=0):
        """Waits for it; what it printed. A tracer passes its program's end on as a status, or as the signal itself."""
        try:
            output = process.communicate(timeout=PATIENCE)[0].decode()
        except subprocess.TimeoutExpired:
            raise Failed("did not end") from None
        if process.returncode not in (0, by_signal and 128 + by_signal, -by_signal):
            with open(os.path.join(self.folder, "errors"), encoding="utf-8", errors="replace") as errors:
                raise Failed(f"status {process.returncode}: {(errors.read().strip().splitlines() or [''])[-1]}")
        return output

    def traced_program(self, process, name):
        """The process that runs the program `name`: a tracer need not pass on a signal."""
        for pid in [process.pid, *descendants(process.pid)]:
            if os.path.basename(link_of(pid, "exe")) == name:
                return pid
        return None

    @contextlib.contextmanager
    def server(self, tracer, command, port):
        process = self.start(tracer, command)
        name = os.path.basename(os.path.realpath(shutil.which(command[0])))
        try:
            wait_until(lambda: process.poll() is not None or listens(port), f"port {port}")
            yield process
            pid = self.traced_program(process, name)
            if not pid:
                self.end(process)
                raise Failed(f"{command[0]} has ended")
            os.kill(pid, signal.SIGTERM)
            self.end(process, by_signal=signal.SIGTERM)
        finally:
            end_all(but=self.kept)

    def check_trace(self, path):
        with open(path, encoding="utf-8") as file:
            if not all(run["complete"] for run in json.load(file)["runs"]):
                raise Failed("the trace is incomplete")

    def runc(self):
        return ["runc", "--root", os.path.join(self.folder, "runc")]

    def root(self):
        """This machine's own root, as a mount that a container can have; gone with our mount namespace."""
        if not os.path.isdir(self.root_mount):
            os.mkdir(self.root_mount)
            # Read-only, so that nothing that removes folders at the end can reach the machine through it.
            output_of(["mount", "--bind", "--options", "ro", "/", self.root_mount])
        return self.root_mount

    def close(self):
        end_all()
        if os.path.isdir(os.path.join(self.folder, "runc", self.name)):
            output_of([*self.runc(), "delete", "--force", self.name])
        if os.path.isdir(self.root_mount):
            output_of(["umount", "--lazy", self.root_mount])


def measure_redis(bench, tracer):
    port = free_port()
    client = ["redis-benchmark", "-p", str(port), "-t", "get,set", "-c", "20", "--csv", "-n"]
    server = ["redis-server", "--port", str(port), "--save", "", "--dir", bench.data]
    with bench.server(tracer, server, port) as process:
        output_of([*client, "8000"])
        watch = Watch(tracer, process)
        rates = re.findall(r'^"(?:GET|SET)","([\d.]+)"', output_of([*client, "25000"]), re.MULTILINE)
        usage = watch.stop()
    if len(rates) != 2:
        raise Failed("redis-benchmark printed no rates")
    return statistics.harmonic_mean(map(float, rates)), usage


NGINX = """daemon off; worker_processes 1; pid {data}/nginx.pid; error_log stderr;
events {{ }}
http {{
	access_log off; client_body_temp_path {data}/1; proxy_temp_path {data}/2; fastcgi_temp_path {data}/3;
	uwsgi_temp_path {data}/4; scgi_temp_path {data}/5;
	{more}
	server {{ listen 127.0.0.1:{port}; root {data}; }}
}}
"""


def measure_nginx(bench, tracer, more=""):
    port = free_port()
    page = os.path.join(bench.data, "index.html")
    configuration = os.path.join(bench.folder, "nginx.conf")
    for path, content in (page, "hello\n"), (configuration, NGINX.format(data=bench.data, port=port, more=more)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(path, 0o644)
    client = ["wrk", "-t", "1", "-c", "8", f"http://127.0.0.1:{port}/index.html", "-d"]
    with bench.server(tracer, ["nginx", "-e", "stderr", "-c", configuration], port) as process:
        output_of([*client, "1s"])
        watch = Watch(tracer, process)
        output = output_of([*client, "2s"])
        usage = watch.stop()
    rate = re.search(r"^Requests/sec:\s*([\d.]+)", output, re.MULTILINE)
    if not rate or "Non-2xx" in output:
        raise Failed("wrk was not served")
    return float(rate[1]), usage


def measure_nginx_cached(bench, tracer):
    return measure_nginx(bench, tracer, "open_file_cache max=10; open_file_cache_valid 1h;")


def measure_training(bench, tracer):
    results = os.path.join(bench.data, "results")
    shutil.rmtree(results, ignore_errors=True)
    os.mkdir(results)
    os.chmod(results, 0o777)
    begin = time.monotonic()
    process = bench.start(tracer, ["/usr/bin/python3", bench.training, results])
    watch = Watch(tracer, process)
    bench.end(process)
    return 1 / (time.monotonic() - begin), watch.stop()


def measure_storm(kind):
    def measure(bench, tracer):
        process = bench.start(tracer, [bench.storm, kind, str(WARM), str(MEASURED)])
        time.sleep(WARM)
        watch = Watch(tracer, process)
        return float(bench.end(process)), watch.stop()
    return measure


def measure_bystander(bench, tracer):
    """A program that nobody traces, beside a recording in which nothing happens."""
    process = bench.start(tracer, ["sleep", str(PATIENCE)])
    try:
        wait_until(lambda: bench.traced_program(process, "sleep"), "the traced program")
        watch = Watch(tracer, process)
        rate = float(output_of([bench.storm, "getppid", str(WARM), str(MEASURED)], cwd=bench.data))
        usage = watch.stop()
        os.kill(bench.traced_program(process, "sleep"), signal.SIGTERM)
        bench.end(process, by_signal=signal.SIGTERM)
    finally:
        end_all(but=bench.kept)
    return rate, usage


def measure_start(bench, tracer):
    begin = time.monotonic()
    for _ in range(STARTS):
        process = bench.start(tracer, ["true"])
        bench.end(process)
    return STARTS / (time.monotonic() - begin), (None, 0)


# Name, what it needs, how it is measured, what it is.
WORKLOADS = (
    ("redis", ("redis-server", "redis-benchmark"), measure_redis, "redis: GET and SET, 20 clients"),
    ("nginx-cached", ("nginx", "wrk"), measure_nginx_cached, "nginx: a small file, from its cache of open files"),
    ("nginx", ("nginx", "wrk"), measure_nginx, "nginx: a small file, one open a request"),
    ("training", ("/usr/bin/python3", "/usr/lib/python3/dist-packages/sklearn"), measure_training, "a training run in Python"),
    ("programs", (), measure_storm("programs"), "a storm of fork and exec"),
    ("files", (), measure_storm("files"), "a storm of stat and open"),
    ("getppid", (), measure_storm("getppid"), "a loop of getppid"),
    ("bystander", ("sleep",), measure_bystander, "a loop of getppid that is not recorded, beside a recording"),
)


# What --short chooses.
SHORT = ("redis", "nginx-cached", "nginx", "training", "files")
SHORT_TRACERS = ("native again", "snug auto", "snug as user", "strace --seccomp-bpf")


def absent_needs(needs):
    missing = [need for need in needs if not (os.path.exists(need) if need[0] == "/" else shutil.which(need))]
    return f"no {', '.join(missing)}" if missing else None


# Name, what is measured in a container.
CONTAINED = (
    ("container-start", (), measure_start, "a container that runs true"),
    *(row for row in WORKLOADS if row[0] in ("redis", "nginx-cached", "nginx", "files")),
)


# Rounds.


class Cell:
    """A workload under a tracer: a measurement each round, or why there is none."""

    def __init__(self):
        self.rates, self.ratios, self.shares, self.memory, self.reason = [], [], [], 0.0, None

    def add(self, rate, usage, native):
        self.rates.append(rate)
        self.ratios.append(rate / native)
        self.shares += [share for share in usage[:1] if share is not None]
        self.memory = max(self.memory, usage[1])

    def as_data(self):
        if not self.rates:
            return {"absent": self.reason}
        return {
            "rate": statistics.median(self.rates), "rates": self.rates,
            "ratio": statistics.median(self.ratios), "ratios": self.ratios,
            "recorder_processors": statistics.median(self.shares) if self.shares else None,
            "recorder_memory_mib": round(self.memory, 1), "trouble": self.reason,
        }


def measure(bench, row, tracer):
    try:
        rate, usage = row[2](bench, tracer)
        tracer.check(bench)
        return rate, usage, None
    except (Failed, OSError, ValueError, subprocess.TimeoutExpired) as failure:
        return None, None, str(failure)
    finally:
        end_all(but=bench.kept)


class Clock:
    """How much of the time is left, and what each workload took the last time."""

    def __init__(self, seconds):
        self.end, self.took = time.monotonic() + seconds, {}

    def allows(self, name):
        return time.monotonic() + self.took.get(name, 0) < self.end

    @contextlib.contextmanager
    def timed(self, name):
        begin = time.monotonic()
        yield
        self.took[name] = time.monotonic() - begin


def one_round(bench, group, clock):
    """Returns whether there was time for all of it."""
    for row in group.rows:
        name = group.title, row[0]
        if not clock.allows(name):
            for tracer in group.tracers:
                group.cells.setdefault((row[0], tracer.name), Cell()).reason = "no time was left for as many rounds"
            return False
        with clock.timed(name):
            one_row(bench, row, group.tracers, group.cells)
    return True


def one_row(bench, row, tracers, cells):
    """The first run of a workload finds the machine as the one before has left it: it is not counted."""
    native = None
    measure(bench, row, tracers[0])
    for tracer in tracers:
        cell = cells.setdefault((row[0], tracer.name), Cell())
        if native is None and tracer is not tracers[0]:
            cell.reason = "not measured: the native run failed"
            continue
        rate, usage, reason = measure(bench, row, tracer)
        print(f"{row[0]}, {tracer.name}: {reason or figure(rate)}", file=sys.stderr)
        cell.reason = reason or cell.reason
        if rate:
            native = native or rate
            cell.add(rate, usage, native)


def figure(value):
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def table(title, rows, tracers, cells):
    """Markdown; the reasons of empty cells are its footnotes."""
    reasons = []

    def show(cell, value):
        if cell.reason and cell.reason not in reasons:
            reasons.append(cell.reason)
        mark = f" ({reasons.index(cell.reason) + 1})" if cell.reason else ""
        return (value(cell) if cell.rates else "–") + mark

    lines = [f"| {title} | per second | " + " | ".join(tracer.name for tracer in tracers[1:]) + " |",
             "|---" * (len(tracers) + 1) + "|"]
    for row in rows:
        of_row = [cells[row[0], tracer.name] for tracer in tracers]
        values = [show(of_row[0], lambda cell: figure(statistics.median(cell.rates)))]
        values += [show(cell, lambda cell: f"{statistics.median(cell.ratios):.2f}") for cell in of_row[1:]]
        lines.append(f"| {row[3]} | " + " | ".join(values) + " |")
    for title, value in (("most memory of the recorder, MiB", lambda cell: cell.memory), ("its processors, at most",
                         lambda cell: max(cell.shares, default=0))):
        most = [max((value(cells[row[0], tracer.name]) for row in rows), default=0) for tracer in tracers[1:]]
        lines.append(f"| {title} | | " + " | ".join(f"{x:.2g}" if x else "–" for x in most) + " |")
    return lines + [""] + [f"({i}) {reason}  " for i, reason in enumerate(reasons, 1)]


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^(?:model name|CPU implementer)\s*:\s*(.*)", file.read(), re.MULTILINE)
    return {"kernel": platform.release(), "architecture": platform.machine(), "processors": len(os.sched_getaffinity(0)),
            "processor": model[1] if model else "unknown", "load_before": os.getloadavg()[0]}


class Group:
    """A table: its workloads, its tracers, of which the first is what the others are compared with."""

    def __init__(self, title, rows, tracers):
        self.title, self.rows, self.tracers, self.cells = title, rows, tracers, {}


def usable(bench, tracers, absent):
    found = []
    for tracer in tracers:
        reason = tracer.absent(bench)
        if reason:
            absent[tracer.name] = reason
        else:
            found.append(tracer)
    return found


def chosen(names, rows):
    return [row for row in rows if not names or row[0] in names.split(",")]


def is_chosen(tracer, options):
    if isinstance(tracer, Bare) and options.floors:
        return True
    return tracer.name in options.tracers.split(",") if options.tracers else not isinstance(tracer, Bare)


def make_groups(bench, options, absent):
    tracers = [tracer for tracer in tracers_for(bench.snug, options.bare) if not isinstance(tracer, Bare) or is_chosen(tracer, options)]
    tracers = usable(bench, tracers, absent)
    groups = []
    for title, rows, base in (("workload", WORKLOADS, "native"), ("in a container", CONTAINED, "container")):
        rows = chosen(options.workloads, rows)
        for row in rows:
            if reason := absent_needs(row[1]):
                absent[row[3]] = reason
        rows = [row for row in rows if row[3] not in absent]
        of_base = [tracer for tracer in tracers if tracer.base == base]
        of_base = of_base[:1] + [tracer for tracer in of_base[1:] if is_chosen(tracer, options)]
        if rows and len(of_base) > 1:
            groups.append(Group(title, rows, of_base))
    return groups


def run_rounds(bench, groups, options):
    clock = Clock(options.seconds)
    rounds = 0
    while rounds < options.rounds and all([one_round(bench, group, clock) for group in groups]):
        rounds += 1
        print(f"round {rounds} of {options.rounds}", file=sys.stderr)
    return rounds


def report(groups, rounds, absent, about):
    lines = []
    for group in groups:
        lines += table(group.title, group.rows, group.tracers, group.cells) + [""]
    lines.append(f"Ratios to the unrecorded run (1 = costs nothing), medians of {rounds} rounds, each with all columns side by side. "
                 f"Linux {about['kernel']}, {about['architecture']}, {about['processors']} processors ({about['processor']}), "
                 f"load {about['load_before']:.1f} before the first round.")
    shown = {tracer.name for group in groups for tracer in group.tracers}
    floors = [f"{mode}, {what}" for mode, what in BARE.items() if f"bare {mode}" in shown]
    if floors:
        lines += ["", "Bare: the floor of this machine for any recorder of that kind. " + "; ".join(floors) + "."]
    lines += ["", *(f"* Left out: {name}: {reason}" for name, reason in absent.items())]
    return "\n".join(lines).rstrip() + "\n"


def write_results(folder, text, data):
    os.makedirs(folder, exist_ok=True)
    for name, content in ("bench.md", text), ("bench.json", json.dumps(data, indent=1, sort_keys=True) + "\n"):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)


def private_mounts():
    """As root: a mount namespace of our own, with the tracing that perf and bpftrace read."""
    if os.geteuid() != 0 or os.environ.get("SNUG_BENCH_PRIVATE") or not shutil.which("unshare"):
        return
    os.environ["SNUG_BENCH_PRIVATE"] = "yes"
    mount = "mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; exec \"$@\""
    os.execvp("unshare", ["unshare", "--mount", "sh", "-c", mount, "sh", "/usr/bin/python3", *sys.argv])


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true", help="a minute or two: " + ", ".join(SHORT))
    parser.add_argument("--seconds", type=int, default=540, help="no workload is begun that would end later than this")
    parser.add_argument("--rounds", type=int, default=5, help="at most")
    parser.add_argument("--workloads", metavar="NAME,...", help=", ".join(row[0] for row in (*WORKLOADS, CONTAINED[0])))
    parser.add_argument("--tracers", metavar="NAME,...", help="columns")
    parser.add_argument("--bare", dest="floors", action="store_true", help="the floors beside them: what kernel interfaces cost alone")
    parser.add_argument("--guest", action="store_true", help="instead: paths by event probes and by stops, in a virtual machine")
    parser.add_argument("--logs", action="store_true", help="instead: snug import beside other readers of large logs; see logs.py")
    parser.add_argument("snug")
    parser.add_argument("storm", help="with bare beside it")
    parser.add_argument("folder")
    options = parser.parse_args()
    if options.short:
        options.workloads = options.workloads or ",".join(SHORT)
        options.tracers = options.tracers or ",".join(SHORT_TRACERS)
    return options


def interrupted(number, _frame):
    sys.exit(128 + number)


def main():
    options = parse_options()
    if options.guest:
        guest = os.path.join(os.path.dirname(os.path.realpath(__file__)), "guest.sh")
        os.execv(guest, [guest, options.snug, options.storm])
    if options.logs:
        logs = os.path.join(os.path.dirname(os.path.realpath(__file__)), "logs.py")
        os.execv(logs, [logs, options.snug, options.folder])
    private_mounts()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, interrupted)
    absent = {}
    with tempfile.TemporaryDirectory(prefix="snug-bench.") as folder:
        os.chmod(folder, 0o755)
        options.bare = os.path.join(os.path.dirname(options.storm), "bare")
        for name in "snug", "storm", "bare":  # where an ordinary user may run them
            setattr(options, name, shutil.copy(getattr(options, name), os.path.join(folder, name)))
        bench = Bench(options, folder)
        try:
            about = machine()
            groups = make_groups(bench, options, absent)
            rounds = run_rounds(bench, groups, options)
        finally:
            bench.close()
    text = report(groups, rounds, absent, about)
    cells = {group.title: {row[0]: {tracer.name: group.cells[row[0], tracer.name].as_data() for tracer in group.tracers}
                           for row in group.rows} for group in groups}
    write_results(options.folder, text, {"machine": about, "rounds": rounds, "absent": absent, "results": cells})
    print(text)


if __name__ == "__main__":
    main()
