#!/usr/bin/env python3
"""Checks that each link between the pages leads to a file and a heading that exist. Prints TAP.

usage: links.py PROJECT
"""

import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def anchors_of(page, anchor):
    """Returns the anchors of a page's headings. A heading that comes again gets a number."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    seen = {}
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        name = anchor(heading)
        seen[name] = seen.get(name, -1) + 1
        yield name if seen[name] == 0 else f"{name}-{seen[name]}"


def broken(page, anchor):
    """Yields the links of a page that lead nowhere."""
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        path, _, heading = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists():
            yield f"{target}: there is no such file"
        elif heading and heading not in anchors_of(there, anchor):
            yield f"{target}: there is no such heading"


def main():
    project = pathlib.Path(sys.argv[1])
    # The site gives headings the same anchors.
    sys.path.insert(0, str(project / "docs/site"))
    sys.dont_write_bytecode = True
    from anchors import anchor  # pylint: disable=import-outside-toplevel

    pages = sorted([*project.glob("*.md"), *project.glob("docs/**/*.md")])
    failed = False
    for number, page in enumerate(pages, 1):
        wrong = list(broken(page, anchor))
        failed = failed or bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {page.relative_to(project)}")
        for line in wrong:
            print(f"# {line}")
    print(f"1..{len(pages)}")
    return 1 if failed or not pages else 0


sys.exit(main())
