# SPDX-License-Identifier: Apache-2.0
"""A seccomp profile as the tests look at it, and the test variant of it.

The variant refuses with an errno that the kernel never gives. So a refusal is a refusal: EPERM, ENOSYS and EFAULT may
also come from the kernel itself.
"""
import ctypes
import json

REFUSED = 155	# above the last errno of Linux (EHWPOISON, 133), below those that never leave the kernel (512 and up)
# Above the newest call of any kernel, by a margin: a call of tomorrow is refused too.
LAST = 600

libseccomp = ctypes.CDLL("libseccomp.so.2")
libseccomp.seccomp_syscall_resolve_num_arch.restype = ctypes.c_void_p
libc = ctypes.CDLL(None)
libc.free.argtypes = [ctypes.c_void_p]


def number_of(name):
    """On this machine's own ABI; negative when it has no such call."""
    return libseccomp.seccomp_syscall_resolve_name(name.encode())


def name_of(number):
    text = libseccomp.seccomp_syscall_resolve_num_arch(libseccomp.seccomp_arch_native(), number)
    if not text:
        return f"#{number}"
    name = ctypes.string_at(text).decode()
    libc.free(text)
    return name


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def allowed(profile):
    """Numbers of the calls that are allowed whatever their arguments, and of those where the arguments decide."""
    plain, conditional = set(), set()
    for group in profile["syscalls"]:
        if group["action"] == "SCMP_ACT_ALLOW":
            (conditional if group.get("args") else plain).update(map(number_of, group["names"]))
    return {number for number in plain if number >= 0}, {number for number in conditional - plain if number >= 0}


def variant(profile):
    """The same profile, but for the answer to what it refuses.

    Docker 20.10 drops defaultErrnoRet without a word (moby, api/types/seccomp.go has no such field), runc and crun
    know it: so the variant says its answer a second time, for each call by its name.
    """
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    plain, conditional = allowed(profile)
    others = [name_of(number) for number in range(LAST + 1) if number not in plain | conditional]
    refusals = {"names": [name for name in others if not name.startswith("#")],
                "action": "SCMP_ACT_ERRNO", "errnoRet": REFUSED}
    groups = [group for group in profile["syscalls"] if group["action"] == "SCMP_ACT_ALLOW"]
    return {**profile, "defaultErrnoRet": REFUSED, "syscalls": groups + [refusals]}


def write(profile, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(profile, file, indent=1)
