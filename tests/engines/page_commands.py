#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The commands in a page's blocks of code, so that a test can run what the page says.

usage: page_commands.py PAGE.md [HEADING]

Prints the blocks in their order, those below a heading only if one is named. In a block with lines that begin with "$ ", these
are the commands and the rest is what they print.
"""
import re
import sys


def blocks(page):
    """(the heading above, the lines) of every block: fenced, or indented by four."""
    heading, block, fenced = "", [], False
    for line in page.split("\n") + [""]:
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            block.append(line)
            continue
        elif line.startswith("    ") and not re.match(r"\s*[-*|]", line):
            block.append(line[4:])
            continue
        elif line.startswith("#"):
            heading = line.lstrip("# ")
        if block and not fenced:
            yield heading, block
            block = []


def commands(block):
    """A transcript's commands; a command that ends with a backslash goes on."""
    if not any(line.startswith("$ ") for line in block):
        yield from block
        return
    more = False
    for line in block:
        if line.startswith("$ ") or more:
            more = line.endswith("\\")
            yield line[2:]


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        found = [block for heading, block in blocks(file.read()) if heading == (sys.argv[2] if len(sys.argv) > 2 else heading)]
    if not found:
        sys.exit(f"page_commands.py: no block of code: {' '.join(sys.argv[1:])}")
    for block in found:
        print("\n".join(commands(block)))


if __name__ == "__main__":
    main()
