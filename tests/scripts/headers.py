#!/usr/bin/env python3
"""Counts the project's headers that each file of a room sees, by way of others too, and prints TAP.

usage: headers.py [-v] LIBRARY... ROOM=LIMIT...

LIBRARY is a folder of the sources, whose rooms include one another by "ROOM/HEADER". A ROOM fails where a file of it
sees more than LIMIT headers; the file itself does not count. -v prints each file of the rooms, and how many headers
fewer it would see without each of its includes.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def seen(includes, name, without=None):
    """The headers that a file sees; `without` is an include of the file itself that is left out."""
    found = set()
    ahead = [header for header in includes[name] if header != without]
    while ahead:
        header = ahead.pop()
        if header not in found:
            found.add(header)
            ahead += includes.get(header, [])
    return found - {name}


def main():
    arguments = sys.argv[1:]
    verbose = "-v" in arguments
    includes = {}  # of each file
    limits = {}  # of each room
    for argument in arguments:
        if "=" in argument:
            room, limit = argument.split("=")
            limits[room] = int(limit)
        elif argument != "-v":
            for path in sorted(pathlib.Path(argument).glob("*/*")):
                if path.suffix in (".h", ".cpp"):
                    includes[f"{path.parent.name}/{path.name}"] = INCLUDE.findall(path.read_text(encoding="utf-8"))

    for number, (room, limit) in enumerate(limits.items(), 1):
        counts = {name: len(seen(includes, name)) for name in includes if name.split("/")[0] == room}
        for name, count in counts.items():
            if count > limit or verbose:
                print(f"# {name} sees {count} headers")
            for header in includes[name] if verbose else []:
                print(f"#   {count - len(seen(includes, name, without=header)):3} of them by {header} alone")
        fault = not counts or max(counts.values()) > limit
        print("not ok" if fault else "ok", f"{number} - a file of {room} sees at most {limit} of the project's headers")
    print(f"1..{len(limits)}")


main()
