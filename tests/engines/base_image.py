#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A root filesystem without a registry: the Debian packages that are installed here, as a tar archive.

usage: base_image.py ARCHIVE.tar [PACKAGE...] [-PACKAGE...]

Packs what a minimal Debian holds (essential and required packages, apt) and the named packages, with all that they
depend on. The package database goes along and no archive is configured, so that `apt-get update` and
`apt-get install PACKAGE` of an ordinary Dockerfile work without a network: there is nothing left to fetch.
Of -PACKAGE, and of what only it needs, the database knows, but the files stay at home: scikit-learn brings a
compiler of 600 megabytes that no run of it uses.
"""
import os
import re
import subprocess
import sys
import tempfile

STATUS = "/var/lib/dpkg/status"
INFO = "/var/lib/dpkg/info"
MERGED = re.compile(r"^/(bin|sbin|lib|lib32|lib64|libx32)(?=/)")
UNWANTED = re.compile(r"^/usr/share/(doc|man|info|locale|lintian|doc-base)/|^/(dev|proc|run|sys|tmp)(/|$)|\.pyc$")
# Owned by no package: made by maintainer scripts, or by debootstrap.
LOOSE = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/var/run", "/var/lock", "/etc/nsswitch.conf",
         "/etc/ld.so.cache", "/etc/environment", "/etc/localtime", "/etc/timezone", "/var/lib/dpkg/info/format",
         *(f"/etc/pam.d/common-{part}" for part in ("account", "auth", "password", "session", "session-noninteractive")))
EMPTY = {"dev": 0o755, "proc": 0o755, "sys": 0o755, "run": 0o755, "tmp": 0o1777, "root": 0o700,
         "var/cache/apt/archives/partial": 0o755, "var/lib/apt/lists/partial": 0o755, "var/log/apt": 0o755}


def stanzas():
    """Each installed package of this machine's own architecture: its fields, and the text that describes it."""
    native = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    with open(STATUS, encoding="utf-8") as file:
        for text in file.read().split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z-]+): (.*(?:\n .*)*)", text, re.MULTILINE))
            if fields.get("Status", "").endswith(" installed") and fields["Architecture"] in (native, "all"):
                yield fields, text


def names_in(dependencies):
    """'a (>= 1) | b:any, c' -> [['a', 'b'], ['c']]"""
    return [[re.sub(r"[\s:(\[<].*", "", one.strip()) for one in group.split("|")]
            for group in dependencies.split(",") if group.strip()]


def closure(packages, providers, wanted, hollow=()):
    chosen, left = {}, list(wanted)
    while left:
        name = left.pop()
        for package in providers.get(name, ()):
            if package in chosen or package in hollow:
                continue
            chosen[package] = True
            fields = packages[package][0]
            for group in names_in(fields.get("Depends", "") + "," + fields.get("Pre-Depends", "")):
                left += [one for one in group if one in providers]
    return sorted(chosen)


def owned_files(packages, chosen):
    for package in chosen:
        fields = packages[package][0]
        for stem in (package, f"{package}:{fields['Architecture']}"):
            path = f"{INFO}/{stem}.list"
            if not os.path.exists(path):
                continue
            with open(path, encoding="utf-8") as file:
                yield from file.read().split("\n")
            yield from (f"{INFO}/{name}" for name in os.listdir(INFO) if name.rpartition(".")[0] == stem)


def alternatives(files):
    """The links that update-alternatives made, where they end in the image."""
    for name in os.listdir("/var/lib/dpkg/alternatives"):
        record = f"/var/lib/dpkg/alternatives/{name}"
        with open(record, encoding="utf-8") as file:
            head = file.read().split("\n\n")[0].split("\n")[1:]
        # The link of the master, then name and link of each slave.
        for choice, link in [(name, head[0])] + list(zip(head[1::2], head[2::2])):
            chosen = f"/etc/alternatives/{choice}"
            if os.path.islink(chosen) and MERGED.sub(r"/usr/\1", os.readlink(chosen)) in files:
                yield from (record, chosen, MERGED.sub(r"/usr/\1", link))


def system_lines(path):
    """The users or groups that packages made; those of people stay at home."""
    with open(path, encoding="utf-8") as file:
        return "".join(line for line in file if not 1000 <= int(line.split(":")[2]) < 65000)


def pack(archive, packages, known, chosen):
    files = {MERGED.sub(r"/usr/\1", path) for path in owned_files(packages, chosen)} | set(LOOSE)
    files |= set(alternatives(files))
    files = {path for path in files if os.path.lexists(path) and not UNWANTED.search(path) and path not in ("/", "/.")}
    made = {"etc/passwd": system_lines("/etc/passwd"), "etc/group": system_lines("/etc/group"),
            "etc/apt/sources.list": "", "var/lib/dpkg/status": "".join(packages[name][1] + "\n\n" for name in known)}
    files -= {"/" + path for path in made} | {"/" + path for path in EMPTY}
    files = {path for path in files if not path.startswith(("/etc/apt/sources.list.d/", "/etc/apt/apt.conf.d/"))}
    with tempfile.TemporaryDirectory() as extra:
        for path, mode in EMPTY.items():
            os.makedirs(f"{extra}/{path}")
            os.chmod(f"{extra}/{path}", mode)
        for path, text in made.items():
            os.makedirs(os.path.dirname(f"{extra}/{path}"), exist_ok=True)
            with open(f"{extra}/{path}", "w", encoding="utf-8") as file:
                file.write(text)
        names = "\0".join(sorted(path[1:] for path in files))
        tar = ["tar", "--file", archive + ".new", "--numeric-owner", "--directory"]
        subprocess.run(tar + ["/", "--create", "--no-recursion", "--null", "--files-from", "-"],
                       input=names.encode("utf-8", "surrogateescape"), check=True)
        subprocess.run(tar + [extra, "--append", "--owner=0", "--group=0"] + sorted(set(EMPTY) | set(made)), check=True)
    os.replace(archive + ".new", archive)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    packages, providers = {}, {}
    for fields, text in stanzas():
        name = fields["Package"]
        packages[name] = fields, text
        for group in [[name]] + names_in(fields.get("Provides", "")):
            providers.setdefault(group[0], []).append(name)
    wanted = [name for name in sys.argv[2:] if not name.startswith("-")]
    hollow = [name[1:] for name in sys.argv[2:] if name.startswith("-")]
    absent = [name for name in wanted if name not in packages]
    if absent:
        sys.exit(f"base_image.py: not installed here: {' '.join(absent)}")
    wanted += ["apt"] + [name for name, (fields, _) in packages.items()
                         if fields.get("Essential") == "yes" or fields.get("Priority") == "required"]
    pack(sys.argv[1], packages, closure(packages, providers, wanted), closure(packages, providers, wanted, hollow))


if __name__ == "__main__":
    main()
