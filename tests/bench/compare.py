#!/usr/bin/env python3
"""Measures a frame's cost in v4l2cppsrc, v4l2src, a bare capture loop and a pipeline without a camera.

usage: compare.py [--tap] BENCH PRELOAD_LIBRARY PLUGIN_DIR WORK_DIR [ROUNDS [FRAMES]]

All sources run in one program (bench.cpp) on the preload camera. That camera is always ready, and each of its
calls is one real system call. The sources run in turns, round by round, so that the machine's other work hits
all of them. Each ratio is taken within a round. The table has the medians of times and ratios. Counts come
from runs of their own, because counting costs time.

Prints a table and a list of requirements. Counts must be exact, and v4l2src must make more calls. Times have
goals. The exit status is 1 when a requirement or a goal was missed. With --tap each of them is a point, and the
table is a comment. A missed goal is then a TODO, which fails no test, since times do not depend on the code
alone. Writes in WORK_DIR only.
"""

import collections
import os
import re
import statistics
import subprocess
import sys

SOURCES = ("v4l2cppsrc", "v4l2src", "raw+fakesrc", "raw", "fakesrc")
CONSUMERS = ("discard", "read")
WARM_UP = 1000
COUNTED = 2000


class Bench:
    """Runs one source into one consumer."""

    def __init__(self, program, preload, plugin_dir, work_dir):
        self.program = program
        self.preload = preload
        self.work_dir = work_dir
        self.environment = dict(os.environ, GST_PLUGIN_PATH_1_0=plugin_dir,
                                GST_REGISTRY=os.path.join(work_dir, "registry.bin"))
        for name in ("LD_PRELOAD", "V4L2CPP_FAKE", "GST_DEBUG", "GST_TRACERS", "G_SLICE"):
            self.environment.pop(name, None)

    def run(self, source, consumer, frames, wrapper=(), **environment):
        """Returns nanoseconds per frame, and the allocations and page faults of all frames."""
        output = subprocess.run(
            [*wrapper, "env", f"LD_PRELOAD={self.preload}", self.program, source, consumer,
             str(WARM_UP), str(frames)],
            env=dict(self.environment, **environment), check=True, stdout=subprocess.PIPE,
            text=True).stdout
        nanoseconds, allocations, faults = output.split()
        return float(nanoseconds), int(allocations), int(faults)

    def counts(self, source, consumer):
        """Returns the system calls, by name, and the allocations of COUNTED frames."""
        log = os.path.join(self.work_dir, "calls")
        # GLib's slice allocator keeps small blocks. With this setting each block is a malloc().
        _, allocations, _ = self.run(source, consumer, COUNTED, ("strace", "-f", "-o", log),
                                     G_SLICE="always-malloc")
        return calls_between_marks(log), allocations


def calls_between_marks(log):
    """Returns the calls between the marks, of the thread that made the marks."""
    calls = collections.Counter()
    thread = None
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            call = re.match(r"(\d+) +(\w+)\(", line)  # neither a signal nor the second half of a call
            if not call:
                continue
            if '"bench: begin"' in line:
                thread = call[1]
            elif '"bench: end"' in line:
                break
            elif call[1] == thread:
                calls[call[2]] += 1
    return calls


class Verdicts:
    """The requirements and goals, each with its result."""

    def __init__(self):
        self.all = []

    def must(self, text, held):
        self.all.append((text, held, False))

    def goal(self, text, held):
        self.all.append((text, held, True))

    def print_tap(self):
        print(f"1..{len(self.all)}")
        for number, (text, held, is_goal) in enumerate(self.all, 1):
            todo = " # TODO a goal" if is_goal and not held else ""
            print(f"{'ok' if held else 'not ok'} {number} - {text}{todo}")
        return all(held or is_goal for _, held, is_goal in self.all)

    def print(self):
        for text, held, _ in self.all:
            print(f"{'held  ' if held else 'MISSED'}  {text}")
        return all(held for _, held, _ in self.all)


