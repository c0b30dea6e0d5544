#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hold a profile against every syscall that there is, in a real container.

usage: try_syscalls.py PROFILE HELPER docker IMAGE [DOCKER-OPTION...]
       try_syscalls.py PROFILE HELPER runc|crun BUNDLE

Runs try_syscall under the test variant of the profile: what the profile does not allow has to be refused, what it
allows must not be. Counts, and says what differs; exit status 1 if anything does. Writes into the current folder.
"""
import json
import os
import subprocess
import sys

import seccomp_profile as profile

ENOSYS, EPERM = 38, 1
# With every argument they wait, for ever: not tried where the profile allows them.
WAITING = ("pause",)
# uretprobe and uprobe of x86_64: since Linux 6.14 they pass every filter (kernel/seccomp.c, seccomp_uprobe_exception);
# the kernel ends a process that has no probe there.
EXEMPT = {335, 336} if os.uname().machine == "x86_64" else set()
SECONDS = 60


class Docker:
    def __init__(self, helper, variant, image, options):
        profile.write(variant, "variant.json")
        self.command = ["docker", "run", "--rm", "--network", "none", "--user", "0",
                        "--security-opt", "seccomp=variant.json", *options,
                        "--volume", f"{helper}:/try_syscall:ro", "--entrypoint", "/try_syscall", image]

    def run(self, arguments):
        return self.command + arguments


class Bundle:
    def __init__(self, helper, variant, runtime, folder):
        self.runtime = runtime
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            self.spec = json.load(file)
        self.spec["root"]["path"] = os.path.join(folder, "rootfs")
        self.spec["linux"]["seccomp"] = variant
        self.spec["mounts"].append({"destination": "/try_syscall", "type": "bind", "source": helper,
                                    "options": ["bind", "ro"]})

    def run(self, arguments):
        self.spec["process"]["args"] = ["/try_syscall"] + arguments
        profile.write(self.spec, "config.json")
        return [self.runtime, "run", f"try-syscalls-{os.getpid()}"]


def run(engine, abi, first, last):
    """The lines of one run of the helper: (number, errno), errno None in the last one if it did not return."""
    try:
        done = subprocess.run(engine.run([abi, str(first), str(last)]), capture_output=True, text=True,
                              timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        sys.exit(f"try_syscalls.py: no answer in {SECONDS} s")
    answers = [line.split() for line in done.stdout.split("\n") if line]
    if not answers:
        sys.exit(f"try_syscalls.py: the helper said nothing, status {done.returncode}: {done.stderr.strip()}")
    return [(int(words[0]), int(words[1]) if len(words) > 1 else None) for words in answers]


def try_all(engine, left_out):
    """What each native call answered; None where it ended the process, which is no refusal."""
    answers, first = {}, 0
    for stop in sorted(left_out) + [profile.LAST + 1]:
        while first < stop:
            lines = run(engine, "native", first, stop - 1)
            answers.update(lines)
            first = lines[-1][0] + 1
        first = stop + 1
    return answers


def refusals_of_unknown(name):
    """What stands for a refusal of a number that libseccomp has no name for.

    runc answers ENOSYS above the newest call that the filter names, unless the profile's own answer is that already, as
    in what snug emits (libcontainer/seccomp/patchbpf); Docker 20.10 knows no other answer than EPERM.
    """
    return {"docker": {profile.REFUSED, ENOSYS, EPERM}, "runc": {profile.REFUSED, ENOSYS}, "crun": {profile.REFUSED}}[name]


def differences(engine, prof, unknown):
    plain, conditional = profile.allowed(prof)
    left_out = {profile.number_of(name) for name in WAITING} & (plain | conditional)
    answers = try_all(engine, left_out)
    refused = 0
    for number, answer in sorted(answers.items()):
        name = profile.name_of(number)
        is_refusal = answer in (unknown if name.startswith("#") else {profile.REFUSED})
        refused += is_refusal
        if number not in conditional | EXEMPT and is_refusal == (number in plain):
            yield f"{name} ({number}) is {'refused' if is_refusal else 'not refused'}: {answer}"
    if len(answers) + len(left_out) != profile.LAST + 1:
        yield f"only {len(answers)} of {profile.LAST + 1} calls were tried"
    print(f"{refused} calls refused, {len(answers) - refused} not")


def foreign_abis(engine, prof):
    """Calls by another ABI of the same processor: a filter that only knows numbers would let them through."""
    for abi, architecture in (("x32", "SCMP_ARCH_X32"), ("i386", "SCMP_ARCH_X86")):
        if os.uname().machine != "x86_64" or architecture in prof["architectures"]:
            continue
        (number, answer), = run(engine, abi, 20, 20)
        if answer not in (None, profile.REFUSED):
            yield f"call {number} of {abi} is not refused: {answer}"


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    path, helper, kind, where, *options = sys.argv[1:]
    prof = profile.load(path)
    if kind == "docker":
        engine = Docker(os.path.abspath(helper), profile.variant(prof), where, options)
    else:
        engine = Bundle(os.path.abspath(helper), profile.variant(prof), kind, os.path.abspath(where))
    found = [*differences(engine, prof, refusals_of_unknown(kind)), *foreign_abis(engine, prof)]
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
