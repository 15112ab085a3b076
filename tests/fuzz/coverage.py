#!/usr/bin/env python3
"""Reads the output of `llvm-cov export -summary-only`. Prints how much of each file in a directory ran.

usage: coverage.py DIRECTORY <SUMMARY

The exit status is 1 if no line of a source file ran. A header without code does not count.
"""

import json
import pathlib
import sys


def tell(name, covered, count):
    print(f"{name!s:26} {covered:5} of {count:5} lines {100 * covered // max(count, 1):4}%")


def main(directory):
    directory = pathlib.Path(directory).resolve()
    lines = {}
    for unit in json.load(sys.stdin)["data"]:
        for file in unit["files"]:
            path = pathlib.Path(file["filename"]).resolve()
            if path.is_relative_to(directory) and file["summary"]["lines"]["count"] != 0:
                lines[path] = file["summary"]["lines"]
    for path in directory.rglob("*.cpp"):
        lines.setdefault(path, {"covered": 0, "count": 0})
    for path, count in sorted(lines.items()):
        tell(path.relative_to(directory), count["covered"], count["count"])
    tell("all", *(sum(line[key] for line in lines.values()) for key in ("covered", "count")))
    without = [path for path, line in lines.items() if line["covered"] == 0]
    for path in without:
        print(f"no line ran: {path.relative_to(directory)}")
    return 1 if without or not lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
