#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Large logs out of the real records of tests/import, for the benchmark.

usage: log_maker.py KIND MEGABYTES >LOG

Each round of the records is one later run of the same programs: other times, serials and processes. KIND:

others     all of a machine's records, one in a hundred of which is of the profile "ngx"
verdicts   AppArmor's verdicts on one profile, the same again and again
filtered   what a seccomp filter logged: a record a call
calls      every call of a program that does the same again and again, with its names, addresses and descriptors
distinct   the same, and each time by other names
"""
import os
import re
import sys

PIDS = 30000  # of the default pid_max
RECORDS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../import")
OTHERS = """type=USER_START msg=audit(1700000000.123:5): pid=4004 uid=0 auid=0 ses=63 subj=unconfined msg='op=PAM:session_open \
grantors=pam_loginuid,pam_env,pam_permit acct="root" exe="/usr/sbin/cron" hostname=? addr=? terminal=cron res=success'
type=CRED_DISP msg=audit(1700000000.123:6): pid=4005 uid=0 auid=0 ses=63 subj=unconfined msg='op=PAM:setcred \
grantors=pam_permit acct="root" exe="/usr/sbin/cron" hostname=? addr=? terminal=cron res=success'
type=PROCTITLE msg=audit(1700000000.123:7): proctitle=2F7573722F7362696E2F6E67696E78002D67006461656D6F6E206F66663B
type=SERVICE_START msg=audit(1700000000.123:8): pid=1 uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='unit=logrotate \
comm="systemd" exe="/usr/lib/systemd/systemd" hostname=? addr=? terminal=? res=success'
"""


def read(name):
    with open(os.path.join(RECORDS, name), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def verdicts():
    return "".join(line + "\n" for line in read("apparmor").split("\n") if re.match(r'type=AVC .* profile="ngx', line))


def of_others():
    return (OTHERS * 5 + read("calls")[:20000] + verdicts().replace('profile="ngx', 'profile="other')) * 5 + verdicts()


KINDS = {
    "others": of_others,
    "verdicts": verdicts,
    "filtered": lambda: "".join(re.findall(r"(?m)type=SECCOMP.*\n", read("seccomp"))),
    "calls": lambda: read("calls"),
    "distinct": lambda: re.sub(r'( name="[^"]*[a-z])"', r'\1-{round}"', read("calls")),
}


def as_format(text):
    """A format string, and how many serials and processes it takes: those of a round follow each other."""
    serials, processes = {}, {}

    def stamp(match):
        number = serials.setdefault(match[1], len(serials))
        return f"audit({{time}}.123:{{serials[{number}]}})"

    def process(match):
        number = processes.setdefault(match[2], len(processes))
        return f"{match[1]}{{pids[{number}]}}"

    text = re.sub(r"audit\(\d+\.\d+:(\d+)\)", stamp, text.replace("{", "{{").replace("}", "}}").replace("{{round}}", "{round}"))
    return re.sub(r"\b([op]?pid=)(\d+)", process, text), len(serials), len(processes)


def main():
    kind, size = sys.argv[1], int(sys.argv[2]) << 20
    form, count, processes = as_format(KINDS[kind]())
    written = number = 0
    with open(sys.stdout.fileno(), "w", encoding="utf-8", errors="surrogateescape", buffering=1 << 20) as out:
        while written < size:
            number += 1
            first, pid = number * count, 1000 + number * processes % PIDS
            written += out.write(form.format(time=1700000000 + number, round=number, pids=range(pid, pid + processes),
                                             serials=range(first, first + count)))


if __name__ == "__main__":
    main()
