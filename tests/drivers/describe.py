#!/usr/bin/env python3
"""Compares what v4l2cpp-describe says about a device with what v4l2-ctl says. Prints TAP.

usage: describe.py DESCRIBE DEVICE [INPUT...]

With INPUTs the device is set to each of them, and compared there.
"""

import json
import re
import subprocess
import sys


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          errors="replace").stdout


def settings_of(device):
    """Returns all that v4l2-ctl reads, without what changes by itself."""
    return {line for line in output_of("v4l2-ctl", "-d", device, "--all").splitlines() if "volatile" not in line}


class Tap:
    def __init__(self):
        self.points = 0
        self.failed = False

    def same(self, ours, theirs, description):
        self.point(ours == theirs, description)
        if ours != theirs:
            print("# v4l2cpp-describe:", ours)
            print("# v4l2-ctl:        ", theirs)

    def point(self, good, description):
        self.points += 1
        self.failed = self.failed or not good
        print("ok" if good else "not ok", self.points, "-", description, flush=True)


class Comparison:
    def __init__(self, tap, describe, device):
        self.tap = tap
        self.describe = describe
        self.device = device
        self.ours = json.loads(output_of(describe, "--json", device))["devices"][0]

    def v4l2_ctl(self, *options):
        return output_of("v4l2-ctl", "-d", self.device, *options)

    def names(self):
        info = self.v4l2_ctl("--info")
        theirs = [re.search(rf"{key} *: (.*)", info)[1] for key in ("Driver name", "Card type", "Bus info",
                                                                     "Driver version")]
        self.tap.same([self.ours[key] for key in ("driver", "card", "bus", "version")], theirs, "names and version")
        bits = re.findall(r"Device Caps *: (0x[0-9a-f]+)", info)
        self.tap.same([hex(self.ours["capability-bits"])], [hex(int(each, 16)) for each in bits], "capabilities")

    def inputs(self):
        theirs = re.findall(r"\tName +: (.*)", self.v4l2_ctl("--list-inputs"))
        self.tap.same([each["name"] for each in self.ours["inputs"]], theirs, f"{len(theirs)} inputs")
        current = re.search(r"Video input : (\d+)", self.v4l2_ctl("--get-input"))
        self.tap.same([each["index"] for each in self.ours["inputs"] if each["current"]], [int(current[1])],
                      "the current input")

    def signals(self):
        theirs = re.findall(r"\tName +: (.*)", self.v4l2_ctl("--list-standards"))
        self.tap.same([each["name"] for each in self.ours["standards"]], theirs, f"{len(theirs)} standards")
        timings = self.v4l2_ctl("--list-dv-timings")
        theirs = list(zip(map(int, re.findall(r"Active width: (\d+)", timings)),
                          map(int, re.findall(r"Active height: (\d+)", timings))))
        self.tap.same([(each["width"], each["height"]) for each in self.ours["timings"]], theirs,
                      f"{len(theirs)} timings")

    def formats(self):
        listed = self.v4l2_ctl("--list-formats-ext")
        theirs = re.findall(r"\[\d+\]: '(.*?)' \(", listed)
        self.tap.same([each["format"] for each in self.ours["formats"]], theirs, f"{len(theirs)} formats")
        sizes = re.findall(r"Size: Discrete (\d+x\d+)", listed)
        if "Size: Stepwise" in listed or "Size: Continuous" in listed:
            count = listed.count("Size: Stepwise") + listed.count("Size: Continuous")
            self.tap.same(sum(len(each["size-ranges"]) for each in self.ours["formats"]), count,
                          f"{count} ranges of sizes")
        elif sizes:
            self.tap.same([f"{size['width']}x{size['height']}" for each in self.ours["formats"]
                           for size in each["sizes"]], sizes, f"{len(sizes)} sizes")
            count = listed.count("Interval: Discrete")
            self.tap.same(sum(len(size["modes"]) for each in self.ours["formats"] for size in each["sizes"]), count,
                          f"{count} modes")

    def controls(self):
        listed = self.v4l2_ctl("--list-ctrls-menus")
        theirs = re.findall(r"^ *(\w+) (0x[0-9a-f]{8}) \((\w+)\) *: ?(.*)$", listed, re.MULTILINE)
        self.tap.same([(each["name"], each["id"]) for each in self.ours["controls"]],
                      [(name, int(number, 16)) for name, number, _, _ in theirs], f"{len(theirs)} controls")
        ours = {each["id"]: each for each in self.ours["controls"]}
        differing = []
        for name, number, kind, facts in theirs:
            said = dict(re.findall(r"(min|max|step|default)=(-?\d+)(?= |$)", facts))
            control = ours.get(int(number, 16))
            if control is None or kind not in ("int", "int64", "bool", "menu", "intmenu"):
                continue
            known = {"min": control["minimum"], "max": control["maximum"], "step": control["step"],
                     "default": control["default"]}
            if any(known[key] != int(value) for key, value in said.items()):
                differing.append((name, known, said))
        self.tap.same(differing, [], "ranges and defaults of controls")
        entries = re.findall(r"^\t+\d+: (.*)$", listed, re.MULTILINE)
        self.tap.same(sum(len(each["menu"]) for each in self.ours["controls"]), len(entries),
                      f"{len(entries)} entries of menus")

    def verdict(self):
        # The only fault that a driver of these tests has: vivid names some timings alike.
        others = [each for each in self.ours["complaints"]
                  if not re.fullmatch(r"control dv_timings: the entry \d+ has the label of another one: .*", each)]
        self.tap.same(others, [], f"the driver is well-formed, but for {len(self.ours['complaints'])} labels")


def main():
    describe, device, *inputs = sys.argv[1:]
    tap = Tap()
    for number in inputs or [None]:
        if number is not None:
            output_of("v4l2-ctl", "-d", device, "--set-input", number)
            print("# input", number)
        before = settings_of(device)
        comparison = Comparison(tap, describe, device)
        tap.same(settings_of(device) - before, set(), "nothing was changed")
        for part in (comparison.names, comparison.inputs, comparison.signals, comparison.formats,
                     comparison.controls, comparison.verdict):
            part()
    stream = subprocess.Popen(["v4l2-ctl", "-d", device, "--stream-mmap"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    first = stream.stdout.read(1)  # a sign for each frame
    again = json.loads(output_of(describe, "--json", device))["devices"][0]
    tap.point(first != b"" and stream.poll() is None, "the device still streams for another program")
    stream.kill()
    stream.wait()
    tap.same(again["formats"], comparison.ours["formats"], "formats while another program streams")
    print(f"1..{tap.points}")
    return 1 if tap.failed else 0


sys.exit(main())
