#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares two config.json of a container: every byte but those of linux.seccomp must be the same.

usage: same_but_seccomp.py BEFORE AFTER

Python's own JSON reader says where the value ends, and what it says.
"""
import json
import re
import sys


def cut(path):
    """The bytes around the value, and the value; a missing member is its place, and no comma."""
    with open(path, "rb") as file:
        text = file.read().decode("latin-1")
    read = json.loads(text)
    if "seccomp" not in read["linux"]:
        return None, text, None
    at = next(found.end() for found in re.finditer(r'"seccomp"\s*:\s*', text)
              if json.JSONDecoder().raw_decode(text, found.end())[0] == read["linux"]["seccomp"])
    value, end = json.JSONDecoder().raw_decode(text, at)
    return text[:at], text[end:], value


(head, tail, base), (new_head, new_tail, profile) = cut(sys.argv[1]), cut(sys.argv[2])
if head is None:
    added = re.search(r',?\s*"seccomp"\s*:\s*$', new_head)
    head, tail = new_head[:added.start()], tail[added.start():]
    new_head = head
if (head, tail) != (new_head, new_tail):
    sys.exit("other bytes differ")
if profile.pop("snug.base", "missing") != base or "listenerPath" not in profile:
    sys.exit("seccomp is not the record profile with the former one as its base")
