#!/usr/bin/env python3
"""Compares v4l2cppsrc with v4l2src, and both with docs/guide/from-v4l2src.md. Prints TAP.

usage: from_v4l2src.py FACTS PAGE

FACTS is the program that prints what introspection knows of an element. Each difference must be in a table of the page,
with both values, and each difference in these tables must be one.
"""

import re
import subprocess
import sys

CODE = re.compile(r"`([^`]+)`")
failed = False
points = 0


def point(good, description, *explanations):
    global failed, points
    points += 1
    failed = failed or not good
    print(f"{'ok' if good else 'not ok'} {points} - {description}")
    if not good:
        for line in explanations:
            print(f"# {line}")


def facts_of(program, element):
    lines = subprocess.run([program, element], check=True, capture_output=True, text=True).stdout
    facts = dict(line.split("\t", 1) for line in lines.splitlines())
    # The descriptions are in each element's own words.
    return {name: value for name, value in facts.items() if not name.endswith(" text")}


def tables(page):
    """Returns the rows of the tables below each heading, as lists of cells."""
    found = {}
    heading = None
    for line in page.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|") and not line.startswith("|---"):
            found.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def value_in(cell):
    """Returns the value that a cell names; none for a dash."""
    code = CODE.search(cell)
    return code.group(1) if code else None


def is_own(name, value):
    """Whether an element declares this itself: v4l2src's must be in the first table, ours in the last."""
    words = name.split()
    if words[0] == "property" and len(words) == 2:
        return value == "its own"
    return words[0] in ("interface", "signal", "action")


def belongs_to_missing(name, theirs):
    """Whether the fact is of a property that v4l2src lacks, which has a row as a whole."""
    words = name.split()
    return words[0] == "property" and len(words) > 2 and f"property {words[1]}" not in theirs


def check_first_table(rows, theirs):
    named = {name for row in rows for name in CODE.findall(row[0])}
    for name, value in theirs.items():
        # What every source has is of GstBaseSrc.
        if is_own(name, value):
            point(name.split()[1] in named, f"the page has v4l2src's {name}")
    known = {name.split()[1] for name in theirs if len(name.split()) == 2}
    for name in sorted(named - known):
        point(False, f"v4l2src has {name}", "the first table has it, but v4l2src does not")


def check_differences(rows, theirs, ours):
    said = {name: (value_in(row[1]), value_in(row[2])) for row in rows for name in CODE.findall(row[0])}
    for row in rows:
        point(bool(row[3]), f"the page says why: {row[0]}")
    for name, value in theirs.items():
        if ours.get(name) == value and name not in said:
            continue
        actual = (value, ours.get(name))
        if actual[0] == actual[1]:
            point(False, f"{name} differs", "the page says that it differs, but both elements have " + value)
        else:
            point(said.get(name) == actual, f"the page has the difference in {name}",
                  f"the elements have {actual[0]} and {actual[1]}",
                  f"the page has {said[name]}" if name in said else "the page says nothing of it")
    for name in sorted(set(said) - set(theirs)):
        point(False, f"v4l2src has {name}", "the page says so")


def check_additions(rows, theirs, ours):
    named = {name for row in rows for name in CODE.findall(row[0])}
    more = {name for name in ours
            if name not in theirs and not name.startswith(("format ", "media type "))
            and not belongs_to_missing(name, theirs)}
    for name in sorted(named | more):
        point(name in named and name in more, f"only v4l2cppsrc has {name}",
              "the page has it" if name in named else "the page does not have it",
              "v4l2src has it too" if name in theirs else "v4l2src does not have it",
              "v4l2cppsrc has it" if name in ours else "v4l2cppsrc does not have it")


def main():
    program, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        page = tables(file.read())
    theirs = facts_of(program, "v4l2src")
    ours = facts_of(program, "v4l2cppsrc")
    check_first_table(page["What v4l2src has"][1:], theirs)
    check_differences(page["Differences"][1:], theirs, ours)
    check_additions(page["Only here"][1:], theirs, ours)
    print(f"1..{points}")
    return 1 if failed else 0


sys.exit(main())
