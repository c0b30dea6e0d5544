#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A user-space file system whose server takes each request and never answers it: silent_fuse.py FOLDER

Mounted without a library: fuse(4) and include/uapi/linux/fuse.h. Only FUSE_INIT is answered, without which the kernel
asks nothing. Prints a line for each request that it keeps. Ends, and the mount with it, when its standard input ends.
"""

import ctypes
import os
import select
import struct
import sys

FUSE_INIT = 26
IN_HEADER = struct.Struct("IIQQIIII")   # length, opcode, unique, node, uid, gid, pid, padding
OUT_HEADER = struct.Struct("IiQ")       # length, error, unique
INIT_OUT = struct.Struct("IIIIHHIIHHI28x")      # major, minor, max_readahead, flags, -, -, max_write, time_gran, …


def main():
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
        _, opcode, unique, *_ = IN_HEADER.unpack_from(request)
        if opcode == FUSE_INIT:
            body = INIT_OUT.pack(7, 31, 0, 0, 0, 0, 1 << 16, 1, 0, 0, 0)
            os.write(device, OUT_HEADER.pack(OUT_HEADER.size + len(body), 0, unique) + body)
            print("ready", flush=True)
        else:
            print("kept", opcode, flush=True)


main()
