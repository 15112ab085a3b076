#!/usr/bin/env python3
"""Runs each gst-launch-1.0 pipeline of the documentation on the preload camera. Prints TAP.

usage: on_fake.py PRELOAD_LIBRARY EXCEPTIONS PROJECT

The pages are the README and those in docs and docs/guide.

A pipeline is a line of a code block that begins with gst-launch-1.0, or with variables in front of it. Windows become
fakesinks, the camera is the fake one, and each source ends after a few frames. EXCEPTIONS has the lines that can't run so,
with the reasons.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

PIPELINE = re.compile(r"^\s*(?:sudo )?((?:[A-Z][A-Z0-9_]*=\S* )*gst-launch-1\.0 .*)$")
SOURCE = re.compile(r"\bv4l2(?:cpp)?src\b(?=\s)")
# In seconds. The clock of a virtual machine leaps while it waits for a file of the host.
LIMIT = 36000 if "V4L2CPP_VM" in os.environ else 60
failed = False
points = 0


def point(good, description, explanation=""):
    global failed, points
    points += 1
    failed = failed or not good
    print(f"{'ok' if good else 'not ok'} {points} - {description}", flush=True)
    if not good:
        for line in explanation.splitlines():
            print(f"# {line}")


def pipelines(page):
    """Yields the pipelines of the code blocks, with continued lines in one."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            match = PIPELINE.match(line)
            # "…" stands for the rest of a pipeline.
            if match and "…" not in line:
                yield match.group(1)


def exceptions(path):
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            part, reason = line.split("\t")
            yield part, reason


def on_fake(pipeline):
    """Returns the pipeline as it runs here."""
    pipeline = re.sub(r"\b(?:device|num-buffers)=\S+ ?", "", pipeline)
    pipeline = re.sub(r"\b(?:auto|xv|x|gl)(?:video|image)sink\b", "fakesink", pipeline)
    return SOURCE.sub(r"\g<0> device=/dev/video-fake num-buffers=5", pipeline)


def run(pipeline, preload, folder):
    command = on_fake(pipeline)
    environment = {**os.environ, "LD_PRELOAD": preload}
    with subprocess.Popen(["sh", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True) as shell:
        try:
            said, _ = shell.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            return False, f"{command}\nIt did not end within {LIMIT} s."
    return shell.returncode == 0 and "ERROR" not in said and "WARNING" not in said, f"{command}\n{said}"


def main():
    preload, known, project = sys.argv[1:]
    pages = [page for where in ("*.md", "docs/*.md", "docs/guide/*.md")
             for page in sorted(pathlib.Path(project).glob(where))]
    left_out = dict(exceptions(known))
    used = set()
    seen = set()
    with tempfile.TemporaryDirectory() as folder:
        for page in pages:
            for pipeline in pipelines(page):
                if pipeline in seen:
                    continue
                seen.add(pipeline)
                part = next((part for part in left_out if part in pipeline), None)
                if part is not None:
                    used.add(part)
                    print(f"# left out: {pipeline}\n#   {left_out[part]}")
                    continue
                good, explanation = run(pipeline, preload, folder)
                point(good, f"{page.relative_to(project)}: {pipeline.replace('#', ' ')}", explanation)
    point(bool(seen), "the pages have pipelines")
    for part in left_out:
        point(part in used, f"a pipeline has the exception '{part}'", "Take it out of the list.")
    print(f"1..{points}")
    return 1 if failed else 0


sys.exit(main())