def measure(bench, rounds, frames):
    """Returns the times and the page faults of each case, one for each round."""
    times = collections.defaultdict(list)
    faults = collections.defaultdict(list)
    for _ in range(rounds):
        for consumer in CONSUMERS:
            for source in SOURCES:
                nanoseconds, _, faulted = bench.run(source, consumer, frames)
                times[source, consumer].append(nanoseconds)
                faults[source, consumer].append(faulted)
    return times, faults


def table(times, faults, counts, frames):
    yield "| Consumer | Source | CPU time | System calls | Allocations | Page faults |"
    yield "|---|---|---|---|---|---|"
    for consumer in CONSUMERS:
        for source in SOURCES:
            case = source, consumer
            calls, allocations = counts[case]
            yield (f"| {consumer} | {source} | {statistics.median(times[case]):.0f} ns |"
                   f" {calls.total() / COUNTED:g} | {allocations / COUNTED:g} |"
                   f" {statistics.median(faults[case]) / frames:g} |")


def judge(times, faults, counts):
    verdicts = Verdicts()
    for consumer in CONSUMERS:
        case = "v4l2cppsrc", consumer
        calls, allocations = counts[case]
        # The camera is always ready, so most frames are dequeued without poll().
        verdicts.must(f"{consumer}: 2 ioctl a frame and a poll for each 64: {dict(calls)} of {COUNTED}",
                      calls["ioctl"] == 2 * COUNTED and calls["poll"] <= COUNTED / 60 + 1
                      and set(calls) <= {"poll", "ioctl"})
        verdicts.must(f"{consumer}: no allocation: {allocations}", allocations == 0)
        fault = statistics.median(faults[case])
        verdicts.must(f"{consumer}: no page fault: {fault:g}", fault == 0)

    def ratio(consumer, over, under):
        """Returns the median of the rounds' ratios of two sums of sources."""
        def total(sources):
            return [sum(each) for each in zip(*(times[source, consumer] for source in sources))]
        return statistics.median(a / b for a, b in zip(total(over), total(under)))

    theirs = {consumer: ratio(consumer, ["v4l2src"], ["v4l2cppsrc"]) for consumer in CONSUMERS}
    for consumer in CONSUMERS:
        ours, other = (counts[source, consumer][0].total() for source in ("v4l2cppsrc", "v4l2src"))
        verdicts.must(f"{consumer}: v4l2src makes 1.9 times the calls of v4l2cppsrc or more: {other}, {ours}",
                      other >= 1.9 * ours)
    for consumer, least in (("discard", 1.6), ("read", 4)):
        verdicts.goal(f"{consumer}: v4l2src costs {least} times v4l2cppsrc or more:"
                      f" {theirs[consumer]:.2f}", theirs[consumer] >= least)
    for consumer, most in (("discard", 1.4), ("read", 1.4)):
        ours = ratio(consumer, ["v4l2cppsrc"], ["raw", "fakesrc"])
        verdicts.goal(f"{consumer}: v4l2cppsrc costs {most} times raw and fakesrc or less: {ours:.2f}",
                      ours <= most)
    return verdicts


def main(arguments):
    tap = arguments[:1] == ["--tap"]
    program, preload, plugin_dir, work_dir, *numbers = arguments[tap:]
    rounds, frames = [int(number) for number in numbers] + [7, 50000][len(numbers):]
    os.makedirs(work_dir, exist_ok=True)
    bench = Bench(program, preload, plugin_dir, work_dir)
    counts = {(source, consumer): bench.counts(source, consumer)
              for consumer in CONSUMERS for source in SOURCES}
    times, faults = measure(bench, rounds, frames)
    for line in table(times, faults, counts, frames):
        print(f"# {line}" if tap else line)
    verdicts = judge(times, faults, counts)
    if tap:
        return 0 if verdicts.print_tap() else 1
    print()
    return 0 if verdicts.print() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
