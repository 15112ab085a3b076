#!/usr/bin/env python3
"""Writes the fault matrix into docs/testing.md, from the output of faults_test --print on each device.

  table.py docs/testing.md FILE...

Equal rows of several devices become one row. A row of all versions of a driver ("loopback 0.12") has its name only.
"""
import sys

begin, end = "<!-- the fault matrix -->", "<!-- end of the fault matrix -->"
rows = {}  # devices by fault and outcomes; a dict keeps the order
for name in sys.argv[2:]:
    for line in open(name, encoding="utf-8"):
        fault, device, *cells = line.rstrip("\n").split("\t")
        rows.setdefault((fault, tuple(cells)), []).append(device)
order = {}
for fault, _ in rows:
    order.setdefault(fault, len(order))
table = [
    "| Fault | On | Before | At start | While streaming | While downstream holds all |",
    "|---|---|---|---|---|---|",
]
versions = {}  # versions by driver
for devices in rows.values():
    for device in devices:
        versions.setdefault(device.split(" ")[0], set()).add(device)
for key, devices in rows.items():
    kinds = dict.fromkeys(device.split(" ")[0] for device in devices)
    rows[key] = [
        each
        for kind in kinds
        for each in ([kind] if versions[kind] <= set(devices) else sorted(versions[kind] & set(devices)))
    ]
for (fault, cells), devices in sorted(rows.items(), key=lambda row: order[row[0][0]]):
    table.append(f"| {fault} | {', '.join(devices)} | " + " | ".join(cell or "–" for cell in cells) + " |")
text = open(sys.argv[1], encoding="utf-8").read()
head, rest = text.split(begin)
tail = rest.split(end)[1]
with open(sys.argv[1], "w", encoding="utf-8") as output:
    output.write(head + begin + "\n\n" + "\n".join(table) + "\n\n" + end + tail)
