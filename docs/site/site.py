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
]
DECISIONS = "docs/decisions"


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


def pages_of(project, parts):
    """Returns all pages: the README, those of the sections, and the decisions."""
    decisions = [str(path.relative_to(project)) for path in project.glob(f"{DECISIONS}/*.md")]
    return ["README.md", *(page for _, pages in parts for page in pages), *decisions]


def moved(page, text, pages):
    """Returns the text of a page with its links as the site has them."""
    here = os.path.dirname(page)

    def link(match):
        words, target, anchor = match.groups()
        if "://" in target or not target:
            return match.group(0)
        there = os.path.normpath(os.path.join(here, target))
        if there == DECISIONS:
            there = f"{DECISIONS}/README.md"
        if there in pages or there.endswith((".png", ".svg")):
            there = os.path.relpath(place_of(there), os.path.dirname(place_of(page)))
            return f"[{words}]({there}{anchor or ''})"
        return words

    return LINK.sub(link, text)


def copy(project, folder):
    """Copies the pages and pictures. Returns the navigation."""
    parts = list(sections(project))
    texts = {page: (project / page).read_text(encoding="utf-8") for page in pages_of(project, parts)}
    # There are too many decisions for a menu.
    lines = [f"- [{title_of(project / page)}]({os.path.basename(page)})" for page in sorted(texts) if page.startswith(DECISIONS)]
    texts[f"{DECISIONS}/README.md"] = "# Decisions\n\n" + "\n".join(lines) + "\n"
    for page, text in texts.items():
        target = folder / place_of(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(moved(page, text, texts), encoding="utf-8")
    for picture in [*project.glob("docs/**/*.png"), *project.glob("docs/**/*.svg")]:
        target = folder / picture.relative_to(project / "docs")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, target)
    navigation = [{"Overview": "index.md"}]
    for title, names in parts:
        navigation.append({title: [{title_of(project / name): place_of(name)} for name in names]})
    return [*navigation, {"Decisions": place_of(f"{DECISIONS}/README.md")}]


def missing(site):
    """Returns the scripts, styles, pictures and pages that a page of the site names, and that are not there."""
    lost = set()
    for page in site.glob("**/*.html"):
        for name in re.findall(r'(?:src|href)="([^"#?]+)', page.read_text(encoding="utf-8")):
            # The page for what is not found has paths from the root of a server.
            if ":" not in name and not name.startswith("/") and not (page.parent / name).exists():
                lost.add(os.path.relpath(page.parent / name, site))
    return sorted(lost)


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
        "theme": {"name": "mkdocs", "highlightjs": False},
        "plugins": ["search"],
        "hooks": [str(work / "anchors.py")],
        "use_directory_urls": False,
        "nav": navigation,
    }
    # JSON is YAML too.
    (work / "mkdocs.yml").write_text(json.dumps(settings, indent=1), encoding="utf-8")
    done = subprocess.run(["mkdocs", "build", "--strict", "--quiet", "--config-file", work / "mkdocs.yml"], check=False)
    lost = missing(site) if done.returncode == 0 else []
    if lost:
        print("These are missing:", *lost, sep="\n  ", file=sys.stderr)
    if done.returncode != 0 or lost:
        return 1
    print(f"Look at it with: python3 -m http.server --bind 127.0.0.1 --directory {site}")
    return 0


sys.exit(main())
