#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# What was done while audit wrote the log "calls" beside this file: run in an empty folder /srv/shop with a folder "dir", as
#	env -i /usr/bin/python3 -I -S acts.py
# under "auditctl -a always,exit -F arch=b64 -S all -F auid=N", Linux 6.18. Left out of the log: PROCTITLE, and what python itself loads.
import ctypes
import fcntl
import os
import socket


def refused(act):
    try:
        act()
    except OSError:
        pass


os.chdir('/srv/shop')
fd = os.open('dir', os.O_RDONLY|os.O_DIRECTORY)
os.close(os.open('file', os.O_WRONLY|os.O_CREAT, dir_fd=fd))
os.close(os.open('file', os.O_RDONLY, dir_fd=fd))
os.rename('dir/file', 'dir/file2')
os.link('dir/file2', 'dir/hard')
os.symlink('file2', 'dir/sym')
os.readlink('dir/sym')
os.stat('dir/sym')
os.lstat('dir/sym')
os.chmod('dir/file2', 0o600)
f = os.open('dir/file2', os.O_RDWR)
os.fchmod(f, 0o644)
fcntl.flock(f, fcntl.LOCK_EX)
os.ftruncate(f, 0)
os.unlink('dir/hard')
os.mkdir('dir/sub')
os.rmdir('../shop/dir/sub')
refused(lambda: os.open('dir/none', os.O_RDONLY))
refused(lambda: os.unlink('dir/none'))
refused(lambda: os.mkdir('dir'))
os.fchdir(fd)
os.stat('..')
os.open('file2', os.O_RDONLY)
s = socket.socket(socket.AF_INET)
s.bind(('127.0.0.1', 0))
s.listen()
c = socket.create_connection(s.getsockname())
s.accept()
u = socket.socket(socket.AF_UNIX)
u.bind('sock')
u.listen()
v = socket.socket(socket.AF_UNIX)
v.connect('sock')
os.kill(os.getpid(), 0)
os.kill(os.getppid(), 0)
p = os.fork()
if p == 0:
    os.open('file2', os.O_RDONLY, dir_fd=fd)
    os.execv('/bin/sh', ['sh', '-c', 'exec cat file2 >/dev/null'])
os.waitpid(p, 0)
libc = ctypes.CDLL(None)
open('a', 'w')
open('b', 'w')
libc.renameat2(-100, b'a', -100, b'b', 2)  # RENAME_EXCHANGE
os.close(os.open('/srv/shop', os.O_TMPFILE|os.O_RDWR))
open('script', 'w').write('#!/bin/sh\ntrue\n')
os.chmod('script', 0o755)
os.system('./script')
