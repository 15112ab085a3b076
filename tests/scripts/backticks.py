#!/usr/bin/env python3
"""Checks that names in backticks exist, and prints TAP.

usage: backticks.py FOLDER...

The script reads comments that begin with `///` in the headers below FOLDER. A name in backticks there must be in the
declaration that follows, such as a parameter. A comment on a member or a type may also name others of the same
header. Any other name is stale after a change of the code, or is of other code and needs no backticks.
"""

import pathlib
import re
import sys

NAME = re.compile(r"`([A-Za-z_]\w*)`")


def code_of(lines):
    return "\n".join(line.split("//")[0] for line in lines)


def stale(path):
    """Yields the names that no declaration has, with their lines."""
    lines = path.read_text(encoding="utf-8").split("\n")
    commented = [line.lstrip().startswith("///") for line in lines] + [False]
    whole = set(re.findall(r"\w+", code_of(lines)))
    begin = 0
    while begin < len(lines):
        end = begin
        while commented[end]:
            end += 1
        after = end
        while after < len(lines) and lines[after].strip() and not commented[after]:
            after += 1
        declaration = code_of(lines[end:after])
        words = set(re.findall(r"\w+", declaration))
        if "(" not in declaration:
            words |= whole
        for name in NAME.findall("\n".join(lines[begin:end])):
            if name not in words:
                yield f"{path}:{begin + 1}: the declaration has no `{name}`"
        begin = max(end, begin + 1)


def main():
    files = [path for folder in sys.argv[1:] for path in sorted(pathlib.Path(folder).rglob("*.h"))]
    faults = [fault for path in files for fault in stale(path)]
    for fault in faults:
        print("#", fault)
    print("ok" if files and not faults else "not ok", "1 - names in backticks exist")
    print("1..1")


main()
