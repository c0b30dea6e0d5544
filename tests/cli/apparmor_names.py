#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random hostile file names: each must become exactly one rule, which matches its bytes and nothing else.

usage: apparmor_names.py SNUG ABI-FILE SEED
The oracle is the parser's own list of the expressions that it has compiled (-D rule-exprs).
"""
import json
import random
import re
import subprocess
import sys
import tempfile

SYNTAX = [b'"', b"'", b'?', b'*', b'**', b'[', b']', b'[a-z]', b'{', b'}', b'{a,b}', b'^', b'[^a]', b',', b'\\',
          b'\\\\', b'\\052', b'\\x2a', b'\\n', b'\n', b'\t', b'\r', b' ', b'#', b'#include <x>', b'include <x>', b'@',
          b'@{PROC}', b'@{', b'${X}', b'deny ', b'deny /x rw,', b'allow', b'owner ', b'audit ', b' rw,', b' r,\n  /** rw',
          b'->', b'<', b'>', b'(', b')', b'|', b'+', b'.', b'$', b'!', b'&', b';', b'=', b'%', b'~', b'`', b':', b'\x01',
          b'\x1b[31m', b'\x7f', b'\x80', b'\xff', b'\xc3\xa9', b'\xe2\x80\xae', b'\xed\xa0\x80', b'0', b'7', b'a', b'Z']


def hostile_name(rng):
    return b'/w/' + b''.join(rng.choice(SYNTAX) for _ in range(rng.randint(1, 6)))


def in_trace(name):
    """As trace files hold it: UTF-8 stands, a backslash is doubled, every other byte is \\xHH."""
    out = ''
    while name:
        for length in (1, 2, 3, 4):
            try:
                out += name[:length].decode('utf-8').replace('\\', '\\\\')
                name = name[length:]
                break
            except UnicodeDecodeError:
                continue
        else:
            out += '\\x%02x' % name[0]
            name = name[1:]
    return out


def trace_of(names):
    files = [{'access': ['read'], 'by': ['/usr/bin/app'], 'kind': 'file', 'outcome': 'ok', 'path': in_trace(name),
              'runs': ['r1']} for name in names]
    sections = ('capabilities', 'execs', 'mounts', 'network', 'notes', 'ptraces', 'signals', 'sockets', 'syscalls')
    trace = {section: [] for section in sections}
    run = {'abi': 'x86_64', 'command': ['app'], 'complete': True, 'duration_ms': '1', 'exhaustive': False, 'exit': 0,
           'id': 'r1', 'kernel': '6.1', 'lost': {}, 'no_new_privs': False, 'recorder': 'ptrace',
           'start': '2026-11-22T00:00:00Z', 'user': '0:0'}
    trace.update({'format': 'snug-trace/1', 'files': files, 'limits': {}, 'runs': [run]})
    return trace


def compiled(snug, abi, names):
    """The expressions of the profile for these names, in the parser's notation."""
    with tempfile.NamedTemporaryFile('w', suffix='.json') as trace, tempfile.NamedTemporaryFile('wb') as profile:
        json.dump(trace_of(names), trace)
        trace.flush()
        profile.write(subprocess.run([snug, 'emit', '--format=apparmor', '--name=app', '--project=test', trace.name],
                                     check=True, stdout=subprocess.PIPE).stdout)
        profile.flush()
        dump = subprocess.run(['apparmor_parser', '--features-file', abi, '-Q', '-K', '--Werror', '-D', 'rule-exprs',
                               profile.name], capture_output=True)
        if dump.returncode:
            sys.exit(dump.stderr.decode(errors='replace'))
    return re.findall(rb'\nrule: .*?  ->  (.*?) \(0x[0-9a-f]+/', dump.stdout + dump.stderr, re.S)


def literally(name):
    """How the parser's list shows bytes that mean themselves (aare_rules, hfa's node dump)."""
    named = {7: b'\\a', 9: b'\\t', 10: b'\\n', 12: b'\\f', 13: b'\\r', 27: b'\\e'}
    out = b''
    for byte in name:
        if byte in named:
            out += named[byte]
        elif byte < 0x20 or byte > 0x7e:
            out += b'\\x%x' % byte
        elif byte in b' ()*+.[]|':
            out += b'\\%c' % byte
        else:
            out += b'%c' % byte
    return out


def main():
    snug, abi, seed = sys.argv[1:]
    rng = random.Random(int(seed))
    names = sorted({hostile_name(rng) for _ in range(60)} - {b'/w/'})
    names = [name for name in names if b'//' not in name and not name.endswith((b'/', b'/.', b'/..'))]
    without = compiled(snug, abi, [b'/w'])
    with_names = compiled(snug, abi, [b'/w', *names])
    for expression in without:
        with_names.remove(expression)
    got, want = sorted(with_names), sorted(literally(name) for name in names)
    for expression in set(got) ^ set(want):
        print('only', 'compiled' if expression in got else 'wanted', expression)
    if got != want:
        sys.exit(f'{len(got)} rules for {len(names)} names')


main()
