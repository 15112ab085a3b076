#!/usr/bin/env python3
"""Makes the site of the documentation, with mkdocs.

usage: site.py PROJECT WORK_FOLDER SITE

The pages are the README, the changelog and those in docs. They are written for a reader of the files, so they are copied
first: a link out of docs becomes one that the site has, or text.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)")
ANCHORS = pathlib.Path(__file__).with_name("anchors.py")
SECTIONS = [
    ("Guide", ["docs/guide/README.md", "docs/guide/*.md"]),
    ("Reference", ["docs/reference.md", "docs/errors.md", "docs/controls.md", "docs/stats.md", "docs/formats.md",
                   "docs/describe.md", "CHANGELOG.md"]),
    ("Development", ["docs/contributing.md", "docs/architecture.md", "docs/walkthrough.md", "docs/testing.md", "docs/*.md"]),
    ("Decisions", ["docs/decisions/*.md"]),
]


def place_of(page):
    """Returns where the site has a page of the project, which is a path from the project's root."""
    if page == "README.md":
        return "index.md"
    return page.removeprefix("docs/")


def title_of(path):
    return path.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ")


def sections(project):
    """Returns the title and the pages of each section. A page is in the first section that names it."""
    seen = {"README.md"}
    for title, patterns in SECTIONS:
        pages = []
        for pattern in patterns:
            for path in sorted(project.glob(pattern)):
                page = str(path.relative_to(project))
                if page not in seen:
                    seen.add(page)
                    pages.append(page)
        yield title, pages


def moved(page, text, pages):
    """Returns the text of a page with its links as the site has them."""
    here = os.path.dirname(page)

    def link(match):
        words, target, anchor = match.groups()
        if "://" in target or not target:
            return match.group(0)
        there = os.path.normpath(os.path.join(here, target))
        if there == "docs/decisions":
            there = pages["Decisions"][0]
        if there in pages["all"] or there.endswith((".png", ".svg")):
            there = os.path.relpath(place_of(there), os.path.dirname(place_of(page)))
            return f"[{words}]({there}{anchor or ''})"
        return words

    return LINK.sub(link, text)


def copy(project, folder):
    """Copies the pages and pictures. Returns the navigation."""
    parts = list(sections(project))
    pages = {title: names for title, names in parts}
    pages["all"] = {name for names in pages.values() for name in names} | {"README.md"}
    for page in sorted(pages["all"]):
        target = folder / place_of(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(moved(page, (project / page).read_text(encoding="utf-8"), pages), encoding="utf-8")
    for picture in [*project.glob("docs/**/*.png"), *project.glob("docs/**/*.svg")]:
        target = folder / picture.relative_to(project / "docs")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, target)
    navigation = [{"v4l2cppsrc": "index.md"}]
    for title, names in parts:
        navigation.append({title: [{title_of(project / name): place_of(name)} for name in names]})
    return navigation


def main():
    project, work, site = map(pathlib.Path, sys.argv[1:])
    if shutil.which("mkdocs") is None:
        print("The site is made by mkdocs: sudo apt install mkdocs", file=sys.stderr)
        return 2
    shutil.rmtree(work, ignore_errors=True)
    navigation = copy(project, work / "pages")
    shutil.copyfile(ANCHORS, work / "anchors.py")
    settings = {
        "site_name": "v4l2cppsrc",
        "docs_dir": str(work / "pages"),
        "site_dir": str(site),
        "theme": {"name": "readthedocs", "navigation_depth": 3, "highlightjs": False},
        "plugins": ["search"],
        "hooks": [str(work / "anchors.py")],
        "use_directory_urls": False,
        "nav": navigation,
    }
    # JSON is YAML too.
    (work / "mkdocs.yml").write_text(json.dumps(settings, indent=1), encoding="utf-8")
    done = subprocess.run(["mkdocs", "build", "--strict", "--quiet", "--config-file", work / "mkdocs.yml"], check=False)
    if done.returncode == 0:
        print(f"Look at it with: python3 -m http.server --bind 127.0.0.1 --directory {site}")
    return done.returncode


sys.exit(main())
