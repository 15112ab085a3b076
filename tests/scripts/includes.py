#!/usr/bin/env python3
"""Checks that includes run downwards, and prints TAP.

usage: includes.py LIBRARY FLOOR... [LIBRARY FLOOR...]

LIBRARY is a folder of the sources. FLOOR lists its rooms on one floor, such as "settings,stream", and the lowest
floor comes first. A file includes headers of its own room and of the floors below as "ROOM/HEADER". Those of an
earlier LIBRARY are below too. No header includes itself through others.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def libraries(arguments):
    """Returns the folder and the floors of each library, the lowest first."""
    found = []
    for argument in arguments:
        if "/" in argument:
            found.append((pathlib.Path(argument), []))
        else:
            found[-1][1].append(argument.split(","))
    return found


def main():
    height = {}  # of each room
    includes = {}  # of each file
    faults = []
    for base, (folder, floors) in enumerate(libraries(sys.argv[1:])):
        for floor, rooms in enumerate(floors):
            height.update((room, (base, floor)) for room in rooms)
        for path in sorted(folder.glob("*/*")):
            if path.suffix in (".h", ".cpp"):
                name = f"{path.parent.name}/{path.name}"
                if path.parent.name not in height:
                    faults.append(f"{name} is in a room that is on no floor")
                includes[name] = INCLUDE.findall(path.read_text(encoding="utf-8"))
    for name, seen in includes.items():
        room = name.split("/")[0]
        for header in seen:
            other = header.split("/")[0]
            if header not in includes:
                faults.append(f"{name} includes {header}, which is in no room")
            elif other != room and height[other] >= height[room]:
                faults.append(f"{name} includes {header}, which is not below it")

    done = set()

    def walk(name, way):
        if name in way:
            faults.append("a circle: " + " -> ".join(way[way.index(name):] + [name]))
        elif name not in done:
            for header in includes.get(name, []):
                walk(header, way + [name])
            done.add(name)

    for name in includes:
        walk(name, [])
    for fault in faults:
        print("#", fault)
    print("ok" if includes and not faults else "not ok", "1 - includes run downwards and in no circle")
    print("1..1")


main()
