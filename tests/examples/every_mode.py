#!/usr/bin/env python3
"""Plays each mode of a camera for one frame, by the pipelines that v4l2cpp-describe prints. Prints TAP.

usage: every_mode.py [--most NUMBER] [--undecoded] DESCRIBE DEVICE

DESCRIBE is the program v4l2cpp-describe. --most takes so many modes only, spread over the whole list. --undecoded ends
each pipeline behind the caps of a compressed format, for a camera whose frames can't be decoded.
"""

import argparse
import json
import subprocess
import sys


def pipelines_of(device):
    """Yields the mode's name and its command, for each mode that has one."""
    for form in device["formats"]:
        for size in form["sizes"]:
            for mode in size["modes"]:
                if mode["pipeline"]:
                    rate = f" at {mode['framerate']}" if mode["framerate"] else ""
                    yield f"{form['format']} {size['width']}x{size['height']}{rate}", mode["pipeline"]


def for_one_frame(pipeline, undecoded):
    head, caps, *rest = pipeline.split(" ! ")
    if undecoded and rest[0] == "queue":
        rest = ["fakesink"]
    command = " ! ".join([head + " num-buffers=1", caps] + rest)
    return command.replace("gst-launch-1.0", "gst-launch-1.0 -q").replace("autovideosink", "fakesink")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int)
    parser.add_argument("--undecoded", action="store_true")
    parser.add_argument("describe")
    parser.add_argument("device")
    options = parser.parse_args()
    facts = subprocess.run([options.describe, "--json", options.device], check=True, stdout=subprocess.PIPE).stdout
    modes = list(pipelines_of(json.loads(facts)["devices"][0]))
    if options.most and len(modes) > options.most:
        modes = [modes[i * len(modes) // options.most] for i in range(options.most)]
    failed = not modes
    for number, (name, pipeline) in enumerate(modes, 1):
        command = for_one_frame(pipeline, options.undecoded)
        ran = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace")
        good = ran.returncode == 0 and "ERROR" not in ran.stdout
        print("ok" if good else "not ok", number, "-", name, flush=True)
        if not good:
            failed = True
            print("#", command)
            for line in ran.stdout.splitlines():
                print("#", line)
    print(f"1..{len(modes)}")
    return 1 if failed else 0


sys.exit(main())
