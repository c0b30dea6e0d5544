#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A user-space file system whose server takes each request and never answers it: silent_fuse.py FOLDER [hollow]

Mounted without a library: fuse(4) and include/uapi/linux/fuse.h. Only FUSE_INIT is answered, without which the kernel
asks nothing; "hollow": every name is a file, too, which can be looked at and opened, and whose content never comes.
Prints a line for each request that it keeps. Ends, and the mount with it, when its standard input ends.
"""

import ctypes
import os
import select
import struct
import sys

FUSE_LOOKUP, FUSE_GETATTR, FUSE_OPEN, FUSE_INIT = 1, 3, 14, 26
IN_HEADER = struct.Struct("IIQQIIII")   # length, opcode, unique, node, uid, gid, pid, padding
OUT_HEADER = struct.Struct("IiQ")       # length, error, unique
INIT_OUT = struct.Struct("IIIIHHIIHHI28x")      # major, minor, max_readahead, flags, -, -, max_write, time_gran, …
ENTRY_OUT = struct.Struct("QQQQII")      # node, generation, how long both are valid: seconds, nanoseconds
ATTR_OUT = struct.Struct("QII")         # how long it is valid
ATTR = struct.Struct("QQQQQQIIIIIIIIII")        # ino, size, blocks, times, mode, nlink, uid, gid, rdev, blksize, flags
OPEN_OUT = struct.Struct("QII")         # handle, flags, -
ROOT, FILE = 1, 2                       # nodes
VALID = 3600                            # seconds


def attributes(node):
    mode = 0o40755 if node == ROOT else 0o100644
    return ATTR.pack(node, 4096, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def hollow_answer(opcode, node):
    """What is said of a file before it is read; None for what is kept."""
    if opcode == FUSE_LOOKUP:
        return ENTRY_OUT.pack(FILE, 0, VALID, VALID, 0, 0) + attributes(FILE)
    if opcode == FUSE_GETATTR:
        return ATTR_OUT.pack(VALID, 0, 0) + attributes(node)
    return OPEN_OUT.pack(0, 0, 0) if opcode == FUSE_OPEN else None


def main():
    hollow = sys.argv[2:] == ["hollow"]
    folder = sys.argv[1]
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"silent", os.fsencode(folder), b"fuse.silent", 0, options.encode()) != 0:
        sys.exit(f"cannot mount: {os.strerror(ctypes.get_errno())}")
    while True:
        ready, _, _ = select.select([device, sys.stdin], [], [])
        if sys.stdin in ready:
            break
        request = os.read(device, 1 << 17)
        _, opcode, unique, node, *_ = IN_HEADER.unpack_from(request)
        body = hollow_answer(opcode, node) if hollow else None
        if opcode == FUSE_INIT:
            body = INIT_OUT.pack(7, 31, 0, 0, 0, 0, 1 << 16, 1, 0, 0, 0)
        if body:
            os.write(device, OUT_HEADER.pack(OUT_HEADER.size + len(body), 0, unique) + body)
        print("kept" if not body else "ready" if opcode == FUSE_INIT else "answered", opcode, flush=True)


main()
