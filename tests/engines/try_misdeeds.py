#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Do what no server should in a container that runs under a profile, and see who refuses it.

usage: try_misdeeds.py FOLDER HELPER IMAGE

FOLDER holds what snug emitted. Each misdeed is done four times: with nothing in its way, with only the capability set,
with only the filter, with both; as it would be by an intruder, beside the server, in a container that serves. The
filter is the test variant of the profile, so that a refusal of its own can be told from one of the kernel.
Prints the table; exit status 1 if somebody did not refuse what he has to.
"""
import errno
import os
import subprocess
import sys

import seccomp_profile as profile

# CAP_SYS_RESOURCE is not to be had on every machine, not even as root.
EVERY_CAPABILITY = ["--cap-add=ALL", "--cap-drop=SYS_RESOURCE"]
FREE = ["--security-opt=apparmor=unconfined"]
# The kernel's words for "you have not the capability".
KERNEL_REFUSALS = {errno.EPERM, errno.EACCES}
# The ways in which the kernel itself turns a harmless form of a misdeed down after all permission was given.
HARMLESS = {
    "init_module": {errno.ENOEXEC, errno.ENOSYS, errno.EPERM},	# no module; no modules in this kernel; modules_disabled=1
    "swapon": {errno.ENOENT},	# no such file
    "reboot": {errno.EINVAL},	# wrong magic numbers
    "process_vm_readv": {errno.EFAULT},	# nothing is mapped there
    "io_uring_setup": {errno.EPERM, errno.ENOSYS},	# kernel.io_uring_disabled; not in this kernel
}


def cap_adds(folder):
    with open(os.path.join(folder, "cap-add.txt"), encoding="utf-8") as file:
        return file.read().split()


def situations(folder, variant):
    capabilities = ["--cap-drop=ALL"] + [f"--cap-add={name}" for name in cap_adds(folder)]
    seccomp = [f"--security-opt=seccomp={variant}"]
    unconfined = ["--security-opt=seccomp=unconfined"]
    return {"neither": unconfined + EVERY_CAPABILITY, "capabilities": unconfined + capabilities,
            "filter": seccomp + EVERY_CAPABILITY, "both": seccomp + capabilities}


def docker(*arguments):
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        sys.exit(f"try_misdeeds.py: docker {' '.join(arguments)}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def attempt(name, options, helper, image):
    """(what, syscall, capability) -> errno"""
    docker("run", "--detach", "--name", name, "--network", "none", *FREE, *options, "--volume", f"{helper}:/misdeed:ro", image)
    lines = docker("exec", "--user", "0", name, "/misdeed").splitlines()
    docker("rm", "--force", name)
    split = [line.split(" ", 3) for line in lines]
    return {(what, syscall, capability): int(error) for syscall, capability, error, what in split}


def expected(situation, syscall, capability, prof, granted, free):
    """The errnos that are right; `free` is the one with nothing in the way."""
    plain, conditional = profile.allowed(prof)
    by_filter = situation in ("filter", "both") and profile.number_of(syscall) not in plain
    by_capability = situation in ("capabilities", "both") and capability not in ["-", *granted]
    if by_filter:
        decided = profile.number_of(syscall) in conditional
        return {profile.REFUSED} | ({free} | KERNEL_REFUSALS if decided else set())
    if by_capability:
        return KERNEL_REFUSALS | ({errno.ENOSYS} if free == errno.ENOSYS else set())
    return {0} | HARMLESS.get(syscall, set())


def word(error):
    return {0: "done", profile.REFUSED: "filter"}.get(error, errno.errorcode.get(error, str(error)))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, helper, image = sys.argv[1:]
    prof = profile.load(os.path.join(folder, "seccomp.json"))
    profile.write(profile.variant(prof), "variant.json")
    columns = {name: attempt(f"misdeed-{name}", options, os.path.abspath(helper), image)
               for name, options in situations(folder, "variant.json").items()}
    granted, wrong = cap_adds(folder), 0
    print(f"{'':28}" + "".join(f"{name:14}" for name in columns))
    for what, syscall, capability in columns["neither"]:
        errors = {name: column[what, syscall, capability] for name, column in columns.items()}
        bad = [name for name, error in errors.items()
               if error not in expected(name, syscall, capability, prof, granted, errors["neither"])]
        wrong += len(bad)
        print(f"{what:28}" + "".join(f"{word(error):14}" for error in errors.values())
              + (f"WRONG: {', '.join(bad)}" if bad else ""))
    for name, refusals in (("capabilities", KERNEL_REFUSALS), ("filter", {profile.REFUSED})):
        count = sum(error in refusals and columns["neither"][key] == 0 for key, error in columns[name].items())
        print(f"{count} that succeed with nothing in their way are refused by the {name} alone")
        wrong += count < 6
    undone = [what for (what, _, _), error in columns["both"].items() if error == 0]
    print("nothing refuses: " + (", ".join(undone) or "nothing"))
    sys.exit(1 if wrong or undone else 0)


if __name__ == "__main__":
    main()
