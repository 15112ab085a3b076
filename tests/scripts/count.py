#!/usr/bin/env python3
"""Counts the test cases that `meson test` ran: names those that did not pass, then prints
"N passed, N failed".

usage: count.py [NAME=passed|NAME=failed]... LOG_DIR...

LOG_DIR is a meson-logs, which holds testlog.json and testlog.junit.xml; NAME is a check that passed or
failed as a whole.

A test that was skipped has failed, and so has a program that broke down without failing a case, and a
log that is not there: what was not run is not known to work. The exit status is 0 when all passed.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as xml


def plain(name):
    """A program's name without the suites and the project that Meson puts before it, by its version:
    "project:suite / name" or "suite - project:name"."""
    return name.rsplit(" / ", 1)[-1].rsplit(":", 1)[-1]


def cases(path):
    """Each test case of a JUnit file: its program, its name, and whether it passed."""
    for suite in xml.parse(path).getroot().iter("testsuite"):
        # Meson has programs without cases in a suite of the project, which has no program's name.
        if ":" not in suite.get("name"):
            continue
        for case in suite.iter("testcase"):
            bad = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
            yield plain(suite.get("name")), case.get("name"), not bad


def programs(path):
    """Each program of a run: its name, and whether all of it went well."""
    for line in path.read_text().splitlines():
        program = json.loads(line)
        yield plain(program["name"]), program["result"] == "OK"


def among(program, names):
    """Whether a program is among these names of suites; GoogleTest's come after the program's name."""
    return any(name == program or name.startswith(program + ".") for name in names)


def main(arguments):
    passed, failed = 0, []
    for argument in arguments:
        name, is_check, verdict = argument.partition("=")
        if is_check and verdict == "passed":
            passed += 1
        elif is_check:
            failed.append(name)
        if is_check:
            continue
        log_dir = pathlib.Path(argument)
        try:
            seen, blamed = set(), set()
            for program, name, good in cases(log_dir / "testlog.junit.xml"):
                seen.add(program)
                if good:
                    passed += 1
                else:
                    failed.append(f"{log_dir.parent}: {program}: {name}")
                    blamed.add(program)
            for program, good in programs(log_dir / "testlog.json"):
                if good:
                    passed += 0 if among(program, seen) else 1
                elif not among(program, blamed):
                    failed.append(f"{log_dir.parent}: {program}: broke down")
        except (OSError, xml.ParseError, ValueError) as problem:
            failed.append(f"{log_dir}: {problem}")
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
