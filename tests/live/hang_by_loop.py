# SPDX-License-Identifier: Apache-2.0
"""Makes a process run in a circle from the instruction on that it comes to next. usage: hang_by_loop.py PID"""
import os
import platform
import signal
import sys
import time

# A jump to itself.
CIRCLES = {
    "x86_64": b"\xeb\xfe",              # Intel SDM, JMP rel8
    "aarch64": b"\x00\x00\x00\x14",     # Arm ARM, B with imm26 0
}


def main():
    pid = int(sys.argv[1])
    words = []
    while len(words) < 3:   # "running" is no place yet: proc_pid_syscall(5)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.05)
        with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
            words = file.read().split()
        if len(words) < 3:
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.01)
    with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
        memory.seek(int(words[-1], 16))
        memory.write(CIRCLES[platform.machine()])
    os.kill(pid, signal.SIGCONT)


main()
