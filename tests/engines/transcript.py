#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the transcripts with which a page begins, and holds what the commands print against what the page says that they print.

usage: transcript.py PAGE.md

The commands run one after another in the current folder. A line "..." on the page stands for any lines. What differs from run to
run is left out of the comparison: ids, durations, and the order of lines, since a test and what it starts talk at the same time.
Ends with 1 if a command prints something else, which is then shown as the page would have it.
"""
import collections
import re
import subprocess
import sys

VARYING = (
    (r"\b[0-9a-f]{12}\b", "ID"),	# containers, images
    (r"\b[0-9a-f]{7}\]", "COMMIT]"),
    (r"\b\d+\.\d+ ?s\b", "DURATION"),
    # What the tables of snug say, which grow.
    (r"\bneeds \d+ rules\b", "needs N rules"),
    (r"\*\*Refuses\*\* \d+ of the \d+ (.*)\(\d+ %\)", r"**Refuses** N of the N \1(N %)"),
)


def transcript(page):
    """[(command, [line it prints])] of the blocks that begin with a prompt, down to the second heading."""
    steps = []
    for block in re.findall(r"^```\n(.*?)^```", page.split("\n## ")[0], re.MULTILINE | re.DOTALL):
        for line in block.splitlines() if block.startswith("$ ") else ():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def lines_of(text_lines):
    """The lines that count, each as often as it is there."""
    lines = [line.rstrip() for line in text_lines]
    for pattern, word in VARYING:
        lines = [re.sub(pattern, word, line) for line in lines]
    return collections.Counter(line for line in lines if line)


def fits(said, printed):
    said, printed = lines_of(said), lines_of(printed)
    if said.pop("...", 0):
        return not said - printed
    return said == printed


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        steps = transcript(file.read())
    good = True
    for command, said in steps:
        done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        printed = done.stdout.splitlines()
        same = fits(said, printed)
        good = good and same
        print(f"$ {command}", *printed, f"-- status {done.returncode}, {'as' if same else 'NOT what'} the page says", sep="\n", flush=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
