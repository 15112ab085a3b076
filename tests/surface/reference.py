#!/usr/bin/env python3
"""Writes docs/reference.md from what introspection knows of the element, or checks that it is up to date (TAP).

usage: reference.py FACTS PAGE            checks
       reference.py FACTS PAGE --write    writes

FACTS is the program that prints the facts. What depends on the version of GStreamer is not in the page: the properties of
its base classes, and the formats.
"""

import difflib
import subprocess
import sys

HEAD = """# Reference

What `gst-inspect-1.0 v4l2cppsrc` prints, in a form to search. This page is made from the element itself: `ninja -C build
reference` writes it, and the test `reference` fails if it is not up to date. The [README](../README.md#properties) says more of each
property.
"""

TAIL = """
The properties of GstBaseSrc, such as `num-buffers`, are there as in other sources. [Formats](formats.md) lists what the pad can carry,
[Controls](controls.md) the children, [Statistics](stats.md) and [Messages](errors.md) the structures.
"""


def values_of(facts, name):
    """Returns the values of an enum or flags, in the order of their numbers: number, nick and description."""
    begin = f"property {name} value "
    numbers = [int(key[len(begin):]) for key in facts if key.startswith(begin) and not key.endswith(" text")]
    return [(number, facts[f"{begin}{number}"], facts[f"{begin}{number} text"]) for number in sorted(numbers)]


def property_lines(facts, name):
    fact = f"property {name}"
    kind = facts[f"{fact} type"]
    if f"{fact} range" in facts:
        kind += f", {facts[f'{fact} range']}"
    line = f"{kind}; default `{facts[f'{fact} default']}`; {facts[f'{fact} access']}"
    state = facts[f"{fact} state"]
    if state != "not said":
        line += f"; may be set up to {state}"
    yield f"\n### {name}\n"
    yield facts[f"{fact} text"] + ".\n"
    yield line + ".\n"
    values = values_of(facts, name)
    if values:
        yield "\n| Value | Number | Meaning |\n|---|---|---|\n".strip("\n")
        for number, nick, text in values:
            shown = hex(number) if kind == "flags" else number
            yield f"| `{nick}` | {shown} | {text} |"


def page_of(facts):
    def names(kind):
        return [name.split(" ", 1)[1] for name in sorted(facts) if name.startswith(kind + " ")]

    lines = [HEAD]
    lines.append("| | |\n|---|---|")
    lines.append(f"| Class | {facts['class']} |")
    lines.append(f"| Base class | {facts['parent']} |")
    lines.append(f"| Interfaces | {', '.join(names('interface'))} |")
    if names("URI protocol"):
        lines.append(f"| URI protocols | {', '.join(name.split()[1] for name in names('URI'))} |")
    for pad in names("pad"):
        lines.append(f"| Pad `{pad}` | {facts['pad ' + pad]} |")
    for kind in ("signal", "action"):
        for name in names(kind):
            lines.append(f"| {kind.capitalize()} `{name}` | {facts[f'{kind} {name}']} |")
    lines.append("\n## Properties")
    own = [name for name in names("property") if facts[f"property {name}"] == "its own"]
    for name in own:
        lines.extend(line.rstrip("\n") if line.startswith("|") else line for line in property_lines(facts, name))
    text = "\n".join(lines) + "\n" + TAIL
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def main():
    program, path = sys.argv[1:3]
    lines = subprocess.run([program, "v4l2cppsrc"], check=True, capture_output=True, text=True).stdout
    page = page_of(dict(line.split("\t", 1) for line in lines.splitlines()))
    if sys.argv[3:] == ["--write"]:
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)
        return 0
    with open(path, encoding="utf-8") as file:
        there = file.read()
    print(f"{'ok' if page == there else 'not ok'} 1 - docs/reference.md is up to date")
    if page != there:
        print("# make it so with: ninja -C build reference")
        for line in difflib.unified_diff(there.splitlines(), page.splitlines(), "docs/reference.md", "the element", "", "", 1):
            print(f"# {line}")
    print("1..1")
    return 0 if page == there else 1


sys.exit(main())
