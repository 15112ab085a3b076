#!/usr/bin/env python3
"""CPU time per frame of v4l2cppsrc and of v4l2src, pair by pair in one run, as a ratio.

usage: pairs.py PLUGIN_DIR PRELOAD_LIBRARY [PAIRS [FRAMES]]

Both run on the preload camera, which is always ready and whose every call is one real system call. What a
program costs before its first frame is taken off by running each twice, with few and with many frames.
Prints TAP: one point, which fails when v4l2cppsrc costs as much as v4l2src or more.
"""

import os
import resource
import statistics
import subprocess
import sys

FEW = 1000


def cpu_seconds(element, frames, environment):
    """User and system time of a pipeline that moves this many frames."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        ["gst-launch-1.0", "-q", element, "device=/dev/video-fake", f"num-buffers={frames}", "!",
         "video/x-raw,format=YUY2,width=640,height=480", "!", "fakesink"],
        env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def per_frame(element, frames, environment):
    """Nanoseconds."""
    many = cpu_seconds(element, FEW + frames, environment)
    few = cpu_seconds(element, FEW, environment)
    return (many - few) / frames * 1e9


def main():
    plugin_dir, preload = sys.argv[1:3]
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    frames = int(sys.argv[4]) if len(sys.argv) > 4 else 50000
    environment = dict(os.environ, LD_PRELOAD=preload, GST_PLUGIN_PATH=plugin_dir)
    ratios = []
    for pair in range(pairs):
        theirs = per_frame("v4l2src", frames, environment)
        ours = per_frame("v4l2cppsrc", frames, environment)
        ratios.append(theirs / ours)
        print(f"# pair {pair + 1}: v4l2src {theirs:.0f} ns, v4l2cppsrc {ours:.0f} ns per frame")
    ratio = statistics.median(ratios)
    verdict = "ok" if ratio > 1 else "not ok"
    print(f"{verdict} 1 - v4l2src costs {ratio:.2f} times what v4l2cppsrc costs (median)")
    print("1..1")
    return 0 if ratio > 1 else 1


if __name__ == "__main__":
    sys.exit(main())
