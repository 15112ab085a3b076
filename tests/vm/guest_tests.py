#!/usr/bin/env python3
"""Runs the tests that need no device of a cross build in the guest, in one boot. Prints TAP.

usage: guest_tests.py BUILD_DIR LEFT_OUT PART PARTS RUN_SH [RUN_SH_ARGUMENT...]

LEFT_OUT is a file with a line for each test that does not run there: the name, a tab, the reason. PART, from 0, is the
share of the tests to run, of PARTS. A guest uses one processor, so that the parts can run beside each other.
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# A program that says no more than its exit status becomes one point.
ONE_POINT = 'if "$@"; then echo "ok 1 - it succeeds"; else echo "not ok 1 - it succeeds"; fi; echo 1..1'
IN_FRONT = {"tap": [], "gtest": ["sh", str(HERE / "gtest_tap.sh")], "exitcode": ["sh", "-c", ONE_POINT, "sh"]}


def suites(test):
    return {suite.split(":")[-1] for suite in test["suite"]}


def main(build, left_out, part, parts, *run_sh):
    reasons = dict(line.split("\t", 1) for line in pathlib.Path(left_out).read_text().splitlines()
                   if line and not line.startswith("#"))
    tests = json.loads(subprocess.run(["meson", "introspect", "--tests", build], check=True,
                                      capture_output=True, text=True).stdout)
    programs = []
    able = [test for test in tests if not suites(test) & {"vm", "bench"} and test["name"] not in reasons]
    for test in able[int(part)::int(parts)]:
        environment = [f"{name}={value}" for name, value in test["env"].items()]
        programs += ["--program", test["name"], "--", "env", *environment, *IN_FRONT[test["protocol"]],
                     *test["cmd"], "--end"]
    for name, reason in reasons.items():
        print(f"# left out: {name}: {reason}", flush=True)
    command = ["sh", *run_sh, "--", "sh", str(HERE / "programs.sh"), *programs, "--only"]
    return subprocess.run(command, cwd=build, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
