#!/usr/bin/env python3
"""Counts the test cases that `meson test` ran. Names those that did not pass, then prints
"N passed, N failed".

usage: count.py [NAME=passed|NAME=failed]... LOG_DIR...

LOG_DIR is a meson-logs directory with testlog.json and testlog.junit.xml. NAME is a check that passed or
failed as a whole.

A skipped test counts as failed. So does a program that fails without a failed case, and so does a missing log.
A test that did not run is not known to work. The exit status is 0 when all passed.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as xml


def plain(name):
    """Returns a program's name without the suites and the project that Meson puts before it. Depending on its
    version that is "project:suite / name" or "suite - project:name"."""
    return name.rsplit(" / ", 1)[-1].rsplit(":", 1)[-1]


def cases(path):
    """Yields the program and the name of each test case of a JUnit file, and whether it passed."""
    for suite in xml.parse(path).getroot().iter("testsuite"):
        # Meson puts programs without cases into a suite with the project's name. It has no colon.
        if ":" not in suite.get("name"):
            continue
        for case in suite.iter("testcase"):
            bad = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
            yield plain(suite.get("name")), case.get("name"), not bad


def programs(path):
    """Yields the name of each program of a run, and whether all of it succeeded."""
    for line in path.read_text().splitlines():
        program = json.loads(line)
        yield plain(program["name"]), program["result"] == "OK"


def among(program, names):
    """Whether a program is among these suites. GoogleTest's suites follow the program's name."""
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
