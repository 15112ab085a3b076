#!/usr/bin/env python3
"""Checks that each function that makes a message is known to the test which compares the texts with docs/errors.md. Prints
TAP.

usage: messages.py FOLDER_OF_HEADERS TEST

The test compares the texts that it makes itself. So a function that it does not call could make any text.
"""

import pathlib
import re
import sys

MAKER = re.compile(r"^(?:Report|DeviceMessage) (\w+)\(([^)]*)\);", re.MULTILINE)
# The caller has the text, which begins with it. It is another function of the same folder.
TAKES_THE_TEXT = "std::string text"


def main():
    folder, test = map(pathlib.Path, sys.argv[1:])
    tested = set(re.findall(r"\b(\w+)\(", test.read_text(encoding="utf-8")))
    names = sorted({name for header in folder.glob("*.h")
                    for name, parameters in MAKER.findall(header.read_text(encoding="utf-8"))
                    if TAKES_THE_TEXT not in parameters})
    for number, name in enumerate(names, 1):
        print(f"{'ok' if name in tested else 'not ok'} {number} - {test.name} makes the texts of {name}()")
    print(f"1..{len(names)}")
    return 0 if names and tested.issuperset(names) else 1


sys.exit(main())
