# SPDX-License-Identifier: Apache-2.0
"""Processes and threads that are killed, stopped and continued in the middle of everything. usage: kill_storm.py SEED"""
import os
import random
import signal
import sys
import threading
import time

ROUNDS = 40
SIGNALS = [signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT, signal.SIGTERM]


def look():
    for _ in range(50):
        os.stat("/")


def be_busy():
    for _ in range(3):
        threading.Thread(target=look).start()
    for _ in range(100):
        child = os.fork()
        if child == 0:
            os.stat("/etc")
            os._exit(0)
        os.waitpid(child, 0)
    os._exit(0)


def main():
    random.seed(int(sys.argv[1]))
    children = []
    for _ in range(ROUNDS):
        child = os.fork()
        if child == 0:
            be_busy()
        children.append(child)
        if random.random() < 0.7:
            time.sleep(random.random() * 0.02)
            os.kill(random.choice(children), random.choice(SIGNALS))
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print("over")


main()
