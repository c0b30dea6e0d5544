#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# usage: compare_profiles.py OURS THEIRS LOG
# What one profile allows and the other does not, a line each: "ours PATH PERMISSIONS", "theirs RULE". Of files, what both say of
# each name in the log, by the expressions that apparmor_parser makes of the rules; of all else, the rules as sets of words.
import re
import subprocess
import sys

LETTERS = {0x1: 'x', 0x2: 'w', 0x4: 'r', 0x8: 'a', 0x10: 'l', 0x20: 'k', 0x40: 'm'}  # of the owner; of others 14 bits higher


def expressions(profile):
    answer = subprocess.run(['apparmor_parser', '-Q', '-K', '-D', 'rule-exprs', '-o', '/dev/null', profile],
                            capture_output=True, text=True, check=True)
    found = []
    for line in (answer.stdout + answer.stderr).splitlines():
        rule = re.fullmatch(r'rule: (/.*?)  ->  .* \(0x([0-9a-f]+)/[0-9a-f]+\)<.*', line)
        if rule and ' deny (' not in line and r'\x00/' not in rule[1]:  # the second half of a link's rule
            found.append((re.compile(rule[1], re.DOTALL), int(rule[2], 16)))
    if not found:
        sys.exit(f'{profile}: no rules in what apparmor_parser says')
    return found


def allowed(rules, name):
    bits = 0
    for expression, mask in rules:
        if expression.fullmatch(name):
            bits |= mask | mask >> 14
    letters = {letter for bit, letter in LETTERS.items() if bits & bit}
    return letters - {'a'} if 'w' in letters else letters


def other_rules(profile):
    """Rules that are not about files, as words in order: aa-logprof writes lists as it likes, and drops what is implied."""
    found = set()
    for line in open(profile, errors='surrogateescape'):
        line = line.strip().rstrip(',')
        if re.match(r'(capability|network|signal|ptrace|mount|umount|unix|pivot_root|remount)\b', line):
            found.add(' '.join(sorted(re.sub(r'[(),]', ' ', line).split())))
    return found


def names(log):
    for line in open(log, errors='surrogateescape'):
        if 'apparmor="ALLOWED"' not in line:
            continue
        for field in re.findall(r' (?:name|target)=("[^"]*"|[0-9A-F]+)', line):
            name = field[1:-1] if field[0] == '"' else bytes.fromhex(field).decode(errors='surrogateescape')
            if name.startswith('/'):
                yield name


ours, theirs, log = sys.argv[1:]
one, other = expressions(ours), expressions(theirs)
for name in sorted(set(names(log))):
    mine, yours = allowed(one, name), allowed(other, name)
    for who, more in (('ours', mine - yours), ('theirs', yours - mine)):
        if more:
            print(who, name, ''.join(sorted(more)))
literals = sorted(set(names(log)))
for expression, _ in one:
    if not any(expression.fullmatch(name) for name in literals):
        print('ours', expression.pattern, 'which the log does not name')
mine, yours = other_rules(ours), other_rules(theirs)
for who, more in (('ours', mine - yours), ('theirs', yours - mine)):
    for rule in sorted(more):
        print(who, rule)
